#pragma once

#include <string>

#include "audit/progress.h"
#include "domain/time.h"

namespace firstcome::cli {

/// "audit  62% [############........] 3 s left": where no time can be told yet, without it.
std::string progress_bar(std::string_view what, std::int64_t done, std::int64_t total, milliseconds taken);

/// Shows on stderr how far something is: on a terminal one line that is written again and again, elsewhere a
/// line now and then, and none for what is done at once. Data on stdout comes after it is gone.
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
