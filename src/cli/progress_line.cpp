#include "cli/progress_line.h"

#include <fmt/core.h>

#include <unistd.h>

#include <algorithm>
#include <cstdio>

#include "audit/value_text.h"
#include "node/clock.h"

namespace firstcome::cli {
namespace {

constexpr milliseconds kIntervalOnTerminal{100};
constexpr milliseconds kInterval{10'000};
constexpr int kBarWidth = 30;
/// Earlier than this, an estimate of the remaining time is useless.
constexpr milliseconds kEstimateAfter{500};

}  // namespace

std::string progress_bar(std::string_view what, std::int64_t done, std::int64_t total, milliseconds taken) {
  const double part =
      total > 0 ? std::clamp(static_cast<double>(done) / static_cast<double>(total), 0.0, 1.0) : 0;
  const int filled = static_cast<int>(part * kBarWidth);
  const std::string bar(static_cast<std::size_t>(filled), '#');
  std::string line = fmt::format("{}{:5}% [{:.<{}}]", what, static_cast<int>(part * 100), bar, kBarWidth);
  if (taken < kEstimateAfter || part <= 0) return line;
  const auto left =
      milliseconds{static_cast<std::int64_t>(static_cast<double>(taken.count()) * (1 - part) / part)};
  return fmt::format("{} {} left", line, audit::duration_text(left));
}

ProgressLine::ProgressLine(std::string what)
    : what_(std::move(what)),
      terminal_(isatty(STDERR_FILENO) != 0),
      began_(node::now().steady),
      shown_(began_) {}

ProgressLine::~ProgressLine() {
  if (on_screen_) std::fputs("\r\x1b[K", stderr);
}

void ProgressLine::reached(std::int64_t done, std::int64_t total) {
  const Instant at = node::now().steady;
  if (at - shown_ < (terminal_ ? kIntervalOnTerminal : kInterval)) return;
  shown_ = at;
  const auto taken = std::chrono::duration_cast<milliseconds>(at - began_);
  const std::string line = progress_bar(what_, done, total, taken);
  if (terminal_) {
    std::fprintf(stderr, "\r%s\x1b[K", line.c_str());
    on_screen_ = true;
  } else {
    std::fprintf(stderr, "%s\n", line.c_str());
  }
}

}  // namespace firstcome::cli
