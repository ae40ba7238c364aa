#pragma once

#include <cstdint>
#include <source_location>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

/// What an operator reads on stderr: few lines, and no user's data, which must not get into a message in the
/// first place. Repeats are counted and written from time to time: of lines from the same place in the source
/// with the same `partition`, `operation`, `topic` and `setting` among their facts. Thread-safe.
namespace firstcome::log {

/// A fact that a line tells in words, once more for machines: a member of the line's JSON object. In text it
/// is not repeated.
struct Fact {
  std::string_view name;  ///< like those of the HTTP interface: "partition", "adminAddress"
  std::variant<std::int64_t, std::string> value;
};
using Facts = std::vector<Fact>;

/// "debug", "info", "warn", "error"; false for another word.
bool set_level(std::string_view level);
/// "text", for people (the default), or "json", an object a line: time, level, message and the facts; false
/// for another word. `NO_COLOR` in the environment keeps colours out of the text.
bool set_format(std::string_view format);

/// The place in the source where a message is made. A function that logs for its callers passes on theirs,
/// else different messages count as repeats of each other.
using Place = std::source_location;

/// Lines of the level debug are not limited.
void debug(const std::string& line, const Facts& facts = {});
void info(const std::string& line, const Facts& facts = {}, Place place = Place::current());
void warn(const std::string& line, const Facts& facts = {}, Place place = Place::current());
void error(const std::string& line, const Facts& facts = {}, Place place = Place::current());

/// Says what has been counted long enough. To be called about once a second while there may be faults.
void say_repeats();
/// Says all that has been counted: at the end.
void say_last_repeats();

}  // namespace firstcome::log
