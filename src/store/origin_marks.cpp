#include "store/origin_marks.h"

#include <fmt/core.h>

#include <charconv>

namespace firstcome::store {
namespace {

template <class Number>
bool take_number(std::string_view& text, Number& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{}) return false;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return true;
}

bool take_char(std::string_view& text, char wanted) {
  if (text.empty() || text.front() != wanted) return false;
  text.remove_prefix(1);
  return true;
}

}  // namespace

std::string marks_to_text(const OriginMarks& marks) {
  std::string text;
  for (const auto& [partition, offset] : marks) {
    if (!text.empty()) text += ',';
    text += fmt::format("{}:{}", partition, offset);
  }
  return text;
}

std::optional<OriginMarks> text_to_marks(std::string_view text) {
  OriginMarks marks;
  while (!text.empty()) {
    if (!marks.empty() && !take_char(text, ',')) return std::nullopt;
    Partition partition = 0;
    Offset offset = 0;
    if (!take_number(text, partition) || !take_char(text, ':') || !take_number(text, offset))
      return std::nullopt;
    if (!marks.emplace(partition, offset).second) return std::nullopt;
  }
  return marks;
}

}  // namespace firstcome::store
