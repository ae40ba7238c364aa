#include "load/words.h"

#include <array>
#include <cstdio>

#include "text/grouped.h"

namespace firstcome::load {
namespace {

/// Letters of UTF-8 text: bytes that begin one.
std::size_t letters(const std::string& text) {
  std::size_t count = 0;
  for (const char byte : text) count += (static_cast<unsigned char>(byte) & 0xc0) != 0x80 ? 1 : 0;
  return count;
}

}  // namespace

std::string decimal(double number, int digits) {
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%.*f", digits, number);
  return text.data();
}

std::string in_words(std::chrono::nanoseconds time) {
  const auto ns = static_cast<double>(time.count());
  const auto [value, unit] = ns < 999'500       ? std::pair{ns / 1e3, " µs"}
                             : ns < 999'500'000 ? std::pair{ns / 1e6, " ms"}
                                                : std::pair{ns / 1e9, " s"};
  return decimal(value, value < 9.995 ? 2 : value < 99.95 ? 1 : 0) + unit;
}

std::string percent(double share) { return decimal(100 * share, 1) + " %"; }

std::string count_of(std::int64_t number, const std::string& what) {
  return text::grouped(number) + " " + what + (number == 1 ? "" : "s");
}

std::string right_aligned(const std::string& text, std::size_t width) {
  const std::size_t size = letters(text);
  return size < width ? std::string(width - size, ' ') + text : text;
}

std::string left_aligned(const std::string& text, std::size_t width) {
  const std::size_t size = letters(text);
  return size < width ? text + std::string(width - size, ' ') : text;
}

}  // namespace firstcome::load
