#include "journal/gapless_sender.h"

#include <algorithm>
#include <utility>

namespace firstcome::journal {

GaplessSender::GaplessSender(MakeAppender make_appender, std::function<void()> settled, milliseconds patience)
    : make_appender_(std::move(make_appender)), settled_callback_(std::move(settled)), patience_(patience) {}

Status GaplessSender::start(std::size_t count, Write write, Now now) {
  if (!appender_) {
    ASSIGN_OR_RETURN(appender_, make_appender_(*this));
  }
  write_ = std::move(write);
  taken_ = 0;
  refused_ = false;
  settled_seen_ = 0;
  give_up_at_ = now.steady + patience_;
  const std::lock_guard lock(mutex_);
  first_token_ = next_token_;
  fates_.assign(count, Fate::Open);
  settled_ = {};
  return Done{};
}

std::optional<Instant> GaplessSender::step(Now now) {
  Settled settled = this->settled();
  if (!settled.lost && !refused_ && taken_ < fates_.size()) {
    append(settled.count);
    settled = this->settled();
  }
  if (std::exchange(settled_seen_, settled.count) != settled.count) give_up_at_ = now.steady + patience_;
  // After a loss the sender still waits for the records of other partitions.
  const bool sends_more = taken_ < fates_.size() && !settled.lost && !refused_;
  if ((settled.count == taken_ && !sends_more) || now.steady >= give_up_at_) return std::nullopt;
  return give_up_at_;
}

/// Appends until the queue is full. An appender that rejects a record although its queue is empty has failed.
void GaplessSender::append(std::size_t settled) {
  while (taken_ < fates_.size()) {
    Append append = write_(taken_);
    append.token = next_token_;
    if (!appender_->try_append(append)) {
      refused_ = settled == taken_;
      return;
    }
    ++next_token_;
    ++taken_;
  }
}

std::vector<bool> GaplessSender::finish() {
  const Settled now = settled();
  if (now.count < fates_.size() || now.lost) appender_.reset();  // may settle more records
  const std::lock_guard lock(mutex_);
  std::vector<bool> durable(fates_.size());
  std::transform(fates_.begin(), fates_.end(), durable.begin(),
                 [](Fate fate) { return fate == Fate::Durable; });
  return durable;
}

GaplessSender::Settled GaplessSender::settled() {
  const std::lock_guard lock(mutex_);
  return settled_;
}

void GaplessSender::acknowledged(std::span<const Acknowledgement> acknowledgements) {
  {
    const std::lock_guard lock(mutex_);
    for (const auto& one : acknowledgements) {
      if (one.token < first_token_ || one.token - first_token_ >= fates_.size()) continue;
      Fate& fate = fates_[one.token - first_token_];
      if (fate != Fate::Open) continue;
      const bool durable = one.outcome == AppendOutcome::Appended;
      fate = durable ? Fate::Durable : Fate::Failed;
      settled_.lost = settled_.lost || !durable;
      ++settled_.count;
    }
  }
  settled_callback_();
}

}  // namespace firstcome::journal
