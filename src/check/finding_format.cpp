#include "check/finding_format.h"

#include <algorithm>

namespace firstcome::check {
namespace {

std::int64_t line_of(const Evidence& evidence, const HistoryRow& row) {
  return evidence.first_line + (&row - evidence.history.data());
}

}  // namespace

fmt::appender append(fmt::appender out, const RowLabel& label) {
  out = fmt::format_to(out, "policy {}", label.row.policy);
  if (label.row.user.valid()) out = fmt::format_to(out, ", user {}", label.row.user);
  if (label.row.request == RequestKind::CouponCommand)
    out = fmt::format_to(out, ", coupon {}", label.row.sequence);
  return fmt::format_to(out, " (line {})", line_of(label.evidence, label.row));
}

fmt::appender append(fmt::appender out, const LineLabel& label) {
  return fmt::format_to(out, "line {}", line_of(label.evidence, label.row));
}

fmt::appender append(fmt::appender out, const LinesLabel& label) {
  const auto [first, last] =
      std::minmax({line_of(label.evidence, label.row), line_of(label.evidence, label.other)});
  return fmt::format_to(out, "lines {}, {}", first, last);
}

fmt::appender append(fmt::appender out, const Place& place) {
  return fmt::format_to(out, "partition {}, offset {}", place.partition, place.offset);
}

fmt::appender append(fmt::appender out, const CouponFact& fact) {
  return fmt::format_to(out, "coupon {} of user {} from {}", fact.coupon.sequence, fact.coupon.user,
                        Place{fact.partition, fact.coupon.offset});
}

}  // namespace firstcome::check
