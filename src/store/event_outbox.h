#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <span>
#include <variant>
#include <vector>

#include "domain/result.h"
#include "store/store.h"

namespace firstcome::store {

/// How far the events of a policy are published: all that happened to it and its coupons up to `place`. One record may
/// bring many coupons, so `sequence` is that of the last coupon, and `revision` that of the last change of the policy.
/// They also find the next rows by their primary keys.
struct EventMark {
  EraOffset place{.era = 0, .offset = -1};
  Timestamp at{};  ///< the latest time of the published events
  std::int64_t sequence = 0;
  std::int64_t revision = 0;
  bool sold_out = false;  ///< as of the last published event about the stock

  void reach(EraOffset reached, Timestamp time) {
    place = std::max(place, reached);
    at = std::max(at, time);
  }
  bool operator==(const EventMark&) const = default;
};

/// The stock of a policy at some place.
struct Stock {
  std::int64_t max_count = 0;
  std::int64_t active_count = 0;

  [[nodiscard]] bool is_sold_out() const { return active_count >= max_count; }
  bool operator==(const Stock&) const = default;
};

/// The next unpublished events of a policy, at most `most` of them: the first rows after the mark of each kind.
struct EventRange {
  PolicyId policy;
  EventMark after;
  std::int64_t coupons = 0;
  std::int64_t coupon_changes = 0;
  std::int64_t policy_changes = 0;
  CodeKind codes = CodeKind::None;  ///< of the policy, as in Policy
  std::string code_prefix{};
  std::optional<Stock>
      stock;  ///< after all of them; none: `after` has the same, or it was reported less than 1 s ago
  bool traced = false;  ///< records of the policy have stored traces
  std::int64_t most = 0;

  [[nodiscard]] std::int64_t count() const {
    return coupons + coupon_changes + policy_changes + (stock ? 1 : 0);
  }
  bool operator==(const EventRange&) const = default;
};

/// An accepted command of a coupon, with the coupon.
struct CouponChangeRow {
  StoredCouponChange stored;
  CouponRow coupon;  ///< without the time of issuing
};
/// The stock of a policy as of the mark of the event.
struct StockChange {
  Stock stock;
};

/// A row that an event reports.
struct SavedEvent {
  PolicyId policy;
  EventMark mark;  ///< once this event and all earlier ones of the policy are published
  std::variant<CouponRow, CouponChangeRow, StoredChange, StockChange> what;
  CodeKind codes = CodeKind::None;  ///< of the policy
  std::string code_prefix{};
  std::string imported_code{};                  ///< of the coupon, if its policy has imported codes
  std::shared_ptr<const TraceContext> trace{};  ///< of the record; null: none is stored

  /// The place of the record; none for an event about the stock, which is about all records before.
  [[nodiscard]] std::optional<EraOffset> place() const {
    if (const auto* issued = std::get_if<CouponRow>(&what))
      return EraOffset{issued->era, issued->coupon.offset};
    if (const auto* changed = std::get_if<CouponChangeRow>(&what))
      return EraOffset{changed->stored.era, changed->stored.change.offset};
    const auto* policy_change = std::get_if<StoredChange>(&what);
    if (policy_change == nullptr) return std::nullopt;
    return EraOffset{policy_change->era, policy_change->change.offset};
  }
  /// The coupon that it is about; null for an event of the policy.
  [[nodiscard]] const Coupon* coupon() const {
    if (const auto* issued = std::get_if<CouponRow>(&what)) return &issued->coupon;
    const auto* changed = std::get_if<CouponChangeRow>(&what);
    return changed == nullptr ? nullptr : &changed->coupon.coupon;
  }
};

/// The events of a policy after `after` and up to `up_to` are published.
struct PublishedRange {
  PolicyId policy;
  EventMark after;
  EventMark up_to;
  bool traced = false;  ///< as in EventRange: the traces before `up_to` can be removed

  bool operator==(const PublishedRange&) const = default;
};

/// A look counts at most this number of unpublished changes of the coupons of a policy.
inline constexpr std::int64_t kCountedChanges = 100'000;

/// Saved rows whose events are not known to be published, and the mark of each policy. One connection, used by one
/// thread. Independent of the writers: neither waits for the other.
class EventOutbox {
 public:
  virtual ~EventOutbox() = default;
  /// The unpublished events of each policy that has some, as of one snapshot, by policy id; includes closed policies.
  /// `most` is their number.
  virtual Result<std::vector<EventRange>> unpublished() = 0;
  /// The first `most` events of each range: by policy, and within it by place and sequence. `ranges`: sorted by policy,
  /// at least one, each with at least one event. Fails if a coupon or a change of a policy is missing.
  virtual Result<std::vector<SavedEvent>> events(std::span<const EventRange> ranges) = 0;
  /// Stores that the events up to each `up_to` are published. A late call does not move a mark back. A mark that an
  /// operator has set below `after` does not change. `ranges`: sorted by policy, at least one.
  virtual Status published(std::span<const PublishedRange> ranges) = 0;
};

}  // namespace firstcome::store
