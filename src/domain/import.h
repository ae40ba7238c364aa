#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "domain/ids.h"
#include "domain/time.h"

namespace firstcome {

/// A coupon that another system has issued. Its sequence is its position in the import.
struct ImportedCoupon {
  UserId user;
  Timestamp issued_at;  ///< by the clock of the other system; 1970 to 9999

  bool operator==(const ImportedCoupon&) const = default;
};

/// The number of coupons of a whole import, and the sum of hash_of_imported() over them.
struct ImportTotal {
  std::int64_t count = 0;
  std::uint64_t hash = 0;
  bool operator==(const ImportTotal&) const = default;
};

/// A part of an import: coupons in order; the first one gets sequence `first`.
struct ImportChunk {
  std::int64_t first = 0;
  std::vector<ImportedCoupon> coupons;
  /// In policy_change, which does not store the coupons: their number. Elsewhere informational.
  std::int64_t left_out = 0;
  std::optional<ImportTotal> total;  ///< of the last chunk
  bool paused = false;               ///< of the last chunk: the policy stays PAUSED until `resume`
};

/// A chunk with more coupons is INVALID (part of the rules, version 1). This number of coupons has at most 40
/// KB of JSON.
inline constexpr std::size_t kImportChunkMost = 1'000;
/// The last millisecond of the year 9999: the limit of RFC 3339.
inline constexpr std::int64_t kLatestMillis = to_millis(kLatestTime);

/// The hash of one coupon. The hash of an import is their sum, so it does not depend on the size of chunks.
/// Three rounds of splitmix64's finalizer, over sequence, user and milliseconds; part of the rules, see
/// docs/decisions/0015.
std::uint64_t hash_of_imported(std::int64_t sequence, const ImportedCoupon& coupon);

/// 16 hex digits. Nothing for any other text.
std::string format_import_hash(std::uint64_t hash);
/// None if the text is not 16 lower-case hexadecimal digits.
std::optional<std::uint64_t> parse_import_hash(std::string_view text);

}  // namespace firstcome
