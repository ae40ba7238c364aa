#include "journal/same_log.h"

#include <chrono>

namespace firstcome::journal {
namespace {

constexpr milliseconds kMost{5'000};

Error another_log(const RecordMark& mark, Offset position, const std::string& what) {
  return {
      Error::Kind::Permanent,
      "Partition " + std::to_string(mark.partition) + ", position " + std::to_string(position) + ": " + what +
          " This is not the journal that was decided until now: it was made again, truncated, or replaced. "
          "Stop every node, and put back the journal and the store that belong together."};
}

}  // namespace

Error records_were_removed(Partition partition, Offset position, Offset start) {
  const std::string number = std::to_string(partition);
  const std::string first = std::to_string(position);
  const std::string begins = std::to_string(start);
  return {
      Error::Kind::Permanent,
      "Partition " + number + ", position " + first + ": the journal begins at " + begins + ". Records " +
          first + " to " + std::to_string(start - 1) +
          " were removed before this node decided them: by retention (retention.ms, retention.bytes) or by "
          "hand, or the topic was made again. Nothing was changed. Run: firstcome store check. If "
          "partition " +
          number + " is saved up to offset " + begins +
          " or beyond, other nodes have saved these records: start this node again. If it is not, and no "
          "running node still saves, no node has them: put back a journal that has them, or restore "
          "journal and store from one backup."};
}

Result<SameLog> compare_log(JournalReader& journal, const RecordMark& mark, Offset position) {
  const auto checksum = journal.checksum_at(mark.partition, mark.offset);
  if (!checksum.ok()) return checksum.error();
  if (*checksum && **checksum == mark.checksum) return SameLog::Yes;
  if (*checksum) {
    return another_log(
        mark, position,
        "the record at offset " + std::to_string(mark.offset) + " is another one than was decided.");
  }
  const auto bounds = journal.bounds(mark.partition);
  if (!bounds.ok()) return bounds.error();
  if (bounds->end < position) {
    return another_log(mark, position, "the journal ends at " + std::to_string(bounds->end) + '.');
  }
  if (position < bounds->start) return SameLog::Removed;
  if (mark.offset < bounds->start) return SameLog::Unknown;
  return another_log(mark, position, "there is no record at offset " + std::to_string(mark.offset) + '.');
}

/// For journals that are near; see the others for what a client costs.
Result<std::optional<std::uint32_t>> JournalReader::checksum_at(Partition partition, Offset offset) {
  using Checksum = std::optional<std::uint32_t>;
  const auto held = bounds(partition);
  if (!held.ok()) return held.error();
  if (offset < held->start || offset >= held->end) return Checksum{};
  const auto follower = follow(partition, offset);
  if (!follower.ok()) return follower.error();
  const auto give_up = std::chrono::steady_clock::now() + kMost;
  do {
    const auto fetch = (*follower)->poll(milliseconds{100});
    if (!fetch.ok()) return fetch.error();
    if (!fetch->records.empty()) {
      const RawRecord& record = fetch->records.front();
      return record.offset == offset ? Checksum{checksum(record)} : Checksum{};
    }
    if (fetch->at_end) return Checksum{};
  } while (std::chrono::steady_clock::now() < give_up);
  return Error{Error::Kind::Retryable, "Partition " + std::to_string(partition) +
                                           ": the journal did not bring the record at offset " +
                                           std::to_string(offset) + " in time."};
}

}  // namespace firstcome::journal
