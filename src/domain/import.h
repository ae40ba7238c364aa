#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "domain/ids.h"
#include "domain/time.h"

namespace firstcome {

/// A coupon that another system has issued. Its sequence follows from where it stands in the import.
struct ImportedCoupon {
  UserId user;
  Timestamp issued_at;  ///< by the other system's clock; 1970 to 9999

  bool operator==(const ImportedCoupon&) const = default;
};

/// A piece of an import: coupons in their order, the first of which gets sequence `first`.
struct ImportChunk {
  std::int64_t first = 0;
  std::vector<ImportedCoupon> coupons;
  /// In policy_change, which does not keep the coupons: how many there were. Informational elsewhere.
  std::int64_t left_out = 0;
  /// The last chunk: how many coupons the import has in all, and the sum of hash_of_imported() over them.
  struct Total {
    std::int64_t count = 0;
    std::uint64_t hash = 0;
    bool operator==(const Total&) const = default;
  };
  std::optional<Total> total;
  bool paused = false;  ///< the last chunk: leave the policy PAUSED, to be opened by `resume`
};

/// A chunk with more coupons is INVALID (part of the rules, version 1). They take at most 40 KB of JSON.
inline constexpr std::size_t kImportChunkMost = 1'000;
/// The last millisecond of the year 9999: what RFC 3339 and every database can say.
inline constexpr std::int64_t kLatestMillis = 253'402'300'799'999;

/// A coupon's share of the hash over an import, which is their sum: independent of where chunks are cut.
/// Three rounds of splitmix64's finalizer, over sequence, user and milliseconds; part of the rules, see
/// docs/decisions/0015.
std::uint64_t hash_of_imported(std::int64_t sequence, const ImportedCoupon& coupon);

/// 16 hex digits, and back; nothing for any other text.
std::string format_import_hash(std::uint64_t hash);
std::optional<std::uint64_t> parse_import_hash(std::string_view text);

}  // namespace firstcome
