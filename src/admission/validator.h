#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "decide/coupon_owners.h"
#include "domain/policy.h"

namespace firstcome::net {
class EventLoop;
}

namespace firstcome::admission {

/// What the database holds of one request, in one snapshot.
struct Stored {
  Era era = 1;
  Offset next_offset = 0;  ///< of the policy's home partition: all before it is saved, nothing from it on
  Timestamp clock;         ///< the journal's, there
  /// Only what issuing is judged by, and the revision. Nothing: no such policy is saved.
  std::optional<Policy> policy;
  std::optional<decide::OwnedCoupon> held;  ///< the user's coupon
};

/// Asks the database about requests, beside the work of one edge thread: no call waits for anything.
class Validator {
 public:
  enum class Asked : std::uint8_t {
    Asked,  ///< the sink will be told, unless the validator is destroyed before
    Away,   ///< no connection that answers
    Full,   ///< too many questions wait for the database already
  };
  virtual ~Validator() = default;
  virtual Asked ask(std::uint64_t token, Partition home, PolicyId policy, UserId user, Instant now) = 0;
  /// Sends what was asked since the last call; at the end of a turn of the thread's loop.
  virtual void send() = 0;
  /// For what does not come by itself; every few milliseconds while questions wait.
  virtual void on_time(Instant now) = 0;
};

class ValidationSink {
 public:
  virtual ~ValidationSink() = default;
  /// On the edge thread, from its loop or from send() or on_time(), never from ask(). Null: it was asked, and
  /// the database cannot tell (the connection was lost, it refused).
  virtual void validated(std::uint64_t token, const Stored* stored) = 0;
};

/// Makes them. Outlives them.
class Validators {
 public:
  virtual ~Validators() = default;
  /// For the thread of this loop, before it runs.
  virtual std::unique_ptr<Validator> make(net::EventLoop& loop, ValidationSink& sink) = 0;
};

}  // namespace firstcome::admission
