#include "cli/command_dlt_change.h"

#include <fmt/core.h>

#include <unistd.h>

#include <condition_variable>
#include <cstdio>
#include <filesystem>
#include <iostream>
#include <mutex>
#include <sstream>

#include "cli/command_result.h"
#include "cli/dead_letters.h"
#include "domain/home.h"
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

constexpr milliseconds kPatience{30'000};

std::string journal_file(const node::Folder& folder) {
  return (std::filesystem::path(folder.path) / "journal.sqlite").string();
}

/// The places that were said, or what is wrong with them.
Result<std::vector<std::pair<Partition, Offset>>> places(const Values& values) {
  std::vector<std::pair<Partition, Offset>> found;
  if (values.has("places") == values.on("all"))
    return Error::permanent("say either PARTITION:OFFSET or --all");
  if (values.on("all")) return found;
  std::istringstream words(values.text("places"));
  for (std::string word; std::getline(words, word, ',');) {
    const auto place = parse_place(word);
    if (!place) return Error::permanent("'" + word + "' is no PARTITION:OFFSET, as `dlt list` shows it");
    found.push_back(*place);
  }
  return found;
}

// --- replay -------------------------------------------------------------------------------------------

/// Appends one record at a time and waits for it: replaying is rare, and what failed is to be named.
class Replay : private journal::AcknowledgementSink {
 public:
  explicit Replay(journal::Journal& journal) : journal_(journal), appender_(journal.make_appender(*this)) {}

  struct Done {
    Partition partition = 0;
    std::optional<Offset> offset;
  };
  /// Nothing when this version cannot read it either: it would only come back as one dead letter more.
  Result<std::optional<Done>> append(const DeadLetter& letter);

 private:
  void acknowledged(std::span<const journal::Acknowledgement> acknowledgements) override {
    const std::lock_guard lock(mutex_);
    for (const auto& one : acknowledgements) told_ = one;
    changed_.notify_all();
  }

  journal::Journal& journal_;
  /// Without the installation key what has a `kind` would come back as a dead letter.
  journal::RecordDecoder decoder_{journal::RecordTrust::requests_only(), 0};
  std::mutex mutex_;
  std::condition_variable changed_;
  journal::Acknowledgement told_;  // guarded by mutex_
  std::uint64_t token_ = 0;
  std::unique_ptr<journal::Appender> appender_;  ///< last, so that it ends first
};

/// Nothing: it is none that can be read. A topic that got partitions since the data were made has fewer homes
/// than this takes it for; what is appended beside its home is moved there by the nodes, as anybody's is.
std::optional<Partition> target_of(const Record& record, const DeadLetter& letter, std::int32_t partitions) {
  if (const auto* request = std::get_if<IssueRequest>(&record.content))
    return home(request->policy, partitions);
  if (const auto* command = std::get_if<PolicyCommand>(&record.content))
    return home(command->policy, partitions);
  if (!std::holds_alternative<RulesChange>(record.content)) return std::nullopt;
  const Partition original = letter.original_partition.value_or(0);
  return original >= 0 && original < partitions ? original : 0;
}

Result<std::optional<Replay::Done>> Replay::append(const DeadLetter& letter) {
  if (letter.cut_from) {
    return Error::permanent("only a part of it is here; all of it stands in the requests at " +
                            letter.original_place() + " as long as they are kept");
  }
  const std::string place = letter.place();
  std::vector<journal::Header> headers;
  for (const auto& [name, value] : letter.headers) {
    // What nodes add to a record that they move home is not true of this one.
    if (name != journal::kOriginHeader && name != journal::kMacHeader)
      headers.push_back(journal::header_of(name, value));
  }
  headers.push_back({kReplayedHeader, place});
  journal::RawRecord raw{.headers = headers};
  if (letter.key) raw.key = *letter.key;
  if (letter.value) raw.value = *letter.value;
  Record record;
  decoder_.decode(raw, kNewestRules, record);
  const auto partition = target_of(record, letter, journal_.partitions());
  if (!partition) return std::optional<Done>{};
  const journal::Append append{
      .partition = *partition, .token = ++token_, .key = raw.key, .value = raw.value, .headers = headers};
  if (!appender_->try_append(append)) return Error::permanent("the journal takes nothing now; try again");
  std::unique_lock lock(mutex_);
  if (!changed_.wait_for(lock, kPatience, [&] { return told_.token == token_; }) ||
      told_.outcome != journal::AppendOutcome::Appended) {
    return Error::permanent(
        told_.token == token_ && told_.outcome == journal::AppendOutcome::NotPersisted
            ? "it was not appended: the journal does not answer, or it is too long for it"
            : "it may have been appended or not; look with `firstcome audit` or `explain`, or replay it "
              "again, which does no harm to requests");
  }
  return std::optional(Done{*partition, told_.offset});
}

Result<std::unique_ptr<journal::Journal>> open_requests(const node::DataPlace& place) {
  if (const auto* folder = std::get_if<node::Folder>(&place)) {
    RETURN_IF_ERROR(node::check_access(folder->path, node::Access::Write));
    ASSIGN_OR_RETURN(auto file, journal::open_sqlite_journal(journal_file(*folder)));
    return std::unique_ptr<journal::Journal>(std::move(file));
  }
  journal::KafkaSettings settings = std::get<node::Servers>(place).journal;
  settings = node::logged(std::move(settings));
  return journal::open_kafka_journal(settings);
}

struct Counts {
  std::int64_t appended = 0;
  std::int64_t unreadable = 0;
  std::int64_t failed = 0;
};

std::string as_json(const DeadLetter& letter, const std::optional<Replay::Done>& done) {
  text::JsonObject line;
  line.text("place", letter.place());
  done ? line.number("partition", done->partition) : line.null("partition");
  done && done->offset ? line.number("offset", *done->offset) : line.null("offset");
  return line.truth("readable", done.has_value()).str();
}

std::string in_words(const DeadLetter& letter, const std::optional<Replay::Done>& done) {
  if (!done) return letter.place() + " cannot be read by this version either, and is left where it is";
  return fmt::format("{} is appended to the requests, partition {}{}", letter.place(), done->partition,
                     (done->offset ? fmt::format(", offset {}", *done->offset) : ""));
}

void replay_one(Replay& replay, const DeadLetter& letter, bool json, Counts& counts) {
  const auto done = replay.append(letter);
  if (!done.ok()) {
    ++counts.failed;
    std::fprintf(stderr, "%s: %s\n", letter.place().c_str(), done.error().message.c_str());
    return;
  }
  ++(*done ? counts.appended : counts.unreadable);
  std::printf("%s\n", (json ? as_json(letter, *done) : in_words(letter, *done)).c_str());
}

Status replay_all(journal::JournalReader& letters, Replay& replay, bool json, Counts& counts) {
  // All ends first: what comes back meanwhile is not taken again.
  std::vector<journal::Bounds> all;
  for (Partition partition = 0; partition < letters.partitions(); ++partition) {
    ASSIGN_OR_RETURN(const auto bounds, letters.bounds(partition));
    all.push_back(bounds);
  }
  for (std::size_t i = 0; i < all.size(); ++i) {
    const Status read =
        read_dead_letters(letters, static_cast<Partition>(i), all[i], [&](const DeadLetter& letter) {
          replay_one(replay, letter, json, counts);
          return true;
        });
    if (!read.ok()) return read.error();
  }
  return Done{};
}

// --- drop ---------------------------------------------------------------------------------------------

/// What is to go, by partition: everything below these offsets.
Result<std::vector<std::pair<Partition, Offset>>> ends_of(
    journal::JournalReader& letters, const std::vector<std::pair<Partition, Offset>>& said,
    std::int64_t& count) {
  for (const auto& [partition, offset] : said) {
    RETURN_IF_ERROR(find_dead_letter(letters, partition, offset));
  }
  std::vector<std::pair<Partition, Offset>> ends;
  for (Partition partition = 0; partition < letters.partitions(); ++partition) {
    ASSIGN_OR_RETURN(const auto bounds, letters.bounds(partition));
    Offset end = said.empty() ? bounds.end : bounds.start;
    for (const auto& [wanted, offset] : said) {
      if (wanted == partition) end = std::max(end, offset + 1);
    }
    if (end <= bounds.start) continue;
    count += end - bounds.start;
    ends.emplace_back(partition, end);
  }
  return ends;
}

/// Typed on a terminal.
bool is_confirmed(std::int64_t count) {
  std::fprintf(stderr, "%lld dead letter%s will be gone for good. Type drop to go on: ",
               static_cast<long long>(count), count == 1 ? "" : "s");
  std::string word;
  return std::getline(std::cin, word) && word == "drop";
}

Status drop(const node::DataPlace& place, Partition partition, Offset end) {
  if (const auto* folder = std::get_if<node::Folder>(&place)) {
    RETURN_IF_ERROR(node::check_access(folder->path, node::Access::Write));
    return journal::drop_sqlite_dead_letters(journal_file(*folder), end);
  }
  journal::KafkaSettings settings = std::get<node::Servers>(place).journal;
  settings.topic = settings.dead_letter_topic;
  return journal::delete_records(settings, partition, end);
}

}  // namespace

int dlt_replay(const Values& values) {
  const auto place = dead_letters_place(values);
  if (!place.ok()) return refuse("dlt replay", place.error().message);
  const auto wanted = places(values);
  if (!wanted.ok()) return refuse("dlt replay", wanted.error().message);
  const auto letters = open_dead_letters(*place);
  if (!letters.ok()) return fail("dlt replay", letters.error().message);
  std::vector<DeadLetter> chosen;
  for (const auto& [partition, offset] : *wanted) {
    auto letter = find_dead_letter(**letters, partition, offset);
    if (!letter.ok()) return fail("dlt replay", letter.error().message + ". Nothing was appended");
    chosen.push_back(std::move(*letter));
  }
  const auto requests = open_requests(*place);
  if (!requests.ok()) return fail("dlt replay", requests.error().message);
  Replay replay(**requests);
  Counts counts;
  const bool json = values.on("json");
  for (const DeadLetter& letter : chosen) replay_one(replay, letter, json, counts);
  if (values.on("all")) {
    if (const Status read = replay_all(**letters, replay, json, counts); !read.ok())
      return fail("dlt replay", read.error().message);
  }
  std::fprintf(
      stderr,
      "%lld appended, %lld cannot be read, %lld failed. The dead letters stay until they are dropped\n",
      static_cast<long long>(counts.appended), static_cast<long long>(counts.unreadable),
      static_cast<long long>(counts.failed));
  return counts.unreadable + counts.failed == 0 ? kFine : kFailed;
}

int dlt_drop(const Values& values) {
  const auto place = dead_letters_place(values);
  if (!place.ok()) return refuse("dlt drop", place.error().message);
  const auto wanted = places(values);
  if (!wanted.ok()) return refuse("dlt drop", wanted.error().message);
  if (!values.on("yes") && isatty(STDIN_FILENO) == 0)
    return refuse("dlt drop", "dropping is for good: say --yes, or be asked on a terminal");
  std::int64_t count = 0;
  std::vector<std::pair<Partition, Offset>> ends;
  {
    const auto letters = open_dead_letters(*place);
    if (!letters.ok()) return fail("dlt drop", letters.error().message);
    auto found = ends_of(**letters, *wanted, count);
    if (!found.ok()) return fail("dlt drop", found.error().message + ". Nothing was dropped");
    ends = std::move(*found);
  }
  if (!values.on("yes") && !is_confirmed(count)) return fail("dlt drop", "nothing was dropped");
  for (const auto& [partition, end] : ends) {
    if (Status dropped = drop(*place, partition, end); !dropped.ok())
      return fail("dlt drop", dropped.error().message);
  }
  return print_result(values, text::JsonObject().number("dropped", count),
                      fmt::format("{} dead letter{} dropped\n", count, (count == 1 ? "" : "s")));
}

}  // namespace firstcome::cli
