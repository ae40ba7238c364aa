#include "journal/range_reader.h"

#include <algorithm>
#include <thread>

namespace firstcome::journal {

RangeReader::RangeReader(Follower& follower, Partition partition, Offset from, Offset end, Patience patience)
    : follower_(follower), partition_(partition), position_(from), end_(end), patience_(patience) {}

Result<Fetch> RangeReader::poll() {
  auto fetch = follower_.poll(patience_.poll);
  if (!fetch.ok()) {
    if (!fetch.error().is_retryable()) return fetch.error();
    std::this_thread::sleep_for(patience_.poll);  // the poll may have failed without waiting
    return nothing(": " + fetch.error().message);
  }
  if (fetch->records.empty() && fetch->position <= position_) return nothing({});
  position_ = std::max(position_, fetch->position);
  heard_ = Clock::now();
  return fetch;
}

Result<Fetch> RangeReader::nothing(const std::string& why) {
  if (Clock::now() - heard_ < patience_.silence) {
    Fetch empty;
    empty.position = position_;
    return empty;
  }
  return Error::retryable(
      "Partition {}: the journal has records up to offset {}, but returned none after offset {} for {} s{}",
      partition_, end_, position_, patience_.silence / std::chrono::seconds{1}, why);
}

}  // namespace firstcome::journal
