#pragma once

#include <string_view>

#include "load/client_connection.h"
#include "load/plan.h"
#include "load/request_log.h"
#include "load/tally.h"

namespace firstcome::load {

/// What one thread of the generator writes down about its requests: counts and latencies of the run, and a
/// row for each that the judge can read.
class Ledger {
 public:
  explicit Ledger(const Plan& plan) : plan_(plan) {}

  /// Whether what is noted belongs to the run. Before and after it there are rows, but nothing counts.
  void measure(bool running);
  /// The whole answer has been read at `now`.
  void answered(const Question& question, const ClientConnection& connection, const Answer& answer, Tick now);
  void unanswered(const Question& question, const ClientConnection& connection, RequestResult why,
                  std::string_view complaint, Tick now);
  void dropped(std::int64_t requests);

  /// What was counted since it was last taken.
  Interval take_interval();
  [[nodiscard]] const Tally& tally() const { return tally_; }
  [[nodiscard]] const RequestLog& request_log() const { return request_log_; }
  /// When the last answer of the run came; 0 before the first.
  [[nodiscard]] Tick last_answer() const { return last_answer_; }

 private:
  [[nodiscard]] bool is_about(const Question& question, const Answer& answer) const;
  void note(const Question& question, const ClientConnection& connection, const Answer& answer,
            RequestResult outcome, Tick now);
  void count(RequestResult outcome, nanoseconds latency, nanoseconds service);
  void count_fixed(const Answer& answer, nanoseconds latency);

  const Plan& plan_;
  bool running_ = false;
  Tick last_answer_ = 0;
  Tally tally_;
  Interval interval_;
  RequestLog request_log_;
};

}  // namespace firstcome::load
