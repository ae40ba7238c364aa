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

/// What was said for each option of a command, checked against its kind and bounds.
class Values {
 public:
  [[nodiscard]] const std::string& text(std::string_view name) const;
  [[nodiscard]] std::int64_t number(std::string_view name) const;
  [[nodiscard]] milliseconds duration(std::string_view name) const;
  [[nodiscard]] bool on(std::string_view name) const;
  /// Said by somebody, or it has a default.
  [[nodiscard]] bool has(std::string_view name) const;
  /// Where the value comes from, for messages: "--listen", "FIRSTCOME_LISTEN", "firstcome.toml line 3",
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

/// Flags by option name, as typed; a switch is "true".
using Flags = std::map<std::string, std::string, std::less<>>;
/// The environment; nothing for a variable that is not set. One that is empty counts as not set.
using Environment = std::function<std::optional<std::string>(const std::string&)>;
Environment process_environment();

/// Flag before environment before file before default. The file is the one `--config` names, if the command
/// has that option. An error names the place of the wrong value and what it may be. No
/// value is empty: such a flag or entry of the file is an error.
Result<Values> merge(std::span<const Option> options, const Flags& flags, const Environment& environment);

/// "20%", "0.2" → millionths; what is out of 0..1 too.
std::optional<std::int64_t> parse_share(std::string_view text);
/// "250ms", "2s", "5m" → milliseconds; a bare 0 too.
std::optional<std::int64_t> parse_duration(std::string_view text);

}  // namespace firstcome::cli
