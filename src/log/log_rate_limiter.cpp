#include "log/log_rate_limiter.h"

#include <algorithm>
#include <utility>

namespace firstcome::log {
namespace {

constexpr int kPassAtOnce = 3;
constexpr milliseconds kWindowFirst{10'000};
constexpr milliseconds kWindowMost{600'000};

}  // namespace

bool LogRateLimiter::passes(const LineSource& source, int level, const std::string& line, Instant now) {
  Window& window = windows_.try_emplace(source, Window{now, kWindowFirst, kPassAtOnce, {}}).first->second;
  if (window.free > 0) {
    --window.free;
    return true;
  }
  window.kept.level = level;
  window.kept.line = line;
  ++window.kept.count;
  return false;
}

LogRateLimiter::Kept LogRateLimiter::take(Window& window, Instant now) {
  Kept kept = std::exchange(window.kept, {});
  kept.within = std::chrono::duration_cast<milliseconds>(now - window.since);
  window.since = now;
  window.length = std::min(window.length * 2, kWindowMost);
  return kept;
}

std::vector<LogRateLimiter::Kept> LogRateLimiter::due(Instant now) {
  std::vector<Kept> due;
  const auto is_over = [&](const Window& window) { return now - window.since >= window.length; };
  // A fault that has ended is new when it occurs again.
  std::erase_if(windows_, [&](const auto& one) { return is_over(one.second) && one.second.kept.count == 0; });
  for (auto& [source, window] : windows_) {
    if (is_over(window)) due.push_back(take(window, now));
  }
  return due;
}

std::vector<LogRateLimiter::Kept> LogRateLimiter::all(Instant now) {
  std::vector<Kept> all;
  for (auto& [source, window] : windows_) {
    if (window.kept.count > 0) all.push_back(take(window, now));
  }
  windows_.clear();
  return all;
}

}  // namespace firstcome::log
