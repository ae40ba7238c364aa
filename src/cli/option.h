#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace firstcome::cli {

/// One option of a command: a row of the tables in *_options.cpp. Parsing, validation, help, completion and
/// docs/reference are made from these rows. The name defines the flag (`--max-unsaved`), the environment
/// variable (`FIRSTCOME_MAX_UNSAVED`) and the key in a configuration file (`max-unsaved`).
struct Option {
  enum class Kind : std::uint8_t {
    Text,
    Number,
    Duration,  ///< 250ms, 2s, 5m, 30d
    Switch,    ///< a flag without a value
    Share,     ///< 20% or 0.2; as a number, in millionths
    List,      ///< text; repeated values are joined by commas
    Lines,     ///< text; repeated values are joined by line breaks
    Choice,    ///< one of the words in `choices`
    File,      ///< a path; the distinction only helps completion and the reader
    Folder,    ///< a path, like File
  };
  enum class Where : std::uint8_t {
    Anywhere,    ///< flag, environment, file
    FlagOnly,    ///< applies to one call, not to a machine
    Positional,  ///< a word without a flag
  };

  std::string_view name;
  Kind kind = Kind::Text;
  std::string_view fallback{};  ///< the default as typed; empty: none
  std::string_view help{};
  std::int64_t least = 0;  ///< bounds: a Number itself, a Duration in milliseconds
  std::int64_t most = INT64_MAX;
  Where where = Where::Anywhere;
  bool required = false;
  std::string_view choices{};  ///< of a Choice, separated by commas: "all, edge, issuer"
};

/// `max-unsaved` → `FIRSTCOME_MAX_UNSAVED`
std::string environment_name(const Option& option);
/// `--max-unsaved`, or `<policy>` for a positional option.
std::string name_in_messages(const Option& option);
/// The placeholder of the value in the help: NUMBER, TIME, FILE …
std::string_view placeholder(const Option& option);
std::vector<std::string> choices_of(const Option& option);
/// "1 to 60s", "at least 1"; empty for an option without bounds.
std::string format_bounds(const Option& option);

/// The options of `serve`.
std::span<const Option> serve_options();
/// The options of the commands that call a running server.
std::span<const Option> client_options();
std::span<const Option> check_options();
std::span<const Option> bench_options();
std::span<const Option> audit_options();
std::span<const Option> explain_options();
std::span<const Option> coupons_export_options();
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
/// The options that locate the dead letters, and the options of each `dlt` command.
std::span<const Option> dlt_location_options();
std::span<const Option> dlt_list_options();
std::span<const Option> dlt_show_options();
std::span<const Option> dlt_replay_options();
std::span<const Option> dlt_drop_options();
/// The options that name a journal and a store on servers.
std::span<const Option> servers_options();
/// `own`, then servers_options().
std::vector<Option> with_servers_options(std::span<const Option> own);

}  // namespace firstcome::cli
