#include "cli/source_time.h"

#include <fmt/core.h>

#include <cstdlib>

#include "text/sql_text.h"

namespace firstcome::cli {
namespace {

using std::chrono::minutes;

constexpr minutes kMostOffset{14 * 60};

std::optional<int> two_digits(std::string_view text) {
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  if (text.size() != 2 || !is_digit(text[0]) || !is_digit(text[1])) return std::nullopt;
  return (text[0] - '0') * 10 + (text[1] - '0');
}

}  // namespace

std::optional<minutes> parse_iso_offset(std::string_view text) {
  if (text == "Z" || text == "z") return minutes{0};
  if (text.empty() || (text.front() != '+' && text.front() != '-')) return std::nullopt;
  const bool is_west = text.front() == '-';
  text.remove_prefix(1);
  const auto hours = two_digits(text.substr(0, 2));
  if (!hours) return std::nullopt;
  text.remove_prefix(2);
  if (text.size() == 3 && text.front() == ':') text.remove_prefix(1);
  const auto rest = text.empty() ? std::optional(0) : two_digits(text);
  if (!rest || *rest > 59) return std::nullopt;
  const minutes offset{*hours * 60 + *rest};
  if (offset > kMostOffset) return std::nullopt;
  return is_west ? -offset : offset;
}

SourceTime time_at_offset(const std::string& column, minutes east) {
  return {.instant = fmt::format("({} AT TIME ZONE interval '{} minutes')", column, east.count())};
}

/// The clocks of a zone are set at most once within a day of a local time. So the offsets of one day before and one day
/// after are the two that its instant can have: both are possible if the local time exists twice, and none if it was
/// skipped. PostgreSQL takes one of the two offsets without a notice.
SourceTime time_in_zone(const std::string& column, const std::string& zone) {
  const std::string in_zone = "AT TIME ZONE " + text::sql_quoted(zone, '\'');
  const std::string instant = fmt::format("({} {})", column, in_zone);
  const auto with_offset_of = [&](std::string_view day) {
    const std::string then = fmt::format("({} {})", instant, day);
    return fmt::format("(({0} - (({1} {2}) - ({1} AT TIME ZONE 'UTC'))) AT TIME ZONE 'UTC')", column, then,
                       in_zone);
  };
  const std::string before = with_offset_of("- interval '1 day'");
  const std::string after = with_offset_of("+ interval '1 day'");
  // Infinite times have no offset, and CASE evaluates nothing for them.
  const auto of_finite = [&](const std::string& condition) {
    return fmt::format(
        "CASE WHEN {0} >= timestamp '0001-01-03' AND {0} < timestamp '9999-12-29' THEN {1} ELSE false END",
        column, condition);
  };
  return {.instant = instant,
          .is_skipped = of_finite(fmt::format("({} {}) <> {}", instant, in_zone, column)),
          .is_repeated = of_finite(fmt::format("{0} <> {1} AND ({0} {2}) = {3} AND ({1} {2}) = {3}", before,
                                               after, in_zone, column))};
}

}  // namespace firstcome::cli
