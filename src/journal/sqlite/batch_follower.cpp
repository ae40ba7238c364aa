#include "journal/sqlite/batch_follower.h"

#include "journal/sqlite/batch_fetch.h"

namespace firstcome::journal {

Result<Fetch> BatchFollower::poll(milliseconds timeout) {
  auto found = recent_.read(position_, timeout);
  if (!found.batches.empty()) {
    reader_.reset();
  } else if (position_ < found.end) {
    auto read = read_file(found.end);
    if (!read.ok()) return read.error();
    found.batches = std::move(*read);
  }
  return fetch_of(std::move(found.batches), position_, found.end);
}

Result<std::vector<BatchPointer>> BatchFollower::read_file(Offset end) {
  if (!reader_) {
    auto opened = BatchReader::open(path_, busy_timeout_);
    if (!opened.ok()) return opened.error();
    reader_.emplace(std::move(*opened));
  }
  return reader_->read(partition_, position_, end);
}

}  // namespace firstcome::journal
