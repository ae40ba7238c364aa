#include "load/page.h"

#include <cerrno>
#include <cstring>
#include <fstream>

#include "domain/check.h"

namespace firstcome::load {
namespace {

/// Escapes "<", because HTML ends a script at "</script", even inside a JSON string.
std::string without_tags(const std::string& json) {
  std::string safe;
  for (const char letter : json) letter == '<' ? safe += "\\u003c" : safe += letter;
  return safe;
}

}  // namespace

std::string as_page(const Summary& summary) {
  constexpr std::string_view kData = "{{data}}";
  const std::string_view page = page_template();
  const std::size_t at = page.find(kData);
  CHECK(at != std::string_view::npos);
  std::string html(page.substr(0, at));
  html += without_tags(page_data(summary));
  html += page.substr(at + kData.size());
  return html;
}

Status write_page(const std::string& path, const Summary& summary) {
  const std::string page = as_page(summary);
  errno = 0;
  std::ofstream file(path, std::ios::trunc);
  file << page;
  file.close();
  if (file) return Done{};
  return Error::permanent("--html: cannot write {}: {}", path, std::strerror(errno));
}

}  // namespace firstcome::load
