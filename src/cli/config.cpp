#include "cli/config.h"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdlib>

#include "cli/config_file.h"
#include "cli/nearest.h"
#include "domain/check.h"
#include "text/secrets.h"

namespace firstcome::cli {
namespace {

std::optional<std::int64_t> parse_number(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

std::optional<std::int64_t> parse_as(const Option& option, std::string_view text) {
  switch (option.kind) {
    case Option::Kind::Text:
    case Option::Kind::List:
    case Option::Kind::Lines:
    case Option::Kind::File:
    case Option::Kind::Folder: return 0;
    case Option::Kind::Choice: {
      const auto choices = choices_of(option);
      if (std::ranges::find(choices, text) == choices.end()) return std::nullopt;
      return 0;
    }
    case Option::Kind::Number: return parse_number(text);
    case Option::Kind::Duration: return parse_duration(text);
    case Option::Kind::Share: return parse_share(text);
    case Option::Kind::Switch:
      if (text == "true" || text == "1") return 1;
      if (text == "false" || text == "0") return 0;
      return std::nullopt;
  }
  return std::nullopt;
}

/// Why `typed` is not a value of the option.
std::string describe_wrong_value(const Option& option, const std::string& typed) {
  const std::string shown = text::without_secrets(typed);
  const auto is_not = [&](const char* what) { return fmt::format("'{}' is not {}", shown, what); };
  switch (option.kind) {
    case Option::Kind::Number: return is_not("a whole number");
    case Option::Kind::Duration: return is_not("a time like 250ms, 2s, 5m or 30d");
    case Option::Kind::Share: return is_not("a share like 20% or 0.2");
    case Option::Kind::Switch: return is_not("true or false");
    case Option::Kind::Choice:
      return fmt::format("'{}' is not one of {}{}", shown, option.choices,
                         did_you_mean(typed, choices_of(option)));
    default: return is_not("text");
  }
}

}  // namespace

std::optional<std::int64_t> parse_duration(std::string_view text) {
  if (text == "0") return 0;
  const std::size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
  const auto number = parse_number(text.substr(0, digits));
  const std::string_view unit = text.substr(digits);
  const std::int64_t factor = unit == "ms"  ? 1
                              : unit == "s" ? 1'000
                              : unit == "m" ? 60'000
                              : unit == "d" ? 86'400'000
                                            : 0;
  if (!number || factor == 0 || *number > INT64_MAX / factor) return std::nullopt;
  return *number * factor;
}

std::optional<std::int64_t> parse_share(std::string_view text) {
  const bool percent = text.ends_with('%');
  if (percent) text.remove_suffix(1);
  double number = 0;
  const auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), number, std::chars_format::fixed);
  if (error != std::errc() || end != text.data() + text.size() || !(number >= 0 && number <= 1000))
    return std::nullopt;
  return std::llround(number * (percent ? 10'000 : 1'000'000));
}

/// Collects the values of the options. The caller adds them in order of precedence: the first value counts.
class Merge {
 public:
  Status take(const Option& option, const std::string& text, const std::string& origin) {
    if (values_.values_.contains(option.name)) return Done{};
    if (text.empty()) {
      return Error::permanent("{} is empty: give it a value, or leave it out", origin);
    }
    const auto number = parse_as(option, text);
    if (!number) {
      return Error::permanent("{}: {}", origin, describe_wrong_value(option, text));
    }
    const std::string bounds = format_bounds(option);
    if (!bounds.empty() && (*number < option.least || *number > option.most)) {
      return Error::permanent("{}: {} is out of bounds: {}", origin, text, bounds);
    }
    values_.values_[std::string(option.name)] = {text, *number, origin};
    return Done{};
  }
  [[nodiscard]] bool has(std::string_view name) const { return values_.has(name); }
  Values take_values() { return std::move(values_); }

 private:
  Values values_;
};

Result<Values> merge(std::span<const Option> options, const Flags& flags, const Environment& environment) {
  ConfigFile file;
  if (const auto path = flags.find("config"); path != flags.end() && !path->second.empty()) {
    ASSIGN_OR_RETURN(file, read_config_file(path->second, options));
  }
  Merge merged;
  for (const Option& option : options) {
    Status status = Done{};
    const auto take = [&](const std::string& text, const std::string& origin) {
      if (status) status = merged.take(option, text, origin);
    };
    if (const auto flag = flags.find(option.name); flag != flags.end()) {
      take(flag->second, name_in_messages(option));
    }
    if (option.where == Option::Where::Anywhere) {
      const std::string variable = environment_name(option);
      // Scripts and container files pass an unset variable on as an empty one.
      if (const auto text = environment(variable); text && !text->empty()) take(*text, variable);
      if (const auto entry = file.find(option.name); entry != file.end()) {
        take(entry->second.text, entry->second.where);
      }
    }
    if (!option.fallback.empty()) take(std::string(option.fallback), "default");
    if (!status) return status.error();
    if (option.required && !merged.has(option.name)) {
      return Error::permanent("{} is required", name_in_messages(option));
    }
  }
  return merged.take_values();
}

Environment process_environment() {
  return [](const std::string& name) -> std::optional<std::string> {
    const char* text = std::getenv(name.c_str());
    return text == nullptr ? std::nullopt : std::optional<std::string>(text);
  };
}

const Values::Value& Values::at(std::string_view name) const {
  const auto found = values_.find(name);
  CHECK(found != values_.end());
  return found->second;
}

const std::string& Values::text(std::string_view name) const { return at(name).text; }
std::int64_t Values::number(std::string_view name) const { return at(name).number; }
milliseconds Values::duration(std::string_view name) const { return milliseconds{at(name).number}; }
bool Values::on(std::string_view name) const { return has(name) && at(name).number != 0; }
bool Values::has(std::string_view name) const { return values_.contains(name); }
const std::string& Values::origin(std::string_view name) const { return at(name).origin; }

}  // namespace firstcome::cli
