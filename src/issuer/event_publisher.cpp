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
    case Stage::Publish: return Publish{coupons_};
    case Stage::Move: return Move{ranges_};
  }
  CHECK(false);
}

void EventPublisher::on_looked(const Result<std::vector<store::CouponRange>>& unpublished, Now now) {
  if (!unpublished.ok()) return retry_later(now);
  const auto took = std::chrono::duration_cast<milliseconds>(now.steady - looked_at_);
  std::vector<store::CouponRange> mine;
  unpublished_ = 0;
  for (const store::CouponRange& range : *unpublished) {
    if (!is_mine_(home(range.policy, homes_))) continue;
    mine.push_back(range);
    unpublished_ += range.up_to - range.after;
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

/// Chooses the coupons of a round: first an equal share for each policy, so that none waits for a million
/// coupons of another; then the rest of the room for the first policies.
void EventPublisher::take(const std::vector<store::CouponRange>& mine) {
  ranges_.clear();
  if (mine.empty()) return;
  auto room = static_cast<std::int64_t>(settings_.batch);
  const std::int64_t share = std::max<std::int64_t>(1, room / static_cast<std::int64_t>(mine.size()));
  for (const store::CouponRange& range : mine) {
    const std::int64_t taken = std::min({room, share, range.up_to - range.after});
    if (taken == 0) break;
    ranges_.push_back({range.policy, range.after, range.after + taken});
    room -= taken;
  }
  for (std::size_t i = 0; i < ranges_.size(); ++i) {
    const std::int64_t taken = std::min(room, mine[i].up_to - ranges_[i].up_to);
    ranges_[i].up_to += taken;
    room -= taken;
  }
}

void EventPublisher::on_read(Result<std::vector<store::CouponRow>> coupons, Now now) {
  if (!coupons.ok()) return retry_later(now);
  coupons_ = std::move(*coupons);
  stage_ = Stage::Publish;
}

void EventPublisher::on_published(const std::vector<bool>& durable, Now now) {
  CHECK(durable.size() == coupons_.size());
  ranges_ = unbroken(durable);
  if (ranges_.empty()) return retry_later(now);
  all_durable_ = std::ranges::find(durable, false) == durable.end();
  stage_ = Stage::Move;
}

void EventPublisher::on_moved(const Status& status, Now now) {
  if (!status.ok()) return retry_later(now);
  for (const store::CouponRange& range : ranges_) unpublished_ -= range.up_to - range.after;
  stage_ = Stage::Look;
  if (!all_durable_) return retry_later(now);
  backoff_ = milliseconds{0};
  if (hurrying_) nudged_ = true;
}

/// For each policy the coupons before the first one without an acknowledged event. `coupons_` is ordered by
/// policy.
std::vector<store::CouponRange> EventPublisher::unbroken(const std::vector<bool>& durable) const {
  std::vector<store::CouponRange> ranges;
  std::optional<PolicyId> broken;
  for (std::size_t i = 0; i < coupons_.size(); ++i) {
    const Coupon& coupon = coupons_[i].coupon;
    if (!durable[i]) broken = coupon.policy;
    if (broken == coupon.policy) continue;
    if (ranges.empty() || ranges.back().policy != coupon.policy) {
      ranges.push_back({coupon.policy, coupon.sequence - 1, coupon.sequence});
    } else {
      ranges.back().up_to = coupon.sequence;
    }
  }
  return ranges;
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
