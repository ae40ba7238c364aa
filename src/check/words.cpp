#include "check/words.h"

#include <fmt/core.h>

#include <algorithm>

namespace firstcome::check {
namespace {

std::int64_t number(const Evidence& evidence, const HistoryRow& row) {
  return evidence.first_line + (&row - evidence.history.data());
}

}  // namespace

std::string words(PolicyId policy) { return fmt::format("policy {}", policy); }
std::string words(UserId user) { return fmt::format("user {}", user); }
std::string words(Place place) {
  return fmt::format("partition {}, offset {}", place.partition, place.offset);
}
std::string words(Code code) { return std::string(name_of(code)); }

std::string words(const CouponFact& fact) {
  return fmt::format("coupon {} of {} from {}", fact.coupon.sequence, words(fact.coupon.user),
                     words(Place{fact.partition, fact.coupon.offset}));
}

std::string who(const Evidence& evidence, const HistoryRow& row) {
  const std::string person = row.user.valid() ? ", " + words(row.user) : "";
  return words(row.policy) + person + " (" + line(evidence, row) + "): ";
}

std::string line(const Evidence& evidence, const HistoryRow& row) {
  return fmt::format("line {}", number(evidence, row));
}

std::string lines(const Evidence& evidence, const HistoryRow& row, const HistoryRow& other) {
  const auto [first, last] = std::minmax({number(evidence, row), number(evidence, other)});
  return fmt::format("lines {}, {}", first, last);
}

}  // namespace firstcome::check
