#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "domain/ids.h"
#include "domain/result.h"
#include "domain/time.h"

namespace firstcome::load {

/// What a run of the generator is to do. Shares are in millionths.
struct Plan {
  std::vector<std::string> servers;  ///< host:port of each, at least one
  std::vector<PolicyId> policies;    ///< at least one; a user asks each of them in turn

  int threads = 1;
  int connections = 256;  ///< of all threads, dealt round to threads and servers
  /// Open loop: requests a second, sent when they are due. Nothing: closed loop, a connection asks again as
  /// soon as it was answered.
  std::optional<std::int64_t> rate;
  milliseconds drop_after{
      1'000};            ///< open loop: a request that found no free connection for so long is dropped
  milliseconds ramp{0};  ///< until the full rate, or until all connections ask

  /// Whichever comes first; at least one is there.
  std::optional<std::int64_t> requests;
  std::optional<milliseconds> duration;
  milliseconds timeout{15'000};  ///< how long a connection waits for an answer before it gives up

  std::int64_t users = 0;  ///< all of them ask, then all again; 0: every request comes from a new one
  std::int64_t first_user = 1;
  std::int64_t twice = 0;  ///< of the users, who press again at once
  std::int64_t break_off =
      0;                   ///< of the requests, whose connection is cut, in the middle of either direction
  std::int64_t fixed = 0;  ///< of the requests, sent to /bench/fixed to compare with

  std::int64_t keep = 20'000'000;  ///< of the requests, the most to be kept and judged; later ones only count
  std::int64_t ask_again = 10'000;  ///< the most tickets and users to be asked about again afterwards
};

/// Rates, shares and times that contradict each other, in words that name the flags.
Status check(const Plan& plan);

/// Connections of thread `thread`.
int connections_of(const Plan& plan, int thread);
/// Requests of thread `thread`; nothing: as many as there is time for.
std::optional<std::int64_t> requests_of(const Plan& plan, int thread);

}  // namespace firstcome::load
