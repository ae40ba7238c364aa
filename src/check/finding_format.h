#pragma once

#include <fmt/format.h>

#include "check/evidence.h"

/// How the texts of violations name things. They are formatted only if a violation gets a text.
namespace firstcome::check {

/// "policy 7, user 42 (line 12)", "policy 7, coupon 17 (line 12)"; the rows, here and below, are those of `evidence.history`.
struct RowLabel {
  const Evidence& evidence;
  const HistoryRow& row;
};
/// "line 12"
struct LineLabel {
  const Evidence& evidence;
  const HistoryRow& row;
};
/// "lines 12, 99", the lower one first
struct LinesLabel {
  const Evidence& evidence;
  const HistoryRow& row;
  const HistoryRow& other;
};

fmt::appender append(fmt::appender out, const RowLabel& label);
fmt::appender append(fmt::appender out, const LineLabel& label);
fmt::appender append(fmt::appender out, const LinesLabel& label);
fmt::appender append(fmt::appender out, const Place& place);      ///< partition 1, offset 17
fmt::appender append(fmt::appender out, const CouponFact& fact);  ///< coupon 3 of user 42 from partition …

template <class T>
struct LabelFormatter {
  constexpr auto parse(fmt::format_parse_context& context) { return context.begin(); }
  auto format(const T& value, fmt::format_context& context) const { return append(context.out(), value); }
};

}  // namespace firstcome::check

// clang-format off
template <> struct fmt::formatter<firstcome::check::RowLabel> : firstcome::check::LabelFormatter<firstcome::check::RowLabel> {};
template <> struct fmt::formatter<firstcome::check::LineLabel> : firstcome::check::LabelFormatter<firstcome::check::LineLabel> {};
template <> struct fmt::formatter<firstcome::check::LinesLabel> : firstcome::check::LabelFormatter<firstcome::check::LinesLabel> {};
template <> struct fmt::formatter<firstcome::Place> : firstcome::check::LabelFormatter<firstcome::Place> {};
template <> struct fmt::formatter<firstcome::check::CouponFact> : firstcome::check::LabelFormatter<firstcome::check::CouponFact> {};
// clang-format on
