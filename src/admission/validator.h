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

/// What the database is asked about one request.
struct Question {
  std::uint64_t token = 0;
  Partition home = 0;
  PolicyId policy;
  UserId user;
  std::int32_t ordinal = 1;  ///< of the requested coupon
};

/// The rows of the database for one request, from one snapshot.
struct Stored {
  Era era = 1;
  Offset next_offset = 0;  ///< the saved position of the policy's home
  Timestamp clock;         ///< the clock of the journal at that position
  /// Only the revision and the fields that decide about issuing. Nothing: the policy is not saved.
  std::optional<Policy> policy;
  /// The user's coupon with the requested ordinal, or the newest if the user has fewer.
  std::optional<decide::OwnedCoupon> held;
};

/// Asks the database about requests of one edge thread. No call blocks.
class Validator {
 public:
  enum class Sent : std::uint8_t {
    Sent,  ///< the sink receives the answer, unless the validator is destroyed before
    Away,  ///< no connection that answers
    Full,  ///< too many questions are waiting for the database
  };
  virtual ~Validator() = default;
  virtual Sent ask(const Question& question, Instant now) = 0;
  /// Sends the questions since the last call. Called at the end of each turn of the thread's loop.
  virtual void send() = 0;
  /// For timeouts. Called every few milliseconds while questions wait.
  virtual void on_time(Instant now) = 0;
};

class ValidationSink {
 public:
  virtual ~ValidationSink() = default;
  /// On the edge thread, from its loop or from send() or on_time(), never from ask(). Null: the database did not answer
  /// (the connection was lost, or it returned an error).
  virtual void validated(std::uint64_t token, const Stored* stored) = 0;
};

/// Makes validators and outlives them.
class Validators {
 public:
  virtual ~Validators() = default;
  /// For the thread of this loop, before it runs.
  virtual std::unique_ptr<Validator> make(net::EventLoop& loop, ValidationSink& sink) = 0;
};

}  // namespace firstcome::admission
