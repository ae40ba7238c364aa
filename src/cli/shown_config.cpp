#include "cli/shown_config.h"

#include <fmt/core.h>

#include <sstream>

#include "text/json_object.h"

namespace firstcome::cli {
namespace {

constexpr std::string_view kStars = "***";

std::string property_without_secret(const std::string& line) {
  const std::size_t equals = line.find('=');
  if (equals == std::string::npos || !is_secret_property(line.substr(0, equals))) return line;
  return line.substr(0, equals + 1) + std::string(kStars);
}

/// Hides user:password@ and password=… in an address for libpq.
std::string address_without_password(std::string text) {
  const std::size_t scheme = text.find("://");
  if (scheme != std::string::npos) {
    const std::size_t begin = scheme + 3;
    const std::size_t at = text.substr(0, text.find_first_of("/?", begin)).rfind('@');
    const std::size_t colon = text.find(':', begin);
    if (at != std::string::npos && at > begin && colon < at) text.replace(colon + 1, at - colon - 1, kStars);
  }
  constexpr std::string_view kParameter = "password=";
  for (std::size_t from = text.find(kParameter); from != std::string::npos;
       from = text.find(kParameter, from)) {
    from += kParameter.size();
    text.replace(from, std::min(text.find_first_of("& ", from), text.size()) - from, kStars);
  }
  return text;
}

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

bool is_secret_property(std::string_view key) {
  for (const std::string_view part : {"password", "secret", "key.pem", "oauthbearer.config"}) {
    if (key.find(part) != std::string_view::npos) return true;
  }
  return false;
}

std::string without_secrets(const Option& option, const std::string& text) {
  if (option.kind != Option::Kind::Lines) return address_without_password(text);
  std::string safe;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    safe += (safe.empty() ? "" : "\n") + property_without_secret(line);
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
