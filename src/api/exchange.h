#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "admission/admission.h"
#include "api/call.h"
#include "api/results.h"
#include "domain/record.h"
#include "net/request.h"
#include "ticket/ticket.h"

namespace firstcome::api {

/// Which of a user's coupons are asked for.
struct CouponsQuestion {
  UserId user;
  std::optional<PolicyId> policy;  ///< this one alone
  PolicyId cursor;                 ///< those with ids above it
};

/// One request of a connection and the answer it gets. The worker keeps it beside its connection and reuses
/// its memory.
struct Exchange : net::RoundTrip {
  admission::Caller caller = 0;     ///< names this request while it waits; another for every request
  std::string_view cross_origin{};  ///< header lines for web pages of other origins; mostly none

  // For the metrics.
  Call call = Call::Other;
  ResultLabel result = kOk;    ///< of `response`
  Instant began{};             ///< when the loop's turn that brought the request did
  bool refused_early = false;  ///< by the database: the answer came later, and not by the journal

  // What a request that waits will need.
  admission::Wait wait;
  PolicyCommand::Kind command = PolicyCommand::Kind::Create;
  /// A command whose id or revision is this edge's choice: sent again with another on EXISTS or STALE.
  std::optional<PolicyCommand> proposed;
  int proposals = 0;
  std::optional<Ticket> ticket;
  std::optional<CouponsQuestion> coupons;
  std::optional<PolicyId> policy;  ///< the store is asked for this one, not for a page

  void begin() {
    refused_early = false;
    cross_origin = {};
    proposed.reset();
    ticket.reset();
    coupons.reset();
  }
};

/// The waiting callers of one worker.
class Callers {
 public:
  virtual ~Callers() = default;
  /// Null when the caller has hung up.
  virtual Exchange* find(admission::Caller caller) = 0;
  /// The response of a caller who was handled Later is filled: send it.
  virtual void answer(admission::Caller caller) = 0;
};

}  // namespace firstcome::api
