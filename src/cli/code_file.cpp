#include "cli/code_file.h"

#include <fmt/core.h>

#include <algorithm>
#include <unordered_map>
#include <vector>

#include "domain/policy.h"

namespace firstcome::cli {
namespace {

/// A longer line is no code, also with quotes around it and each of its characters.
constexpr std::size_t kCodeLineMost = 2 * kImportedCodeLimit + 16;

bool is_code_header(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return lower == "code" || lower == "codes" || lower == "coupon_code";
}

/// The code of a line; empty if it has none. In quotes, two quotes are one.
std::string code_of(const ColumnFile::Line& line) {
  std::string code;
  for (std::size_t i = 0; i < line.text.size(); ++i) {
    const char c = line.text[i];
    if (line.has_quotes && c == '"' && (++i == line.text.size() || line.text[i] != '"')) return {};
    // A second column.
    if (!line.has_quotes && (c == ',' || c == ';')) return {};
    code += c;
  }
  return is_imported_code(code) ? code : std::string();
}

}  // namespace

CodeFile::CodeFile(std::string path) : file_(std::move(path), kCodeLineMost, is_code_header) {}

Status CodeFile::read(const std::function<Status(const Entry&)>& each) const {
  return file_.read([&](const ColumnFile::Line& line) -> Status {
    const std::string code = code_of(line);
    if (code.empty())
      return Error::permanent("{} line {} was changed while it was read.", file_.path(), line.number);
    return each({line.number, code});
  });
}

Result<CodeFile::Survey> CodeFile::survey() const {
  Survey survey;
  RETURN_IF_ERROR(file_.read([&](const ColumnFile::Line& line) -> Status {
    if (!code_of(line).empty()) {
      ++survey.codes;
    } else {
      survey.problems.add([&] {
        return fmt::format("{} line {} is not a code of 1 to {} visible ASCII characters in one column",
                           file_.path(), line.number, kImportedCodeLimit);
      });
    }
    return Done{};
  }));
  if (survey.problems.count == 0) {
    RETURN_IF_ERROR(find_duplicates(survey));
  }
  return survey;
}

/// Compares hashes first, then the codes of equal hashes.
Status CodeFile::find_duplicates(Survey& survey) const {
  const std::hash<std::string_view> hash;
  std::vector<std::size_t> hashes;
  hashes.reserve(static_cast<std::size_t>(survey.codes));
  RETURN_IF_ERROR(read([&](const Entry& entry) -> Status {
    hashes.push_back(hash(entry.code));
    return Done{};
  }));
  std::ranges::sort(hashes);
  std::vector<std::size_t> repeated;
  for (std::size_t i = 1; i < hashes.size(); ++i) {
    if (hashes[i] == hashes[i - 1] && (repeated.empty() || repeated.back() != hashes[i]))
      repeated.push_back(hashes[i]);
  }
  if (repeated.empty()) return Done{};
  std::unordered_map<std::string, std::int64_t> first_lines;
  return read([&](const Entry& entry) -> Status {
    if (!std::ranges::binary_search(repeated, hash(entry.code))) return Done{};
    const auto [first, is_new] = first_lines.emplace(entry.code, entry.line);
    if (is_new) return Done{};
    survey.problems.add([&, line = first->second] {
      return fmt::format("{} line {}: the code is already in line {}", file_.path(), entry.line, line);
    });
    return Done{};
  });
}

std::int64_t CodeFile::line_of(std::int64_t position) const {
  std::int64_t line = 0;
  const Status read = this->read([&](const Entry& entry) -> Status {
    if (--position > 0) return Done{};
    line = entry.line;
    return Error::permanent("found");
  });
  return read.ok() ? 0 : line;
}

}  // namespace firstcome::cli
