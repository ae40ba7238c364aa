#include "issuer/event_publisher.h"

#include <algorithm>

#include "domain/check.h"
#include "domain/home.h"

namespace firstcome::issuer {
namespace {

/// A look walks over all policies there are: where that takes long, it is done more rarely.
constexpr int kShareOfLooking = 10;

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
      const Instant earliest = asked_at_ + pause_;
      const Instant at = nudged_ || more_ ? earliest : std::max(earliest, asked_at_ + settings_.look_every);
      if (now.steady < at) return Nothing{at};
      nudged_ = false;
      looked_in_a_hurry_ = hurrying_;
      asked_at_ = now.steady;
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
  const auto took = std::chrono::duration_cast<milliseconds>(now.steady - asked_at_);
  ranges_.clear();
  unpublished_ = 0;
  auto room = static_cast<std::int64_t>(settings_.batch);
  for (const store::CouponRange& range : *unpublished) {
    if (!is_mine_(home(range.policy, homes_))) continue;
    unpublished_ += range.up_to - range.after;
    const std::int64_t taken = std::min(room, range.up_to - range.after);
    if (taken > 0) ranges_.push_back({range.policy, range.after, range.after + taken});
    room -= taken;
  }
  more_ = unpublished_ > static_cast<std::int64_t>(settings_.batch);
  pause_ =
      more_ || hurrying_ ? milliseconds{0} : std::max(settings_.look_at_most_every, kShareOfLooking * took);
  if (!ranges_.empty()) {
    stage_ = Stage::Read;
    return;
  }
  backoff_ = milliseconds{0};
  if (looked_in_a_hurry_) finished_ = true;
}

void EventPublisher::on_read(Result<std::vector<store::CouponRow>> coupons, Now now) {
  if (!coupons.ok()) return retry_later(now);
  coupons_ = std::move(*coupons);
  stage_ = Stage::Publish;
}

void EventPublisher::on_published(std::size_t acknowledged, Now now) {
  CHECK(acknowledged <= coupons_.size());
  if (acknowledged == 0) return retry_later(now);
  all_written_ = acknowledged == coupons_.size();
  ranges_ = ranges_of(acknowledged);
  stage_ = Stage::Move;
}

void EventPublisher::on_moved(const Status& status, Now now) {
  if (!status.ok()) return retry_later(now);
  for (const store::CouponRange& range : ranges_) unpublished_ -= range.up_to - range.after;
  stage_ = Stage::Look;
  if (!all_written_) return retry_later(now);
  backoff_ = milliseconds{0};
  if (hurrying_) nudged_ = true;
}

/// The first so many coupons, which stand by policy.
std::vector<store::CouponRange> EventPublisher::ranges_of(std::size_t coupons) const {
  std::vector<store::CouponRange> ranges;
  for (std::size_t i = 0; i < coupons; ++i) {
    const Coupon& coupon = coupons_[i].coupon;
    if (ranges.empty() || ranges.back().policy != coupon.policy) {
      ranges.push_back({coupon.policy, coupon.sequence - 1, coupon.sequence});
    } else {
      ranges.back().up_to = coupon.sequence;
    }
  }
  return ranges;
}

/// From a look on, because others may have published meanwhile.
void EventPublisher::retry_later(Now now) {
  stage_ = Stage::Look;
  nudged_ = true;
  pause_ = milliseconds{0};
  backoff_ = std::clamp(2 * backoff_, settings_.retry_first, settings_.retry_most);
  not_before_ = now.steady + backoff_;
  if (hurrying_) finished_ = true;
}

}  // namespace firstcome::issuer
