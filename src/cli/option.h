#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace firstcome::cli {

/// One thing a person can say to a command: a row of the tables in *_options.cpp, from which everything else is
/// made: reading and checking, help, completion, docs/reference. From its name follow the flag
/// (`--max-unsaved`), the environment variable (`FIRSTCOME_MAX_UNSAVED`) and the key in a configuration file
/// (`max-unsaved`).
struct Option {
  enum class Kind : std::uint8_t {
    Text,
    Number,
    Duration,  ///< 250ms, 2s, 5m
    Switch,    ///< a flag without a value
    Share,     ///< 20% or 0.2; as a number, in millionths
    List,      ///< text, and said several times it is joined by commas
    Lines,     ///< text, and said several times it is joined by ends of lines
    Choice,    ///< one of the words in `choices`
    File,      ///< a path; only a hint for shells and readers
    Folder,    ///< the same
  };
  enum class Where : std::uint8_t {
    Anywhere,    ///< flag, environment, file
    FlagOnly,    ///< belongs to one call, not to a machine
    Positional,  ///< a word without a flag in front
  };

  std::string_view name;
  Kind kind = Kind::Text;
  std::string_view fallback{};  ///< as one would type it; empty: none
  std::string_view help{};
  std::int64_t least = 0;  ///< Number as it is, Duration in milliseconds
  std::int64_t most = INT64_MAX;
  Where where = Where::Anywhere;
  bool required = false;
  std::string_view choices{};  ///< of a Choice, as read out: "all, edge, issuer"
};

/// `max-unsaved` → `FIRSTCOME_MAX_UNSAVED`
std::string environment_name(const Option& option);
/// `--max-unsaved`, or `<policy>` for a word without a flag.
std::string name_in_messages(const Option& option);
/// What stands for its value where help shows how to type it: NUMBER, TIME, FILE …
std::string_view placeholder(const Option& option);
std::vector<std::string> choices_of(const Option& option);
/// "1 to 60s", "at least 1"; empty for what has no bounds.
std::string bounds_in_words(const Option& option);

/// The options of `serve`: the one table that flags, environment, file and help are made from.
std::span<const Option> serve_options();
/// Those of the commands that speak HTTP to a running server.
std::span<const Option> client_options();
/// Those of `check`.
std::span<const Option> check_options();
std::span<const Option> bench_options();
/// Those of `audit` and of `explain`.
std::span<const Option> audit_options();
std::span<const Option> explain_options();
std::span<const Option> policy_import_options();
std::span<const Option> store_migrate_options();
std::span<const Option> store_check_options();
std::span<const Option> store_unhalt_options();
std::span<const Option> store_new_era_options();
std::span<const Option> store_skip_rules_options();
std::span<const Option> store_key_options();
std::span<const Option> store_compact_options();
std::span<const Option> store_restored_options();
std::span<const Option> store_rebuild_options();
std::span<const Option> topic_create_options();
std::span<const Option> topic_check_options();
/// Where dead letters are, and those of the commands about them.
std::span<const Option> dlt_place_options();
std::span<const Option> dlt_list_options();
std::span<const Option> dlt_show_options();
std::span<const Option> dlt_replay_options();
std::span<const Option> dlt_drop_options();
/// Where a journal and a store on servers are, for every command that reads or serves data.
std::span<const Option> servers_options();
/// `own` and, behind them, servers_options().
std::vector<Option> with_servers_options(std::span<const Option> own);

}  // namespace firstcome::cli
