#pragma once

#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "cli/option.h"
#include "domain/result.h"
#include "domain/time.h"

namespace firstcome::cli {

/// The values of the options of a command, checked against kind and bounds.
class Values {
 public:
  [[nodiscard]] const std::string& text(std::string_view name) const;
  [[nodiscard]] std::int64_t number(std::string_view name) const;
  [[nodiscard]] milliseconds duration(std::string_view name) const;
  [[nodiscard]] bool on(std::string_view name) const;
  /// True if the option was given or has a default.
  [[nodiscard]] bool has(std::string_view name) const;
  /// The source of the value, for messages: "--listen", "FIRSTCOME_LISTEN", "firstcome.toml line 3",
  /// "default".
  [[nodiscard]] const std::string& origin(std::string_view name) const;

 private:
  friend class Merge;
  struct Value {
    std::string text;
    std::int64_t number = 0;
    std::string origin;
  };
  [[nodiscard]] const Value& at(std::string_view name) const;
  std::map<std::string, Value, std::less<>> values_;
};

/// Typed values by option name; a switch is "true".
using Flags = std::map<std::string, std::string, std::less<>>;
/// Returns an environment variable; nothing: it is not set. An empty variable counts as not set.
using Environment = std::function<std::optional<std::string>(const std::string&)>;
Environment process_environment();

/// A flag overrides the environment, which overrides the file, which overrides the default. `--config` names
/// the file, if the command has that option. An error names the source of the wrong value and the allowed
/// values. An empty flag or entry of the file is an error.
Result<Values> merge(std::span<const Option> options, const Flags& flags, const Environment& environment);

/// "20%", "0.2" → millionths; also values above 100%.
std::optional<std::int64_t> parse_share(std::string_view text);
/// "250ms", "2s", "5m", "30d" → milliseconds; also 0 without a unit.
std::optional<std::int64_t> parse_duration(std::string_view text);

}  // namespace firstcome::cli
