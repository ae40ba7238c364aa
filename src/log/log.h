#pragma once

#include <cstdint>
#include <source_location>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

/// The log on stderr, for operators: few lines, without data of users, which no message may contain. Repeats
/// are counted and logged from time to time. A repeat is a line from the same line of the source code with the
/// same facts `partition`, `operation`, `topic` and `setting`. Thread-safe.
namespace firstcome::log {

/// A fact of the line's text for machines: a member of the line's JSON object. The text format does not show
/// it.
struct Fact {
  std::string_view name;  ///< as in the HTTP interface: "partition", "adminAddress"
  std::variant<std::int64_t, std::string> value;
};
using Facts = std::vector<Fact>;

/// "debug", "info", "warn" or "error"; false for another level.
bool set_level(std::string_view level);
/// "text" (the default), or "json": one object per line with time, level, message and the facts. False for
/// another format. `NO_COLOR` in the environment switches off the colours of the text.
bool set_format(std::string_view format);

/// The line of the source code that logs. A function that logs for its callers passes on theirs; otherwise
/// different messages count as repeats.
using Source = std::source_location;

/// Lines of the level debug are not limited.
void debug(const std::string& line, const Facts& facts = {});
void info(const std::string& line, const Facts& facts = {}, Source source = Source::current());
void warn(const std::string& line, const Facts& facts = {}, Source source = Source::current());
void error(const std::string& line, const Facts& facts = {}, Source source = Source::current());

/// Logs the repeats that were counted for long enough. Call it about once per second.
void log_repeats();
/// Logs all counted repeats. Call it at the end.
void log_last_repeats();

}  // namespace firstcome::log
