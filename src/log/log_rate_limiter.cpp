#include "log/log_rate_limiter.h"

#include <algorithm>
#include <utility>

namespace firstcome::log {
namespace {

constexpr int kPassFirst = 3;
constexpr milliseconds kWindowFirst{10'000};
constexpr milliseconds kWindowMost{600'000};

}  // namespace

bool LogRateLimiter::passes(const LineSource& source, int level, const std::string& line, Instant now) {
  Window& window = windows_.try_emplace(source, Window{now, kWindowFirst, kPassFirst, {}}).first->second;
  if (window.free > 0) {
    --window.free;
    return true;
  }
  window.repeats.level = level;
  window.repeats.line = line;
  ++window.repeats.count;
  return false;
}

LogRateLimiter::Repeats LogRateLimiter::take(Window& window, Instant now) {
  Repeats repeats = std::exchange(window.repeats, {});
  repeats.within = std::chrono::duration_cast<milliseconds>(now - window.since);
  window.since = now;
  window.length = std::min(window.length * 2, kWindowMost);
  return repeats;
}

std::vector<LogRateLimiter::Repeats> LogRateLimiter::due(Instant now) {
  std::vector<Repeats> due;
  const auto is_over = [&](const Window& window) { return now - window.since >= window.length; };
  // A fault that has ended counts as new when it occurs again.
  std::erase_if(windows_,
                [&](const auto& one) { return is_over(one.second) && one.second.repeats.count == 0; });
  for (auto& [source, window] : windows_) {
    if (is_over(window)) due.push_back(take(window, now));
  }
  return due;
}

std::vector<LogRateLimiter::Repeats> LogRateLimiter::all(Instant now) {
  std::vector<Repeats> all;
  for (auto& [source, window] : windows_) {
    if (window.repeats.count > 0) all.push_back(take(window, now));
  }
  windows_.clear();
  return all;
}

}  // namespace firstcome::log
