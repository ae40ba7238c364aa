#pragma once

#include <string_view>

#include "load/client_connection.h"
#include "load/plan.h"
#include "load/request_log.h"
#include "load/tally.h"

namespace firstcome::load {

/// Records the requests of one thread: counts and latencies of the run, and a row of the log for each request.
class RequestRecorder {
 public:
  explicit RequestRecorder(const Plan& plan) : plan_(plan) {}

  /// True during the run. Otherwise requests are logged, but not counted.
  void set_counting(bool counting);
  /// The whole response was read at `now`.
  void add_response(const PlannedRequest& request, const ClientConnection& connection,
                    const Response& response, Tick now);
  void add_failure(const PlannedRequest& request, const ClientConnection& connection, RequestResult why,
                   std::string_view error, Tick now);
  void add_dropped(std::int64_t requests);

  /// The counts since the last call.
  Interval take_interval();
  [[nodiscard]] const Tally& tally() const { return tally_; }
  [[nodiscard]] const RequestLog& request_log() const { return request_log_; }
  /// The time of the run's last response; 0 before the first.
  [[nodiscard]] Tick last_answer() const { return last_answer_; }

 private:
  [[nodiscard]] bool is_about(const PlannedRequest& request, const Response& response) const;
  void record(const PlannedRequest& request, const ClientConnection& connection, const Response& response,
              RequestResult result, Tick now);
  void count(RequestResult result, nanoseconds latency, nanoseconds service);
  void count_fixed(const Response& response, nanoseconds latency);

  const Plan& plan_;
  bool counting_ = false;
  Tick last_answer_ = 0;
  Tally tally_;
  Interval interval_;
  RequestLog request_log_;
};

}  // namespace firstcome::load
