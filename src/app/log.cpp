#include "app/log.h"

#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

namespace firstcome::app::log {
namespace {

spdlog::logger& logger() {
  static const auto instance = [] {
    auto made = spdlog::stderr_color_mt("firstcome");
    made->set_pattern("%Y-%m-%dT%H:%M:%S.%e%z %^%l%$ %v");
    made->flush_on(spdlog::level::trace);
    return made;
  }();
  return *instance;
}

}  // namespace

bool set_level(std::string_view level) {
  const auto known = spdlog::level::from_str(std::string(level));
  if (known == spdlog::level::off) return false;  // also what it makes of words it does not know
  logger().set_level(known);
  return true;
}

// Handed over as an argument: a line is never a format.
void debug(const std::string& line) { logger().debug("{}", line); }
void info(const std::string& line) { logger().info("{}", line); }
void warn(const std::string& line) { logger().warn("{}", line); }
void error(const std::string& line) { logger().error("{}", line); }

}  // namespace firstcome::app::log
