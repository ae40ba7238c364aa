#include "app/config_file.h"

#define TOML_ENABLE_FORMATTERS 0  // only read here
#include <toml++/toml.h>

#include <algorithm>
#include <vector>

#include "app/nearest.h"

namespace firstcome::app {
namespace {

Error wrong(const std::string& what) { return Error{Error::Kind::Permanent, what}; }

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

}  // namespace

Result<ConfigFile> read_config_file(const std::string& path, std::span<const Option> options) {
  const std::vector<std::string> keys = keys_of(options);
  try {
    const toml::table table = toml::parse_file(path);
    ConfigFile file;
    for (const auto& [toml_key, node] : table) {
      const std::string key(toml_key.str());
      const std::string line = path + " line " + std::to_string(node.source().begin.line);
      if (std::find(keys.begin(), keys.end(), key) == keys.end()) {
        return wrong(line + ": '" + key + "' is no setting" + did_you_mean(key, keys));
      }
      const auto text = as_typed(node);
      if (!text) return wrong(line + ": " + key + " must be a string, a whole number, true or false");
      file[key] = {*text, line + " (" + key + ")"};
    }
    return file;
  } catch (const toml::parse_error& error) {
    const auto line = error.source().begin.line;
    return wrong(path + (line > 0 ? " line " + std::to_string(line) : std::string()) + ": " +
                 std::string(error.description()));
  }
}

}  // namespace firstcome::app
