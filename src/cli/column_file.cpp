#include "cli/column_file.h"

#include <fmt/core.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <memory>

#include "text/byte_order_mark.h"
#include "text/grouped.h"

namespace firstcome::cli {
namespace {

constexpr std::size_t kReadBytes = 1 << 16;

struct Close {
  void operator()(std::FILE* file) const { std::fclose(file); }
};

std::string_view trimmed(std::string_view text) {
  const auto is_space = [](char c) { return c == ' ' || c == '\t' || c == '\r'; };
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}

}  // namespace

Status ColumnFile::read(const std::function<Status(const Line&)>& each) const {
  const auto failed = [&] { return Error::permanent("cannot read {}: {}.", path_, std::strerror(errno)); };
  std::error_code ignored;
  const auto kind = std::filesystem::status(path_, ignored);
  if (std::filesystem::exists(kind) && !std::filesystem::is_regular_file(kind)) {
    return Error::permanent("{} is not a regular file.", path_)
        .with_hint("The list is read several times. Save it in a file first.");
  }
  const std::unique_ptr<std::FILE, Close> file(std::fopen(path_.c_str(), "rb"));
  if (!file) return failed();
  std::array<char, kReadBytes> bytes;
  std::string line;
  Line next{.number = 1};
  const auto end_line = [&]() -> Status {
    std::string_view text = line;
    if (next.number == 1 && text.starts_with(text::kByteOrderMark))
      text.remove_prefix(text::kByteOrderMark.size());
    text = trimmed(text);
    next.has_quotes = text.size() >= 2 && text.front() == '"' && text.back() == '"';
    next.text = next.has_quotes ? trimmed(text.substr(1, text.size() - 2)) : text;
    const bool is_header = next.number == 1 && is_header_(next.text);
    if (!next.text.empty() && !is_header) {
      RETURN_IF_ERROR(each(next));
    }
    line.clear();
    ++next.number;
    return Done{};
  };
  for (;;) {
    const std::size_t count = std::fread(bytes.data(), 1, bytes.size(), file.get());
    if (count == 0 && std::ferror(file.get()) != 0) return failed();
    if (count == 0) return line.empty() ? Status(Done{}) : end_line();
    for (const char c : std::string_view(bytes.data(), count)) {
      if (c == '\n') {
        RETURN_IF_ERROR(end_line());
      } else if (line.size() < line_most_) {
        line += c;
      }
    }
  }
}

std::vector<std::string> describe(const FileProblems& problems) {
  std::vector<std::string> lines = problems.named;
  const auto more = problems.count - static_cast<std::int64_t>(lines.size());
  if (more > 0) lines.push_back(fmt::format("and {} more", text::counted(more, "line")));
  return lines;
}

}  // namespace firstcome::cli
