#include "cli/command_dlt_change.h"

#include <fmt/core.h>

#include <unistd.h>

#include <algorithm>
#include <condition_variable>
#include <cstdio>
#include <filesystem>
#include <iostream>
#include <mutex>
#include <sstream>

#include "cli/command_result.h"
#include "cli/dead_letters.h"
#include "cli/error_context.h"
#include "domain/home.h"
#include "domain/rules.h"
#include "journal/kafka/kafka_journal.h"
#include "journal/kafka/topics.h"
#include "journal/record_json.h"
#include "journal/sqlite/sqlite_journal.h"
#include "journal/sqlite/sqlite_journal_reader.h"
#include "log/log.h"
#include "node/folder_access.h"
#include "node/kafka_log.h"
#include "text/json_object.h"

namespace firstcome::cli {
namespace {

constexpr milliseconds kAcknowledgementTimeout{30'000};

std::string journal_file(const node::Folder& folder) {
  return (std::filesystem::path(folder.path) / "journal.sqlite").string();
}

using LetterIds = std::vector<std::pair<Partition, Offset>>;

/// The ids of the option `places`; empty for --all.
Result<LetterIds> parse_letter_ids(const Values& values) {
  LetterIds found;
  if (values.has("places") == values.on("all"))
    return Error::permanent("use either PARTITION:OFFSET or --all");
  if (values.on("all")) return found;
  std::istringstream words(values.text("places"));
  for (std::string word; std::getline(words, word, ',');) {
    const auto id = parse_letter_id(word);
    if (!id) return Error::permanent("'{}' is not a PARTITION:OFFSET, as `dlt list` prints it", word);
    found.push_back(*id);
  }
  return found;
}

// --- replay -------------------------------------------------------------------------------------------

/// Appends one record at a time and waits for its acknowledgement: replaying is rare, and the output names
/// each failure.
class Replayer : private journal::AcknowledgementSink {
 public:
  explicit Replayer(journal::Journal& journal) : journal_(journal), appender_(journal.make_appender(*this)) {}

  struct Appended {
    Partition partition = 0;
    std::optional<Offset> offset;
  };
  /// Nothing: this version cannot read the record either, so it would become a dead letter again.
  Result<std::optional<Appended>> append(const DeadLetter& letter);

 private:
  void acknowledged(std::span<const journal::Acknowledgement> acknowledgements) override {
    const std::lock_guard lock(mutex_);
    for (const auto& one : acknowledgements) last_acknowledgement_ = one;
    acknowledged_.notify_all();
  }

  journal::Journal& journal_;
  /// Reads requests only: other records need the MAC of a node, so they would become dead letters again.
  journal::RecordDecoder decoder_{journal::RecordTrust::requests_only(), 0};
  std::mutex mutex_;
  std::condition_variable acknowledged_;
  journal::Acknowledgement last_acknowledgement_;  // guarded by mutex_
  std::uint64_t token_ = 0;
  std::unique_ptr<journal::Appender> appender_;  ///< last member, so that it is destroyed first
};

/// The partition for the record; nothing: it cannot be read. If partitions were added to the topic later,
/// this can differ from the home, and the nodes move the record there as they do for every misrouted record.
std::optional<Partition> target_of(const Record& record, const DeadLetter& letter, std::int32_t partitions) {
  if (const PolicyId policy = policy_of(record); policy.valid()) return home(policy, partitions);
  if (!std::holds_alternative<RulesChange>(record.content)) return std::nullopt;
  const Partition original = letter.original_partition.value_or(0);
  return original >= 0 && original < partitions ? original : 0;
}

Result<std::optional<Replayer::Appended>> Replayer::append(const DeadLetter& letter) {
  if (letter.cut_from) {
    return Error::permanent(
        "the dead letter has only a part of the record. The journal has the whole record at {} "
        "until retention removes it",
        letter.source());
  }
  const std::string id = letter.id();
  std::vector<journal::Header> headers;
  for (const auto& [name, value] : letter.headers) {
    // Nodes add these headers to a record that they move to its home. They are not true for this copy.
    if (name != journal::kOriginHeader && name != journal::kMacHeader)
      headers.push_back(journal::header_of(name, value));
  }
  headers.push_back({kReplayedHeader, id});
  journal::RawRecord raw{.headers = headers};
  if (letter.key) raw.key = *letter.key;
  if (letter.value) raw.value = *letter.value;
  Record record;
  decoder_.decode(raw, newest_rules(), record);
  const auto partition = target_of(record, letter, journal_.partitions());
  if (!partition) return std::optional<Appended>{};
  const journal::Append append{
      .partition = *partition, .token = ++token_, .key = raw.key, .value = raw.value, .headers = headers};
  if (!appender_->try_append(append))
    return Error::permanent("the journal does not accept records now.").with_hint("Try again.");
  std::unique_lock lock(mutex_);
  const bool is_acknowledged = acknowledged_.wait_for(lock, kAcknowledgementTimeout,
                                                      [&] { return last_acknowledgement_.token == token_; });
  if (is_acknowledged && last_acknowledgement_.outcome == journal::AppendOutcome::NotPersisted) {
    return Error::permanent("it was not appended: the journal does not respond, or the record is too long");
  }
  if (!is_acknowledged || last_acknowledgement_.outcome != journal::AppendOutcome::Appended) {
    return Error::unknown("it is not known whether it was appended.")
        .with_hint(
            "Check with `firstcome audit` or `firstcome explain`. It is safe to replay a request again.");
  }
  return std::optional(Appended{*partition, last_acknowledgement_.offset});
}

Result<std::unique_ptr<journal::Journal>> open_requests(const node::DataLocation& location) {
  if (const auto* folder = std::get_if<node::Folder>(&location)) {
    RETURN_IF_ERROR(node::check_access(folder->path, node::Access::Write));
    ASSIGN_OR_RETURN(auto file, journal::open_sqlite_journal(journal_file(*folder)));
    return std::unique_ptr<journal::Journal>(std::move(file));
  }
  journal::KafkaSettings settings = std::get<node::Servers>(location).journal;
  settings = node::logged(std::move(settings));
  return journal::open_kafka_journal(settings);
}

struct Counts {
  std::int64_t appended = 0;
  std::int64_t unreadable = 0;
  std::int64_t failed = 0;
};

std::string as_json(const DeadLetter& letter, const std::optional<Replayer::Appended>& appended) {
  text::JsonObject line;
  line.text("place", letter.id());
  appended ? line.number("partition", appended->partition) : line.null("partition");
  appended && appended->offset ? line.number("offset", *appended->offset) : line.null("offset");
  return line.truth("readable", appended.has_value()).str();
}

std::string format_replay(const DeadLetter& letter, const std::optional<Replayer::Appended>& appended) {
  if (!appended)
    return fmt::format("{}: this version cannot read the record either; it stays a dead letter", letter.id());
  return fmt::format("{} is appended to the journal, partition {}{}", letter.id(), appended->partition,
                     appended->offset ? fmt::format(", offset {}", *appended->offset) : "");
}

void replay_one(Replayer& replayer, const DeadLetter& letter, bool json, Counts& counts) {
  const auto appended = replayer.append(letter);
  if (!appended.ok()) {
    ++counts.failed;
    std::fprintf(stderr, "%s: %s\n", letter.id().c_str(), appended.error().text().c_str());
    return;
  }
  ++(*appended ? counts.appended : counts.unreadable);
  std::printf("%s\n", (json ? as_json(letter, *appended) : format_replay(letter, *appended)).c_str());
}

Status replay_all(journal::JournalReader& letters, Replayer& replayer, bool json, Counts& counts) {
  // Read all ends first: a record that becomes a dead letter meanwhile is not replayed again.
  std::vector<journal::Bounds> all;
  for (Partition partition = 0; partition < letters.partitions(); ++partition) {
    ASSIGN_OR_RETURN(const auto bounds, letters.bounds(partition));
    all.push_back(bounds);
  }
  for (std::size_t i = 0; i < all.size(); ++i) {
    const Status read =
        read_dead_letters(letters, static_cast<Partition>(i), all[i], [&](const DeadLetter& letter) {
          replay_one(replayer, letter, json, counts);
          return true;
        });
    if (!read.ok()) return read.error();
  }
  return Done{};
}

// --- drop ---------------------------------------------------------------------------------------------

/// By partition, the offset below which every dead letter is to be removed. `wanted` is empty for --all.
Result<LetterIds> find_ends(journal::JournalReader& letters, const LetterIds& wanted, std::int64_t& count) {
  for (const auto& [partition, offset] : wanted) {
    RETURN_IF_ERROR(find_dead_letter(letters, partition, offset));
  }
  LetterIds ends;
  for (Partition partition = 0; partition < letters.partitions(); ++partition) {
    ASSIGN_OR_RETURN(const auto bounds, letters.bounds(partition));
    Offset end = wanted.empty() ? bounds.end : bounds.start;
    for (const auto& [of, offset] : wanted) {
      if (of == partition) end = std::max(end, offset + 1);
    }
    if (end <= bounds.start) continue;
    count += end - bounds.start;
    ends.emplace_back(partition, end);
  }
  return ends;
}

/// Asks for confirmation on a terminal.
bool is_confirmed(std::int64_t count) {
  std::fprintf(stderr, "This removes %lld dead letter%s permanently. Type drop to continue: ",
               static_cast<long long>(count), count == 1 ? "" : "s");
  std::string word;
  return std::getline(std::cin, word) && word == "drop";
}

Status drop(const node::DataLocation& location, Partition partition, Offset end) {
  if (const auto* folder = std::get_if<node::Folder>(&location)) {
    RETURN_IF_ERROR(node::check_access(folder->path, node::Access::Write));
    return journal::drop_sqlite_dead_letters(journal_file(*folder), end);
  }
  journal::KafkaSettings settings = std::get<node::Servers>(location).journal;
  settings.topic = settings.dead_letter_topic;
  return journal::delete_records(settings, partition, end);
}

}  // namespace

int dlt_replay(const Values& values) {
  const auto location = dead_letters_location(values);
  if (!location.ok()) return refuse("dlt replay", location.error());
  const auto wanted = parse_letter_ids(values);
  if (!wanted.ok()) return refuse("dlt replay", wanted.error());
  const auto letters = open_dead_letters(*location);
  if (!letters.ok()) return fail("dlt replay", letters.error());
  std::vector<DeadLetter> chosen;
  for (const auto& [partition, offset] : *wanted) {
    auto letter = find_dead_letter(**letters, partition, offset);
    if (!letter.ok()) return fail("dlt replay", in_context("nothing was appended", letter.error()));
    chosen.push_back(std::move(*letter));
  }
  const auto requests = open_requests(*location);
  if (!requests.ok()) return fail("dlt replay", requests.error());
  Replayer replayer(**requests);
  Counts counts;
  const bool json = values.on("json");
  for (const DeadLetter& letter : chosen) replay_one(replayer, letter, json, counts);
  if (values.on("all")) {
    if (const Status read = replay_all(**letters, replayer, json, counts); !read.ok())
      return fail("dlt replay", read.error());
  }
  std::fprintf(
      stderr,
      "%lld appended, %lld not readable, %lld failed. The dead letters stay until `dlt drop` removes them.\n",
      static_cast<long long>(counts.appended), static_cast<long long>(counts.unreadable),
      static_cast<long long>(counts.failed));
  return counts.unreadable + counts.failed == 0 ? kFine : kFailed;
}

int dlt_drop(const Values& values) {
  const auto location = dead_letters_location(values);
  if (!location.ok()) return refuse("dlt drop", location.error());
  const auto wanted = parse_letter_ids(values);
  if (!wanted.ok()) return refuse("dlt drop", wanted.error());
  if (!values.on("yes") && isatty(STDIN_FILENO) == 0)
    return refuse("dlt drop",
                  "this removes dead letters permanently: use --yes, or run it on a terminal to confirm");
  std::int64_t count = 0;
  LetterIds ends;
  {
    const auto letters = open_dead_letters(*location);
    if (!letters.ok()) return fail("dlt drop", letters.error());
    auto found = find_ends(**letters, *wanted, count);
    if (!found.ok()) return fail("dlt drop", in_context("nothing was removed", found.error()));
    ends = std::move(*found);
  }
  if (!values.on("yes") && !is_confirmed(count))
    return fail("dlt drop", "nothing was removed: not confirmed");
  for (const auto& [partition, end] : ends) {
    if (Status dropped = drop(*location, partition, end); !dropped.ok())
      return fail("dlt drop", dropped.error());
  }
  return print_result(values, text::JsonObject().number("dropped", count),
                      fmt::format("{} dead letter{} removed\n", count, count == 1 ? "" : "s"));
}

}  // namespace firstcome::cli
