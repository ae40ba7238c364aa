#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "domain/ids.h"
#include "domain/incarnations.h"
#include "domain/policy.h"
#include "key/installation_key.h"

namespace firstcome {

/// The text of a generated code, read. Whether it is that of a coupon, only the coupon shows.
struct CouponCode {
  std::string prefix;
  std::uint64_t mac = 0;
  PolicyId policy;
  std::int64_t sequence = 0;
};

/// What the generated code of a coupon depends on, besides the prefix and the key.
struct CodedCoupon {
  PolicyId policy;
  std::int64_t sequence = 0;
  UserId user;
  History history;
};

/// Generated codes: the policy's prefix, then groups of four Crockford base32 digits, NOON-7K2M-9QXT-V8RD-3JWC. The digits
/// are a MAC of 64 bits, and the policy and the sequence, encrypted by the MAC, so that codes do not show how many coupons
/// there are. The MAC is over prefix, era, incarnation, policy, sequence and user. One history has one coupon with this
/// policy and sequence, so a copy of the data or a restored backup never repeats a code. Nothing is stored: a node computes a
/// code from the coupon and the installation key. Thread-safe.
class CouponCodes {
 public:
  explicit CouponCodes(const InstallationKey& key, Incarnations incarnations = {})
      : key_(key.derive(KeyPurpose::Codes, kVersion)), incarnations_(std::move(incarnations)) {}

  /// The code of a coupon of `policy`; empty: the policy has no codes. Every answer, list and event has its codes from here.
  [[nodiscard]] std::string code_of(const Policy& policy, const CodedCoupon& coupon) const;
  /// The same for a coupon of a row, with the era and the partition of its record.
  [[nodiscard]] std::string code_of(const Policy& policy, const Coupon& coupon, Era era,
                                    Partition partition) const {
    const History history = incarnations_.history_at(era, partition, coupon.offset);
    return code_of(policy, {coupon.policy, coupon.sequence, coupon.user, history});
  }

  [[nodiscard]] std::string encode(std::string_view prefix, const CodedCoupon& coupon) const;
  /// In upper or lower case; behind the prefix hyphens do not matter, O is 0, I and L are 1. Nothing for a text that is no
  /// code.
  [[nodiscard]] std::optional<CouponCode> decode(std::string_view text) const;
  /// True if the code is the one with this text, which is that of a coupon. Empty: the coupon has none.
  [[nodiscard]] bool is_of(const CouponCode& code, std::string_view text) const;

 private:
  static constexpr std::uint64_t kVersion = 1;  ///< of the key
  [[nodiscard]] std::uint64_t mac_of(std::string_view prefix, const CodedCoupon& coupon) const;

  DerivedKey key_;  ///< the first half for MACs, the second one to encrypt
  Incarnations incarnations_;
};

}  // namespace firstcome
