#include "domain/duration.h"

#include <fmt/core.h>

#include <array>
#include <cstddef>
#include <cstdint>

#include "domain/check.h"

namespace firstcome {
namespace {

constexpr std::int64_t kSecond = 1'000;
constexpr std::int64_t kMinute = 60 * kSecond;
constexpr std::int64_t kHour = 60 * kMinute;
constexpr std::int64_t kDay = 24 * kHour;
constexpr std::int64_t kWeek = 7 * kDay;
constexpr std::size_t kDigitsMost = 10;
constexpr std::size_t kDecimalsMost = 3;

struct Unit {
  char letter;
  std::int64_t millis;
};
constexpr std::array kDateUnits{Unit{'D', kDay}};
constexpr std::array kTimeUnits{Unit{'H', kHour}, Unit{'M', kMinute}, Unit{'S', kSecond}};

bool is_decimal(char c) { return c >= '0' && c <= '9'; }

/// Takes 1 to `most` digits from the front.
std::optional<std::int64_t> take_number(std::string_view& text, std::size_t most) {
  std::int64_t number = 0;
  std::size_t count = 0;
  for (; count < text.size() && is_decimal(text[count]); ++count) {
    if (count == most) return std::nullopt;
    number = 10 * number + (text[count] - '0');
  }
  if (count == 0) return std::nullopt;
  text.remove_prefix(count);
  return number;
}

/// "5" → 500, the thousandths of a decimal fraction.
std::optional<std::int64_t> take_thousandths(std::string_view& text) {
  const std::size_t before = text.size();
  auto number = take_number(text, kDecimalsMost);
  for (std::size_t digits = before - text.size(); number && digits < kDecimalsMost; ++digits) *number *= 10;
  return number;
}

/// Takes "2H30M": numbers with units, the units in their order, each at most once. The last unit may have decimals if it
/// is the second.
template <std::size_t count>
std::optional<std::int64_t> take_units(std::string_view& text, const std::array<Unit, count>& units) {
  std::int64_t sum = 0;
  std::size_t next = 0;
  while (!text.empty() && is_decimal(text.front())) {
    const auto number = take_number(text, kDigitsMost);
    if (!number) return std::nullopt;
    std::optional<std::int64_t> thousandths;
    if (text.starts_with('.')) {
      text.remove_prefix(1);
      thousandths = take_thousandths(text);
      if (!thousandths || !text.starts_with('S')) return std::nullopt;
    }
    while (next < count && !text.starts_with(units[next].letter)) ++next;
    if (next == count) return std::nullopt;
    sum += *number * units[next].millis + thousandths.value_or(0);
    ++next;
    text.remove_prefix(1);
  }
  return sum;
}

}  // namespace

std::optional<milliseconds> parse_duration(std::string_view text) {
  if (!text.starts_with('P')) return std::nullopt;
  text.remove_prefix(1);
  if (text.ends_with('W')) {
    const auto weeks = take_number(text, kDigitsMost);
    return weeks && text == "W" ? std::optional(milliseconds{*weeks * kWeek}) : std::nullopt;
  }
  if (text.empty()) return std::nullopt;
  const auto days = take_units(text, kDateUnits);
  if (!days || text.empty()) return days ? std::optional(milliseconds{*days}) : std::nullopt;
  if (!text.starts_with('T') || text.size() == 1) return std::nullopt;
  text.remove_prefix(1);
  const auto time = take_units(text, kTimeUnits);
  return time && text.empty() ? std::optional(milliseconds{*days + *time}) : std::nullopt;
}

std::string format_duration(milliseconds duration) {
  std::int64_t rest = duration.count();
  CHECK(rest >= 0);
  std::string text = "P";
  if (rest >= kDay) text += fmt::format("{}D", rest / kDay);
  rest %= kDay;
  if (rest == 0 && text.size() > 1) return text;
  text += 'T';
  if (rest >= kHour) text += fmt::format("{}H", rest / kHour);
  rest %= kHour;
  if (rest >= kMinute) text += fmt::format("{}M", rest / kMinute);
  rest %= kMinute;
  if (rest == 0 && text.back() != 'T') return text;
  text += std::to_string(rest / kSecond);
  if (std::int64_t thousandths = rest % kSecond; thousandths != 0) {
    std::string decimals = fmt::format(".{:03}", thousandths);
    decimals.erase(decimals.find_last_not_of('0') + 1);
    text += decimals;
  }
  return text + 'S';
}

}  // namespace firstcome
