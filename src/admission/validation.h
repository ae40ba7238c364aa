#pragma once

#include <array>
#include <boost/unordered/unordered_flat_map.hpp>
#include <deque>
#include <functional>
#include <optional>
#include <string_view>
#include <utility>

#include "admission/reply.h"
#include "admission/validator.h"
#include "admission/waiting_request.h"
#include "metrics/counter.h"
#include "replica/policy_snapshots.h"

namespace firstcome::admission {

/// The result of a validation. A request that is not refused is appended, and the decider decides.
enum class Validated : std::uint8_t {
  Refused,
  Passed,  ///< by the rows of the database the request can win
  Stale,   ///< the rows of the database may be outdated: see Validation::refuse
  Late,    ///< no answer within the timeout
  Away,    ///< no connection that answers, or an error
  Full,    ///< too many questions are waiting
};
inline constexpr std::array<std::string_view, 6> kValidated{"refused", "passed", "stale",
                                                            "late",    "away",   "full"};
/// By Validated. The edge thread counts.
using ValidationCounters = std::array<metrics::Counter, kValidated.size()>;

/// Validates the requests of one edge thread by the database before they are appended
/// (docs/decisions/0018-validation-by-the-database.md). Stepped by that thread; reads no clock.
class Validation {
 public:
  struct Parts {
    Validator& validator;
    ValidationCounters& counters;
    Era era = 1;
    milliseconds timeout{200};
    std::function<bool(Caller)> waits;  ///< false: the caller has closed the connection
  };
  struct Limits {
    milliseconds max_staleness;
    milliseconds start_slack;
  };

  explicit Validation(Parts parts) : parts_(std::move(parts)) {}

  /// False: the database cannot answer now.
  bool ask(std::uint64_t token, const WaitingRequest& request, Now now);
  /// The request of this answer; nothing if its timeout has passed.
  std::optional<WaitingRequest> take(std::uint64_t token);
  /// The next request whose timeout has passed.
  std::optional<std::pair<std::uint64_t, WaitingRequest>> take_late(Instant now);
  /// The refusal, if the stored rows make it certain. `stored` is null if the database could not answer.
  std::optional<Reply> refuse(const WaitingRequest& request, const Stored* stored,
                              replica::PolicySnapshotReader& views, const Limits& limits, Now now);
  [[nodiscard]] bool waits(Caller caller) const { return parts_.waits(caller); }
  [[nodiscard]] std::size_t pending() const { return requests_.size(); }

 private:
  void count(Validated validated) { parts_.counters[static_cast<std::size_t>(validated)].add(); }

  const Parts parts_;
  boost::unordered_flat_map<std::uint64_t, WaitingRequest> requests_;  ///< by token
  std::deque<std::pair<Instant, std::uint64_t>> deadlines_;  ///< in order, because all timeouts are equal
};

}  // namespace firstcome::admission
