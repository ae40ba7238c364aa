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

/// The text of a generated code, read. Whether it is that of a coupon, only the coupon's row shows.
struct CouponCode {
  std::string prefix;
  std::uint64_t mac = 0;
  PolicyId policy;
  std::int64_t sequence = 0;
};

/// A coupon with its place in the journal.
struct PlacedCoupon {
  Coupon coupon;
  Era era = 1;
  Partition partition = 0;
};

/// Generated codes: the policy's prefix, then groups of four Crockford base32 digits, NOON-7K2M-9QXT-V8RD-3JWC. The digits
/// are a MAC of 64 bits, and the policy and the sequence, encrypted by the MAC, so that codes do not show how many coupons
/// there are. The MAC is over prefix, incarnation, policy, sequence, user and place, so a copy of the data or a restored
/// backup never repeats a code for another coupon. Nothing is stored: a node computes a code from the coupon's row and the
/// installation key. Thread-safe.
class CouponCodes {
 public:
  explicit CouponCodes(const InstallationKey& key, Incarnations incarnations = {})
      : key_(key.derive(KeyPurpose::Codes, kVersion)), incarnations_(std::move(incarnations)) {}

  void append(std::string_view prefix, const PlacedCoupon& coupon, std::string& out) const;
  [[nodiscard]] std::string encode(std::string_view prefix, const PlacedCoupon& coupon) const;
  /// In upper or lower case; behind the prefix hyphens do not matter, O is 0, I and L are 1. Nothing for a text that is no
  /// code.
  [[nodiscard]] std::optional<CouponCode> decode(std::string_view text) const;
  /// True if the code is that of the coupon, in a policy with this prefix.
  [[nodiscard]] bool is_of(const CouponCode& code, std::string_view prefix, const PlacedCoupon& coupon) const;

 private:
  static constexpr std::uint64_t kVersion = 1;  ///< of the key
  [[nodiscard]] std::uint64_t mac_of(std::string_view prefix, const PlacedCoupon& coupon) const;

  DerivedKey key_;  ///< the first half for MACs, the second one to encrypt
  Incarnations incarnations_;
};

}  // namespace firstcome
