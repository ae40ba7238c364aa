#pragma once

#include <memory>
#include <span>
#include <utility>

#include "domain/coupon_life.h"
#include "domain/decision.h"

namespace firstcome::replica {

/// A coupon as of the clock of the journal.
struct CouponAsOf {
  Coupon coupon;
  CouponLife life;                      ///< ISSUED and without references if the coupon was never touched
  std::optional<Timestamp> valid_from;  ///< first instant at which it may be used
  std::optional<Timestamp> expires_at;  ///< first instant at which it is expired
  Timestamp clock;                      ///< the clock of the journal
};

inline CouponAsOf coupon_as_of(const Policy& policy, const Coupon& coupon, CouponLife life, Timestamp clock) {
  return {.coupon = coupon,
          .life = std::move(life),
          .valid_from = policy.valid_from,
          .expires_at = expires_at(policy, coupon.issued_at),
          .clock = clock};
}

/// A decision for the caller that waits for it.
struct Answer {
  std::uint64_t sequence_number = 0;  ///< from the record; identifies the waiting caller
  PolicyId policy;
  UserId user;  ///< 0 for a command's answer
  Partition partition = 0;
  Offset offset = 0;
  Decision decision;
  Instant read_at{};                         ///< when this node had the record
  std::optional<Timestamp> issue_starts_at;  ///< only for NOT_STARTED
  /// Policy commands: the policy after the command; null if there is none.
  std::shared_ptr<const Policy> policy_after;
  /// Coupon commands: the coupon after the command; null if it is unknown or its policy is over. `coupon.offset` is 0.
  std::shared_ptr<const CouponAsOf> coupon_after;
};

/// Receives the answers of one sender. Called on a partition's thread, so it must not block.
class AnswerSink {
 public:
  virtual ~AnswerSink() = default;
  virtual void answered(std::span<const Answer> answers) = 0;
  /// The offset of a DecidedLog::notify_at() call is decided.
  virtual void place_decided(Partition partition, Offset offset, std::uint64_t token) = 0;
};

/// A sequence number has its sender in the upper 24 bits. A sender draws that number at random when it
/// starts, so records of other processes, and of an earlier run of this process, match no waiting caller.
inline constexpr int kSenderShift = 39;
constexpr std::uint32_t sender_of(std::uint64_t sequence_number) {
  return static_cast<std::uint32_t>(sequence_number >> kSenderShift);
}

}  // namespace firstcome::replica
