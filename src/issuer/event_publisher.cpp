#include "issuer/event_publisher.h"

#include <algorithm>

#include "domain/check.h"
#include "domain/home.h"

namespace firstcome::issuer {
namespace {

/// A look reads all policies. The longer it takes, the rarer it is done. The pause has a limit, because a
/// look also takes long if the database freezes meanwhile.
constexpr int kShareOfLooking = 10;
constexpr milliseconds kLongestPause{1'000};

}  // namespace

EventPublisher::EventPublisher(std::int32_t homes, std::function<bool(Partition)> is_mine, Settings settings)
    : homes_(homes), is_mine_(std::move(is_mine)), settings_(settings) {}

void EventPublisher::hurry() {
  if (hurrying_) return;
  hurrying_ = true;
  nudged_ = true;
  pause_ = milliseconds{0};
  not_before_ = {};
}

EventPublisher::Action EventPublisher::next(Now now) {
  if (now.steady < not_before_) return Nothing{not_before_};
  switch (stage_) {
    case Stage::Look: {
      const Instant earliest = looked_at_ + pause_;
      const Instant at = nudged_ || more_ ? earliest : std::max(earliest, looked_at_ + settings_.look_every);
      if (now.steady < at) return Nothing{at};
      nudged_ = false;
      looked_in_a_hurry_ = hurrying_;
      looked_at_ = now.steady;
      return Look{};
    }
    case Stage::Read: return Read{ranges_};
    case Stage::Publish: return Publish{events_};
    case Stage::Move: return Move{published_};
  }
  CHECK(false);
}

void EventPublisher::on_looked(const Result<std::vector<store::EventRange>>& unpublished, Now now) {
  if (!unpublished.ok()) return retry_later(now);
  const auto took = std::chrono::duration_cast<milliseconds>(now.steady - looked_at_);
  std::vector<store::EventRange> mine;
  unpublished_ = 0;
  for (const store::EventRange& range : *unpublished) {
    if (!is_mine_(home(range.policy, homes_))) continue;
    mine.push_back(range);
    unpublished_ += range.count();
  }
  take(mine);
  more_ = unpublished_ > static_cast<std::int64_t>(settings_.batch);
  pause_ = more_ || hurrying_ ? milliseconds{0}
                              : std::max(settings_.look_at_most_every,
                                         std::min(kShareOfLooking * took, took + kLongestPause));
  if (!ranges_.empty()) {
    stage_ = Stage::Read;
    return;
  }
  backoff_ = milliseconds{0};
  if (looked_in_a_hurry_) finished_ = true;
}

/// Chooses the events of a round: first an equal share for each policy, so that none waits for a million
/// events of another; then the rest of the room for the first policies.
void EventPublisher::take(const std::vector<store::EventRange>& mine) {
  ranges_.clear();
  if (mine.empty()) return;
  auto room = static_cast<std::int64_t>(settings_.batch);
  const std::int64_t share = std::max<std::int64_t>(1, room / static_cast<std::int64_t>(mine.size()));
  for (const store::EventRange& range : mine) {
    const std::int64_t taken = std::min({room, share, range.count()});
    if (taken == 0) break;
    ranges_.push_back(range);
    ranges_.back().most = taken;
    room -= taken;
  }
  for (store::EventRange& range : ranges_) {
    const std::int64_t taken = std::min(room, range.count() - range.most);
    range.most += taken;
    room -= taken;
  }
}

void EventPublisher::on_read(Result<std::vector<store::SavedEvent>> events, Now now) {
  if (!events.ok() || events->empty()) return retry_later(now);
  events_ = std::move(*events);
  stage_ = Stage::Publish;
}

void EventPublisher::on_published(const std::vector<bool>& durable, Now now) {
  CHECK(durable.size() == events_.size());
  find_unbroken(durable);
  if (published_.empty()) return retry_later(now);
  all_durable_ = std::ranges::find(durable, false) == durable.end();
  stage_ = Stage::Move;
}

void EventPublisher::on_moved(const Status& status, Now now) {
  if (!status.ok()) return retry_later(now);
  unpublished_ -= published_count_;
  stage_ = Stage::Look;
  if (!all_durable_) return retry_later(now);
  backoff_ = milliseconds{0};
  if (hurrying_) nudged_ = true;
}

/// For each policy the events before the first one that is not acknowledged. `events_` and `ranges_` are ordered by
/// policy.
void EventPublisher::find_unbroken(const std::vector<bool>& durable) {
  published_.clear();
  published_count_ = 0;
  std::optional<PolicyId> broken;
  std::size_t range = 0;
  for (std::size_t i = 0; i < events_.size(); ++i) {
    const store::SavedEvent& event = events_[i];
    if (!durable[i]) broken = event.policy;
    if (broken == event.policy) continue;
    if (published_.empty() || published_.back().policy != event.policy) {
      while (ranges_[range].policy != event.policy) ++range;
      published_.push_back({event.policy, ranges_[range].after, event.mark, ranges_[range].traced});
    } else {
      published_.back().up_to = event.mark;
    }
    ++published_count_;
  }
}

/// Begins again with a look, because other nodes may have published meanwhile.
void EventPublisher::retry_later(Now now) {
  stage_ = Stage::Look;
  nudged_ = true;
  pause_ = milliseconds{0};
  backoff_ = std::clamp(2 * backoff_, settings_.retry_first, settings_.retry_most);
  not_before_ = now.steady + backoff_;
  if (hurrying_) finished_ = true;
}

}  // namespace firstcome::issuer
