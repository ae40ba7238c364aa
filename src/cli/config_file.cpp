#include "cli/config_file.h"

#include <fmt/core.h>

#define TOML_ENABLE_FORMATTERS 0  // firstcome only reads TOML
#include <toml++/toml.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>
#include <vector>

#include "cli/nearest.h"
#include "text/toml_lines.h"

namespace firstcome::cli {
namespace {

std::optional<std::string> as_typed(const toml::node& node) {
  if (const auto* text = node.as_string()) return text->get();
  if (const auto* number = node.as_integer()) return std::to_string(number->get());
  if (const auto* truth = node.as_boolean()) return truth->get() ? "true" : "false";
  return std::nullopt;
}

std::vector<std::string> keys_of(std::span<const Option> options) {
  std::vector<std::string> keys;
  for (const Option& option : options) {
    if (option.where == Option::Where::Anywhere) keys.emplace_back(option.name);
  }
  return keys;
}

std::string read(const std::string& path) {
  std::ifstream file;
  file.exceptions(std::ios::failbit | std::ios::badbit);
  file.open(path, std::ios::binary);
  std::ostringstream text;
  if (file.peek() != std::ifstream::traits_type::eof()) text << file.rdbuf();
  return text.str();
}

}  // namespace

Result<ConfigFile> read_config_file(const std::string& path, std::span<const Option> options) {
  const std::vector<std::string> keys = keys_of(options);
  try {
    const std::string toml = read(path);
    RETURN_IF_ERROR(text::refuse_unsafe_toml(toml, path, {}));
    const toml::table table = toml::parse(toml, path);
    ConfigFile file;
    for (const auto& [toml_key, node] : table) {
      const std::string key(toml_key.str());
      const std::string line = fmt::format("{} line {}", path, node.source().begin.line);
      if (std::find(keys.begin(), keys.end(), key) == keys.end()) {
        return Error::permanent("{}: '{}' is not a setting{}", line, key, did_you_mean(key, keys));
      }
      const auto typed = as_typed(node);
      if (!typed)
        return Error::permanent("{}: {} must be a string, a whole number, true or false", line, key);
      file[key] = {*typed, fmt::format("{} ({})", line, key)};
    }
    return file;
  } catch (const std::ios_base::failure&) {
    return Error::permanent("{}: {}", path, std::strerror(errno));
  } catch (const toml::parse_error& error) {
    const auto line = error.source().begin.line;
    const std::string where = line > 0 ? fmt::format("{} line {}", path, line) : path;
    return Error::permanent("{}: {}", where, error.description());
  }
}

}  // namespace firstcome::cli
