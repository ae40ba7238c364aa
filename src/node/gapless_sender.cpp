#include "node/gapless_sender.h"

#include <algorithm>

namespace firstcome::node {

Result<std::vector<bool>> GaplessSender::send(std::size_t count, const Write& write, milliseconds patience) {
  if (!appender_) {
    auto made = make_appender_(*this);
    if (!made.ok()) return made.error();
    appender_ = std::move(*made);
  }
  {
    const std::lock_guard lock(mutex_);
    first_token_ = next_token_;
    fates_.assign(count, Fate::Open);
    settled_ = 0;
    lost_ = given_up_;
  }
  std::size_t taken = 0;
  for (bool goes_on = true; goes_on;) {
    const std::size_t more = append(taken, count, write);
    taken += more;
    goes_on = taken < count && wait_for_room(taken, more > 0, patience);
  }
  wait_for_all(taken, patience);

  std::unique_lock lock(mutex_);
  const bool whole = settled_ == count && !lost_;
  lock.unlock();
  if (!whole) appender_.reset();  // which may settle some more

  lock.lock();
  std::vector<bool> durable(count);
  std::transform(fates_.begin(), fates_.end(), durable.begin(),
                 [](Fate fate) { return fate == Fate::Durable; });
  return durable;
}

void GaplessSender::give_up() {
  const std::lock_guard lock(mutex_);
  given_up_ = lost_ = true;
  changed_.notify_all();
}

std::size_t GaplessSender::append(std::size_t first, std::size_t count, const Write& write) {
  std::size_t taken = 0;
  for (std::size_t i = first; i < count; ++i) {
    journal::Append append = write(i);
    append.token = next_token_;
    if (!appender_->try_append(append)) break;
    ++next_token_;
    ++taken;
  }
  return taken;
}

bool GaplessSender::wait_for_room(std::size_t taken, bool took_some, milliseconds patience) {
  std::unique_lock lock(mutex_);
  // When none is waiting there is room; what takes none even so has failed.
  if (settled_ == taken) return took_some && !lost_;
  const std::size_t before = settled_;
  return changed_.wait_for(lock, patience, [&] { return lost_ || settled_ > before; }) && !lost_;
}

void GaplessSender::wait_for_all(std::size_t taken, milliseconds patience) {
  std::unique_lock lock(mutex_);
  while (settled_ < taken && !given_up_) {
    const std::size_t before = settled_;
    if (!changed_.wait_for(lock, patience, [&] { return given_up_ || settled_ > before; })) return;
  }
}

void GaplessSender::acknowledged(std::span<const journal::Acknowledgement> acknowledgements) {
  {
    const std::lock_guard lock(mutex_);
    for (const auto& one : acknowledgements) {
      if (one.token < first_token_ || one.token - first_token_ >= fates_.size()) continue;
      Fate& fate = fates_[one.token - first_token_];
      if (fate != Fate::Open) continue;
      const bool durable = one.outcome == journal::AppendOutcome::Appended;
      fate = durable ? Fate::Durable : Fate::Failed;
      lost_ = lost_ || !durable;
      ++settled_;
    }
  }
  changed_.notify_all();
}

}  // namespace firstcome::node
