#include "check/words.h"

#include <algorithm>

namespace firstcome::check {
namespace {

std::int64_t number(const Evidence& evidence, const HistoryRow& row) {
  return evidence.first_line + (&row - evidence.history.data());
}

}  // namespace

std::string words(PolicyId policy) { return "policy " + std::to_string(policy.value); }
std::string words(UserId user) { return "user " + std::to_string(user.value); }
std::string words(Place place) {
  return "partition " + std::to_string(place.partition) + ", offset " + std::to_string(place.offset);
}
std::string words(Code code) { return std::string(name_of(code)); }

std::string words(const CouponFact& fact) {
  return "coupon " + std::to_string(fact.coupon.sequence) + " of " + words(fact.coupon.user) + " from " +
         words(Place{fact.partition, fact.coupon.offset});
}

std::string who(const Evidence& evidence, const HistoryRow& row) {
  const std::string person = row.user.valid() ? ", " + words(row.user) : "";
  return words(row.policy) + person + " (" + line(evidence, row) + "): ";
}

std::string line(const Evidence& evidence, const HistoryRow& row) {
  return "line " + std::to_string(number(evidence, row));
}

std::string lines(const Evidence& evidence, const HistoryRow& row, const HistoryRow& other) {
  const auto [first, last] = std::minmax({number(evidence, row), number(evidence, other)});
  return "lines " + std::to_string(first) + ", " + std::to_string(last);
}

}  // namespace firstcome::check
