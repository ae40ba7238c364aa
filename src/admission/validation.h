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
#include "metrics/counter.h"
#include "replica/policy_snapshots.h"

namespace firstcome::admission {

/// How asking the database came out. Whatever is not refused is appended, and the decider validates.
enum class Validated : std::uint8_t {
  Refused,
  Passed,  ///< it can win by what the database holds
  Stale,   ///< what the database holds may be over: see Validation::refuse
  Late,    ///< no answer within the timeout
  Away,    ///< no connection that answers, or an error
  Full,    ///< too many questions wait already
};
inline constexpr std::array<std::string_view, 6> kValidated{"refused", "passed", "stale",
                                                            "late",    "away",   "full"};
/// By Validated. The edge thread counts.
using ValidationCounters = std::array<metrics::Counter, kValidated.size()>;

/// A request for a coupon that waits for something.
struct Asking {
  Caller caller = 0;
  PolicyId policy;
  UserId user;
  Partition partition = 0;
  bool respond_async = false;
  Instant until{};  ///< how long the caller waits for the final answer
};

/// The requests of one edge thread about which the database is asked, before they are appended
/// (docs/decisions/0018-validation-by-the-database.md). Stepped by the thread; reads no clock.
class Validation {
 public:
  struct Parts {
    Validator& validator;
    ValidationCounters& counters;
    Era era = 1;
    milliseconds timeout{200};
    std::function<bool(Caller)> waits;  ///< false: the caller has hung up
  };
  struct Limits {
    milliseconds max_staleness;
    milliseconds start_slack;
  };

  explicit Validation(Parts parts) : parts_(std::move(parts)) {}

  /// False: the database cannot be asked now.
  bool ask(std::uint64_t token, const Asking& asking, Now now);
  /// The request whose answer has come; nothing when it was given up before.
  std::optional<Asking> take(std::uint64_t token);
  /// One after the other of those that have waited too long.
  std::optional<std::pair<std::uint64_t, Asking>> take_late(Instant now);
  /// The refusal, if what is stored (null: unknown) makes it certain.
  std::optional<Reply> refuse(const Asking& asking, const Stored* stored,
                              replica::PolicySnapshotReader& views, const Limits& limits, Now now);
  [[nodiscard]] bool waits(Caller caller) const { return parts_.waits(caller); }
  [[nodiscard]] std::size_t pending() const { return asking_.size(); }

 private:
  void count(Validated validated) { parts_.counters[static_cast<std::size_t>(validated)].add(); }

  const Parts parts_;
  boost::unordered_flat_map<std::uint64_t, Asking> asking_;  ///< by token
  std::deque<std::pair<Instant, std::uint64_t>> deadlines_;  ///< in order: all wait equally long
};

}  // namespace firstcome::admission
