#include "node/position_source.h"

#include <algorithm>

namespace firstcome::node {
namespace {

/// How long the first waits for others who are about to ask.
constexpr milliseconds kGather{5};

}  // namespace

Result<store::Position> PositionSource::read(Partition partition) {
  std::unique_lock lock(mutex_);
  ++waiting_;
  changed_.notify_all();
  // Not the query under way: it may have looked before this call.
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
  return Error{Error::Kind::Retryable,
               "there is no position of partition " + std::to_string(partition) +
                   " yet: it was added to the journal after the store was made, and the next issuer that is "
                   "started gives it one"};
}

void PositionSource::read_all(std::unique_lock<std::mutex>& lock) {
  reading_ = true;
  changed_.wait_for(lock, kGather, [this] { return waiting_ >= askers_; });
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
    auto made = store_.make_reader();
    if (!made.ok()) return made.error();
    reader_ = std::move(*made);
  }
  Positions positions = reader_->positions();
  if (!positions.ok()) reader_.reset();
  return positions;
}

}  // namespace firstcome::node
