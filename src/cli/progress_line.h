#pragma once

#include <string>

#include "audit/progress.h"
#include "domain/time.h"

namespace firstcome::cli {

/// "audit  62% [############........] 3 s left"; without the time until an estimate is possible.
std::string progress_bar(std::string_view what, std::int64_t done, std::int64_t total, milliseconds taken);

/// Prints progress to stderr: on a terminal one line that is overwritten, otherwise a line every 10 seconds.
/// Destroy it before data is printed to stdout.
class ProgressLine : public audit::Progress {
 public:
  explicit ProgressLine(std::string what);
  ~ProgressLine() override;
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;

  void reached(std::int64_t done, std::int64_t total) override;

 private:
  const std::string what_;
  const bool terminal_;
  const Instant began_;
  Instant shown_;
  bool on_screen_ = false;
};

}  // namespace firstcome::cli
