#include "log/log.h"

#include <fmt/core.h>
#include <poll.h>
#include <unistd.h>

#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <mutex>

#include "log/log_rate_limiter.h"
#include "text/grouped.h"
#include "text/json_object.h"
#include "text/terminal.h"

namespace firstcome::log {
namespace {

using Level = spdlog::level::level_enum;

constexpr auto kUtc = spdlog::pattern_time_type::utc;
constexpr const char* kText = "%Y-%m-%dT%H:%M:%S.%eZ %^%l%$ %v";
/// spdlog does not write JSON: `%v` is the escaped text of the other members.
constexpr const char* kJson = R"({"time":"%Y-%m-%dT%H:%M:%S.%eZ","level":"%l",%v})";

std::atomic<bool> in_json{false};
std::mutex limiter_mutex;
LogRateLimiter limiter;  // guarded by limiter_mutex

spdlog::color_mode colours() {
  const char* unwanted = std::getenv("NO_COLOR");  // https://no-color.org: set, and not empty
  return unwanted != nullptr && *unwanted != '\0' ? spdlog::color_mode::never : spdlog::color_mode::automatic;
}

spdlog::logger& logger() {
  static const auto instance = [] {
    auto made = spdlog::stderr_color_mt("firstcome", colours());
    made->set_pattern(kText, kUtc);
    made->flush_on(spdlog::level::trace);
    return made;
  }();
  return *instance;
}

std::string members(const std::string& line, const Facts& facts) {
  text::JsonObject object;
  object.text("message", line);
  for (const Fact& fact : facts) {
    if (const auto* number = std::get_if<std::int64_t>(&fact.value)) {
      object.number(fact.name, *number);
    } else {
      object.text(fact.name, std::get<std::string>(fact.value));
    }
  }
  const std::string whole = object.str();
  return whole.substr(1, whole.size() - 2);
}

/// One event is one line, also if an error message of a library has several.
std::string on_one_line(std::string line) {
  std::ranges::replace_if(
      line, [](char c) { return c == '\n' || c == '\r' || c == '\t'; }, ' ');
  return text::for_terminal(line);
}

/// Lines that were not written since the last one.
std::atomic<std::int64_t> dropped{0};

/// False for a full pipe that no one reads. A write to it would block its thread, in the end every thread.
bool is_writable() {
  pollfd error_output{.fd = STDERR_FILENO, .events = POLLOUT, .revents = 0};
  return ::poll(&error_output, 1, 0) != 0;  // a closed one is an error at once, not a wait
}

// The line is an argument, because it may contain format characters.
void write(Level level, const std::string& line, const Facts& facts) {
  if (!logger().should_log(level)) return;
  if (!is_writable()) {
    ++dropped;
    return;
  }
  if (const std::int64_t missing = dropped.exchange(0); missing > 0) {
    write(Level::warn,
          fmt::format("{} {} dropped, because the reader of stderr was too slow",
                      text::counted(missing, "log line"), missing == 1 ? "was" : "were"),
          {});
  }
  logger().log(level, "{}", in_json ? text::for_terminal(members(line, facts)) : on_one_line(line));
}

/// The subject of a line: the values of the facts that distinguish lines from one line of the source code.
std::string subject_of(const Facts& facts) {
  constexpr std::string_view kSubjects[] = {"partition", "operation", "topic", "setting"};
  std::string subject;
  for (const Fact& fact : facts) {
    if (std::ranges::find(kSubjects, fact.name) == std::end(kSubjects)) continue;
    std::visit([&](const auto& value) { subject += fmt::format("{}\n", value); }, fact.value);
  }
  return subject;
}

void write_limited(Level level, const std::string& line, const Facts& facts, const Source& source) {
  if (!logger().should_log(level)) return;
  {
    const std::lock_guard lock(limiter_mutex);
    if (!limiter.passes({source, subject_of(facts)}, level, line, std::chrono::steady_clock::now())) return;
  }
  write(level, line, facts);
}

void write_repeats(const std::vector<LogRateLimiter::Repeats>& all) {
  for (const LogRateLimiter::Repeats& repeats : all) {
    const std::int64_t seconds = (repeats.within.count() + 999) / 1'000;
    write(static_cast<Level>(repeats.level),
          fmt::format("{} ({} lines like this within {} s)", repeats.line, repeats.count, seconds),
          {{"repeated", repeats.count}, {"withinSeconds", seconds}});
  }
}

}  // namespace

bool set_level(std::string_view level) {
  const auto known = spdlog::level::from_str(std::string(level));
  if (known == spdlog::level::off) return false;  // also the result for an unknown level
  logger().set_level(known);
  return true;
}

bool set_format(std::string_view format) {
  if (format != "text" && format != "json") return false;
  in_json = format == "json";
  logger().set_pattern(in_json ? kJson : kText, kUtc);
  return true;
}

void debug(const std::string& line, const Facts& facts) {
  if (logger().should_log(Level::debug)) write(Level::debug, line, facts);
}
void info(const std::string& line, const Facts& facts, Source source) {
  write_limited(Level::info, line, facts, source);
}
void warn(const std::string& line, const Facts& facts, Source source) {
  write_limited(Level::warn, line, facts, source);
}
void error(const std::string& line, const Facts& facts, Source source) {
  write_limited(Level::err, line, facts, source);
}

void log_repeats() {
  const std::lock_guard lock(limiter_mutex);
  write_repeats(limiter.due(std::chrono::steady_clock::now()));
}

void log_last_repeats() {
  const std::lock_guard lock(limiter_mutex);
  write_repeats(limiter.all(std::chrono::steady_clock::now()));
}

}  // namespace firstcome::log
