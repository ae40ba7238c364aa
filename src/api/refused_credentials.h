#pragma once

#include <deque>
#include <functional>

#include "access/rate_limiter.h"
#include "api/exchange.h"
#include "domain/time.h"
#include "net/peer_address.h"

namespace firstcome::api {

/// Any thread.
using ReportRefusedCredential = std::function<void(const net::PeerAddress& client, access::Denial denial)>;

/// The number of wrong credentials of an address that are answered at once: kAtOnce, and one more each second. The
/// answer to others is delayed, so that guessing takes longer; right credentials from the same address are not delayed.
inline constexpr std::int64_t kWrongCredentialsAtOnce = 20;
inline constexpr milliseconds kDelayOfWrongCredential{1'000};

/// Reports wrong credentials, and delays the answers to callers that send many. One per worker, on its thread.
class RefusedCredentials {
 public:
  /// `at_once`: shared by all workers. `report` may be empty.
  RefusedCredentials(access::RateLimiter& at_once, Callers& callers, ReportRefusedCredential report)
      : at_once_(at_once), callers_(callers), report_(std::move(report)) {}

  /// The exchange holds the refusal. Now: send it. Later: Callers::answer() follows.
  net::Handled refused(const Exchange& exchange, Now now);
  void on_time(Now now);
  [[nodiscard]] bool waiting() const { return !delayed_.empty(); }

 private:
  struct Delayed {
    Instant until;
    admission::Caller caller = 0;
  };
  access::RateLimiter& at_once_;
  Callers& callers_;
  const ReportRefusedCredential report_;
  std::deque<Delayed> delayed_;  ///< in the order of time; at most one for each connection
};

}  // namespace firstcome::api
