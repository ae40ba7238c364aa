#include "app/gapless_sender.h"

#include <algorithm>

namespace firstcome::app {

Result<std::size_t> GaplessSender::send(std::size_t count, const Write& write, milliseconds patience) {
  if (!appender_) {
    auto made = make_appender_(*this);
    if (!made.ok()) return made.error();
    appender_ = std::move(*made);
  }
  {
    const std::lock_guard lock(mutex_);
    first_token_ = next_token_;
    fates_.assign(count, Fate::Open);
    durable_ = 0;
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
  const auto first_open =
      std::find_if(fates_.begin(), fates_.end(), [](Fate fate) { return fate != Fate::Durable; });
  const auto known = static_cast<std::size_t>(first_open - fates_.begin());
  lock.unlock();
  if (known < count) appender_.reset();
  return known;
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
  if (durable_ == taken) return took_some && !lost_;
  const std::size_t before = durable_;
  return changed_.wait_for(lock, patience, [&] { return lost_ || durable_ > before; }) && !lost_;
}

void GaplessSender::wait_for_all(std::size_t taken, milliseconds patience) {
  std::unique_lock lock(mutex_);
  while (durable_ < taken && !lost_) {
    const std::size_t before = durable_;
    if (!changed_.wait_for(lock, patience, [&] { return lost_ || durable_ > before; })) return;
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
      durable ? void(++durable_) : void(lost_ = true);
    }
  }
  changed_.notify_all();
}

}  // namespace firstcome::app
