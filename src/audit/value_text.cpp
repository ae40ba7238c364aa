#include "audit/value_text.h"

#include <fmt/core.h>

#include "text/grouped.h"

namespace firstcome::audit {

std::string ordinal_text(std::int64_t number) {
  const std::int64_t last_two = number % 100;
  const bool teen = last_two >= 11 && last_two <= 13;
  const char* ending = "th";
  if (!teen && number % 10 == 1) ending = "st";
  if (!teen && number % 10 == 2) ending = "nd";
  if (!teen && number % 10 == 3) ending = "rd";
  return text::grouped(number) + ending;
}

std::string duration_text(milliseconds time) {
  const std::int64_t ms = time.count();
  const std::int64_t seconds = ms / 1000;
  if (ms < 1000) return text::grouped(ms) + " ms";
  if (seconds < 60) return fmt::format("{:.1f} s", static_cast<double>(ms) / 1000);
  if (seconds < 3600) return fmt::format("{} min {} s", seconds / 60, seconds % 60);
  if (seconds < 172'800) return fmt::format("{} h {} min", seconds / 3600, seconds / 60 % 60);
  return text::grouped(seconds / 86'400) + " days";
}

std::string code_text(std::uint8_t code) {
  const auto known = code_from_number(code);
  return known ? std::string(name_of(*known)) : fmt::format("code {}", code);
}

std::string time_text(std::optional<Timestamp> time) {
  constexpr std::int64_t kYear0 = -62'167'219'200'000;
  constexpr std::int64_t kYear10000 = 253'402'300'800'000;
  if (!time) return "none";
  const std::int64_t ms = to_millis(*time);
  if (ms < kYear0 || ms >= kYear10000) return fmt::format("{} ms", ms);
  return format_rfc3339(*time);
}

std::string marks_text(const OriginMarks& marks) {
  std::string text;
  for (const auto& [partition, offset] : marks)
    text += fmt::format("{}{}:{}", text.empty() ? "" : ", ", partition, offset);
  return text.empty() ? "none" : text;
}

std::string place_text(Era era, Partition partition, Offset offset) {
  return fmt::format("era {}, partition {}, offset {}", era, partition, offset);
}

std::string hash_text(std::uint64_t hash) { return fmt::format("{:016x}", hash); }

}  // namespace firstcome::audit
