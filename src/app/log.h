#pragma once

#include <string>
#include <string_view>

/// What an operator reads on stderr: few lines, never anything of a user's. Thread-safe.
namespace firstcome::app::log {

/// "debug", "info", "warn", "error"; false for another word.
bool set_level(std::string_view level);

void debug(const std::string& line);
void info(const std::string& line);
void warn(const std::string& line);
void error(const std::string& line);

}  // namespace firstcome::app::log
