#include "journal/sqlite/batch_follower.h"

#include "journal/sqlite/batch_fetch.h"

namespace firstcome::journal {

Result<Fetch> BatchFollower::poll(milliseconds timeout) {
  auto found = recent_.read(position_, timeout);
  if (!found.batches.empty()) {
    reader_.reset();
  } else if (position_ < found.end) {
    ASSIGN_OR_RETURN(found.batches, read_file(found.end));
  }
  return fetch_of(std::move(found.batches), position_, found.end);
}

Result<std::vector<BatchPointer>> BatchFollower::read_file(Offset end) {
  if (!reader_) {
    ASSIGN_OR_RETURN(auto opened, BatchReader::open(path_, busy_timeout_));
    reader_.emplace(std::move(opened));
  }
  return reader_->read(partition_, position_, end);
}

}  // namespace firstcome::journal
