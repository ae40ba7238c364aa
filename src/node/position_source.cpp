#include "node/position_source.h"

#include <algorithm>

namespace firstcome::node {
namespace {

/// How long the first caller waits for others.
constexpr milliseconds kGather{5};

}  // namespace

Result<store::Position> PositionSource::read(Partition partition) {
  std::unique_lock lock(mutex_);
  ++waiting_;
  changed_.notify_all();
  // Not the current query: it may have read before this call.
  const std::uint64_t wanted = begun_ + 1;
  while (done_ < wanted) {
    if (reading_) {
      changed_.wait(lock);
    } else {
      read_all(lock);
    }
  }
  --waiting_;
  const std::shared_ptr<const Positions> all = last_;
  lock.unlock();
  if (!all->ok()) return all->error();
  const auto found = std::ranges::find(**all, partition, &store::Position::partition);
  if (found != (*all)->end()) return *found;
  return Error::retryable(
      "there is no position of partition {} yet: it was added to the journal after the store was created. "
      "The next issuer that starts creates it: restart one issuer",
      partition);
}

void PositionSource::read_all(std::unique_lock<std::mutex>& lock) {
  reading_ = true;
  changed_.wait_for(lock, kGather, [this] { return waiting_ >= callers_; });
  const std::uint64_t number = ++begun_;
  lock.unlock();
  auto positions = std::make_shared<const Positions>(query());
  lock.lock();
  last_ = std::move(positions);
  done_ = number;
  reading_ = false;
  changed_.notify_all();
}

PositionSource::Positions PositionSource::query() {
  if (!reader_) {
    ASSIGN_OR_RETURN(reader_, store_.make_reader());
  }
  Positions positions = reader_->positions();
  if (!positions.ok()) reader_.reset();
  return positions;
}

}  // namespace firstcome::node
