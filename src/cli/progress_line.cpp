#include "cli/progress_line.h"

#include <unistd.h>

#include <algorithm>
#include <cstdio>

#include "audit/words.h"
#include "node/clock.h"

namespace firstcome::cli {
namespace {

constexpr milliseconds kEveryOnATerminal{100};
constexpr milliseconds kEveryElsewhere{10'000};
constexpr int kBarWidth = 30;
/// Before this, what is left is anybody's guess.
constexpr milliseconds kTimeFrom{500};

}  // namespace

std::string progress_bar(std::string_view what, std::int64_t done, std::int64_t total, milliseconds taken) {
  const double part =
      total > 0 ? std::clamp(static_cast<double>(done) / static_cast<double>(total), 0.0, 1.0) : 0;
  const int filled = static_cast<int>(part * kBarWidth);
  std::string line(what);
  const std::string percent = std::to_string(static_cast<int>(part * 100));
  line += std::string(5 - percent.size(), ' ') + percent + "% [" +
          std::string(static_cast<std::size_t>(filled), '#') +
          std::string(static_cast<std::size_t>(kBarWidth - filled), '.') + "]";
  if (taken < kTimeFrom || part <= 0) return line;
  const auto left =
      milliseconds{static_cast<std::int64_t>(static_cast<double>(taken.count()) * (1 - part) / part)};
  return line + " " + audit::duration(left) + " left";
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
  if (at - shown_ < (terminal_ ? kEveryOnATerminal : kEveryElsewhere)) return;
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
