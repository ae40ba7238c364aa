#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

/// What an operator reads on stderr: few lines, never anything of a user's. What repeats is counted and said
/// from time to time. Thread-safe.
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

void debug(const std::string& line, const Facts& facts = {});
void info(const std::string& line, const Facts& facts = {});
void warn(const std::string& line, const Facts& facts = {});
void error(const std::string& line, const Facts& facts = {});

/// Says what has been counted long enough. To be called about once a second while there may be faults.
void say_repeats();
/// Says all that has been counted: at the end.
void say_last_repeats();

}  // namespace firstcome::log
