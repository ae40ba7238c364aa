#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "domain/ids.h"
#include "domain/result.h"
#include "domain/time.h"

namespace firstcome::load {

/// The settings of a run. Shares are in millionths.
struct Plan {
  std::vector<std::string> servers;  ///< host:port of each, at least one
  std::string credential;            ///< a key or a user token that each request sends; empty: none
  std::vector<PolicyId> policies;    ///< at least one; each user requests all of them

  int threads = 1;
  int connections = 256;  ///< of all threads together, evenly distributed to threads and servers
  /// Open loop: requests per second, sent when they are due. Empty: closed loop, a connection sends the next request
  /// when it gets a response.
  std::optional<std::int64_t> rate;
  milliseconds drop_after{1'000};  ///< open loop: drops a request if no connection is free for this time
  milliseconds ramp{0};            ///< time until the full rate, or until all connections are in use

  /// The run ends when the first of these is reached. At least one is set.
  std::optional<std::int64_t> requests;
  std::optional<milliseconds> duration;
  milliseconds timeout{15'000};  ///< of a response

  std::int64_t users =
      0;  ///< after the last user, the first one begins again; 0: each request has a new user
  std::int64_t first_user = 1;
  std::int64_t twice = 0;      ///< share of users that send each request twice
  std::int64_t break_off = 0;  ///< share of requests whose connection is broken, see PlannedRequest::Cut
  std::int64_t use = 0;        ///< share of the coupons won in the run that an order uses at once
  std::int64_t cancel = 0;     ///< share of the coupons won in the run that are cancelled at once
  std::int64_t fixed = 0;      ///< share of requests that are sent to /bench/fixed, for comparison

  std::int64_t keep =
      20'000'000;  ///< maximum number of requests that are logged and judged; later ones only count
  std::int64_t follow_up =
      10'000;  ///< maximum number of requests of each kind after the run, see follow_up.h
};

/// The error names the flags that contradict each other.
Status validate(const Plan& plan);

/// Connections of thread `thread`.
int connections_of(const Plan& plan, int thread);
/// Requests of thread `thread`; empty: no limit.
std::optional<std::int64_t> requests_of(const Plan& plan, int thread);

}  // namespace firstcome::load
