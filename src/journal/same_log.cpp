#include "journal/same_log.h"

#include <fmt/core.h>

#include <chrono>

namespace firstcome::journal {
namespace {

constexpr milliseconds kMost{5'000};

Error another_log(const RecordMark& mark, Offset position, const std::string& what) {
  return Error::permanent(
      "Partition {}, position {}: {} This is not the journal that was decided so far: it was recreated, "
      "truncated, or replaced. Stop every node, and put back the journal and the store that belong together.",
      mark.partition, position, what);
}

}  // namespace

Error records_were_removed(Partition partition, Offset position, Offset start) {
  return Error::permanent(
      "Partition {0}, position {1}: the journal begins at {2}. Records {1} to {3} were removed before this "
      "node decided them: by retention (retention.ms, retention.bytes) or manually, or the topic was "
      "recreated. Nothing was changed. Run: firstcome store check. If partition {0} is saved up to offset "
      "{2} or beyond, other nodes have saved these records: start this node again. If it is not, and no "
      "running node still saves, no node has them: put back a journal that has them, or restore journal and "
      "store from one backup.",
      partition, position, start, start - 1);
}

Result<SameLog> compare_log(JournalReader& journal, const RecordMark& mark, Offset position) {
  ASSIGN_OR_RETURN(const auto checksum, journal.checksum_at(mark.partition, mark.offset));
  if (checksum && *checksum == mark.checksum) return SameLog::Yes;
  if (checksum) {
    return another_log(mark, position,
                       fmt::format("the record at offset {} is not the one that was decided.", mark.offset));
  }
  ASSIGN_OR_RETURN(const auto bounds, journal.bounds(mark.partition));
  if (bounds.end < position) {
    return another_log(mark, position, fmt::format("the journal ends at {}.", bounds.end));
  }
  if (position < bounds.start) return SameLog::Removed;
  if (mark.offset < bounds.start) return SameLog::Unknown;
  return another_log(mark, position, fmt::format("there is no record at offset {}.", mark.offset));
}

/// For local journals. KafkaJournal has its own implementation, because a follower costs a client there.
Result<std::optional<std::uint32_t>> JournalReader::checksum_at(Partition partition, Offset offset) {
  using Checksum = std::optional<std::uint32_t>;
  ASSIGN_OR_RETURN(const auto held, bounds(partition));
  if (offset < held.start || offset >= held.end) return Checksum{};
  ASSIGN_OR_RETURN(const auto follower, follow(partition, offset));
  const auto give_up = std::chrono::steady_clock::now() + kMost;
  do {
    ASSIGN_OR_RETURN(const auto fetch, follower->poll(milliseconds{100}));
    if (!fetch.records.empty()) {
      const RawRecord& record = fetch.records.front();
      return record.offset == offset ? Checksum{checksum(record)} : Checksum{};
    }
    if (fetch.at_end) return Checksum{};
  } while (std::chrono::steady_clock::now() < give_up);
  return Error::retryable("Partition {}: the journal did not return the record at offset {} within {} s.",
                          partition, offset, kMost / std::chrono::seconds{1});
}

}  // namespace firstcome::journal
