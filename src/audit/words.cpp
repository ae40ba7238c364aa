#include "audit/words.h"

#include <fmt/core.h>

#include <array>
#include <cstdio>

#include "audit/difference.h"
#include "domain/check.h"
#include "text/grouped.h"

namespace firstcome::audit {

using text::grouped;

std::string_view name_of(Difference::About about) {
  switch (about) {
    case Difference::About::Identity: return "identity";
    case Difference::About::Position: return "journal_position";
    case Difference::About::Batch: return "journal_batch";
    case Difference::About::Code: return "code";
    case Difference::About::Policy: return "coupon_policy";
    case Difference::About::PolicyChange: return "policy_change";
    case Difference::About::Coupon: return "coupon";
  }
  CHECK(false);
}

std::string ordinal(std::int64_t number) {
  const std::int64_t last_two = number % 100;
  const bool teen = last_two >= 11 && last_two <= 13;
  const char* ending = "th";
  if (!teen && number % 10 == 1) ending = "st";
  if (!teen && number % 10 == 2) ending = "nd";
  if (!teen && number % 10 == 3) ending = "rd";
  return grouped(number) + ending;
}

std::string count(std::int64_t number, std::string_view what) {
  std::string words = grouped(number) + ' ' + std::string(what);
  if (number == 1) return words;
  if (words.back() != 'y') return words + 's';
  words.pop_back();
  return words + "ies";
}

std::string duration(milliseconds time) {
  const std::int64_t ms = time.count();
  const std::int64_t seconds = ms / 1000;
  if (ms < 1000) return grouped(ms) + " ms";
  if (seconds < 60) {
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), "%.1f s", static_cast<double>(ms) / 1000);
    return text.data();
  }
  if (seconds < 3600) return fmt::format("{} min {} s", seconds / 60, seconds % 60);
  if (seconds < 48 * 3600) {
    return fmt::format("{} h {} min", seconds / 3600, seconds / 60 % 60);
  }
  return grouped(seconds / 86'400) + " days";
}

std::string code_in_words(std::uint8_t code) {
  const auto known = code_from_number(code);
  return known ? std::string(name_of(*known)) : fmt::format("code {}", code);
}

std::string time_in_words(std::optional<Timestamp> time) {
  constexpr std::int64_t kYear0 = -62'167'219'200'000;
  constexpr std::int64_t kYear10000 = 253'402'300'800'000;
  if (!time) return "none";
  const std::int64_t ms = to_millis(*time);
  if (ms < kYear0 || ms >= kYear10000) return fmt::format("{} ms", ms);
  return format_rfc3339(*time);
}

std::string marks_in_words(const OriginMarks& marks) {
  std::string words;
  for (const auto& [partition, offset] : marks) {
    words += fmt::format("{}{}:{}", (words.empty() ? "" : ", "), partition, offset);
  }
  return words.empty() ? "none" : words;
}

std::string hash_in_words(std::uint64_t hash) {
  std::array<char, 20> text{};
  std::snprintf(text.data(), text.size(), "%016llx", static_cast<unsigned long long>(hash));
  return text.data();
}

}  // namespace firstcome::audit
