#include "cli/shown_config.h"

#include <fmt/core.h>

#include <sstream>

#include "text/json_object.h"
#include "text/secrets.h"

namespace firstcome::cli {
namespace {

bool is_json_as_typed(const Option& option) {
  return option.kind == Option::Kind::Number || option.kind == Option::Kind::Switch;
}

/// The same in TOML and JSON.
std::string literal(const Option& option, const Values& values) {
  if (option.kind == Option::Kind::Number) return std::to_string(values.number(option.name));
  if (option.kind == Option::Kind::Switch) return values.on(option.name) ? "true" : "false";
  return text::json_text(without_secrets(option, values.text(option.name)));
}

}  // namespace

std::string without_secrets(const Option& option, const std::string& text) {
  if (option.kind != Option::Kind::Lines) return text::without_secrets(text);
  std::string safe;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    const std::size_t equals = line.find('=');
    const bool is_secret = equals != std::string::npos && text::names_secret(line.substr(0, equals));
    safe += safe.empty() ? "" : "\n";
    // The whole line: a value may contain spaces.
    safe += is_secret ? line.substr(0, equals + 1) + "***" : text::without_secrets(line);
  }
  return safe;
}

std::string config_as_toml(std::span<const Option> options, const Values& values) {
  std::string text;
  for (const Option& option : options) {
    if (option.where != Option::Where::Anywhere) continue;
    const std::string name(option.name);
    if (values.has(name)) {
      text += fmt::format("{} = {}  # {}\n", name, literal(option, values), values.origin(name));
    } else {
      text += fmt::format("# {} = {}  # not set\n", name, is_json_as_typed(option) ? "" : "\"\"");
    }
  }
  return text;
}

std::string config_as_json(std::span<const Option> options, const Values& values) {
  std::vector<const Option*> shown;
  for (const Option& option : options) shown.push_back(&option);
  const std::string settings = text::json_list(shown, [&](const Option* option) {
    text::JsonObject setting;
    setting.text("name", option->name);
    if (!values.has(option->name)) return setting.null("value").null("origin").str();
    return setting.json("value", literal(*option, values)).text("origin", values.origin(option->name)).str();
  });
  return text::JsonObject().json("settings", settings).str();
}

}  // namespace firstcome::cli
