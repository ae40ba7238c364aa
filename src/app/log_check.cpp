#include "app/log_check.h"

#include "app/clock.h"

namespace firstcome::app {
namespace {

constexpr milliseconds kMost{5'000};

Error another_log(const store::Position& position, const std::string& what) {
  return {Error::Kind::Permanent, "Partition " + std::to_string(position.partition) + ", position " +
                                      std::to_string(position.next_offset) + ": " + what +
                                      " This is no longer the journal that the store has followed. Stop "
                                      "every node and put back the journal "
                                      "and the store that belong together."};
}

}  // namespace

Status check_log(journal::Journal& journal, const store::Position& position) {
  if (!position.has_checksum) return Done{};
  const Offset before = position.next_offset - 1;
  const auto bounds = journal.bounds(position.partition);
  if (!bounds.ok()) return bounds.error();
  if (bounds->end < position.next_offset) {
    return another_log(position, "the journal ends at " + std::to_string(bounds->end) + '.');
  }
  if (before < bounds->start) return Done{};

  auto follower = journal.follow(position.partition, before);
  if (!follower.ok()) return follower.error();
  const Instant give_up = now().steady + kMost;
  while (now().steady < give_up) {
    const auto fetch = (*follower)->poll(milliseconds{100});
    if (!fetch.ok()) return fetch.error();
    if (!fetch->records.empty()) {
      const journal::RawRecord& record = fetch->records.front();
      if (record.offset != before) return another_log(position, "there is no record before it.");
      if (journal::checksum(record) != position.checksum) {
        return another_log(position, "the record before it is another one than was decided.");
      }
      return Done{};
    }
    if (fetch->at_end) return another_log(position, "there is no record before it.");
  }
  return Error{Error::Kind::Retryable, "the journal did not bring the record before the position in time."};
}

}  // namespace firstcome::app
