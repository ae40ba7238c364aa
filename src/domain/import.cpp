#include "domain/import.h"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>

namespace firstcome {
namespace {

constexpr std::size_t kHashDigits = 16;

std::uint64_t round(std::uint64_t hash, std::int64_t word) {
  hash = (hash ^ static_cast<std::uint64_t>(word)) + 0x9e3779b97f4a7c15ULL;
  hash = (hash ^ (hash >> 30)) * 0xbf58476d1ce4e5b9ULL;
  hash = (hash ^ (hash >> 27)) * 0x94d049bb133111ebULL;
  return hash ^ (hash >> 31);
}

bool is_digit(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); }

}  // namespace

std::uint64_t hash_of_imported(std::int64_t sequence, const ImportedCoupon& coupon) {
  return round(round(round(0, sequence), coupon.user.value), to_millis(coupon.issued_at));
}

std::string format_import_hash(std::uint64_t hash) { return fmt::format("{:016x}", hash); }

std::optional<std::uint64_t> parse_import_hash(std::string_view text) {
  if (text.size() != kHashDigits || !std::all_of(text.begin(), text.end(), is_digit)) return std::nullopt;
  std::uint64_t hash = 0;
  std::from_chars(text.data(), text.data() + text.size(), hash, 16);
  return hash;
}

}  // namespace firstcome
