#pragma once

#include <algorithm>
#include <compare>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "access/caller.h"
#include "access/denial.h"
#include "admission/admission.h"
#include "api/call.h"
#include "api/results.h"
#include "api/route.h"
#include "domain/id_form.h"
#include "domain/record.h"
#include "domain/trace_context.h"
#include "net/request.h"
#include "ticket/coupon_code.h"
#include "ticket/ticket.h"

namespace firstcome::api {

/// The last coupon of the previous page of a user's coupons.
struct CouponCursor {
  PolicyId policy;
  std::int32_t ordinal = 0;

  auto operator<=>(const CouponCursor&) const = default;
};

/// A query for the coupons of a user.
struct CouponsQuestion {
  UserId user;
  std::optional<PolicyId> policy;  ///< only of this policy
  CouponCursor cursor;             ///< only coupons after it
};

/// Who sent a request, until its response is sent.
struct Sender {
  access::Caller::Kind kind = access::Caller::Kind::Anonymous;
  UserId user{};                ///< of a user token
  std::uint64_t principal = 0;  ///< see access::Caller
  std::string name;             ///< of a key
};

/// The trace of a request.
struct RequestTrace {
  TraceContext context;  ///< its record and its response carry it
  /// Only of a sampled request, and only if this node exports spans.
  struct Exported {
    TraceContext caller;     ///< the parent of the span of the request, which is the one of `context`
    std::uint64_t span = 0;  ///< of the request
    // Of its record, as far as there is one and this edge knows.
    Instant appended_at{};
    Instant acknowledged_at{};
    Instant read_at{};
    std::optional<Place> place{};
  };
  std::optional<Exported> exported{};
};

/// One request of a connection and its response. The worker keeps it beside the connection and reuses its memory.
struct Exchange : net::RoundTrip {
  admission::Caller caller = 0;  ///< identifies the request while it waits; each request has another number
  std::string_view cross_origin{};  ///< header lines for web pages of other origins; usually none
  net::PeerAddress client;          ///< the peer, or whom a trusted proxy names
  Sender sender;
  const Route* route = nullptr;                  ///< null: no route serves the request
  UserId user{};                                 ///< whom the request is about, if it names one user
  access::Denial denial = access::Denial::None;  ///< why the credential was refused
  IdForm ids = IdForm::Number;                   ///< in the response

  std::optional<RequestTrace> trace;

  // For the metrics.
  Call call = Call::Other;
  ResultLabel result = kOk;    ///< of `response`
  Instant began{};             ///< when the turn of the loop that read the request began
  bool refused_early = false;  ///< refused later, but without a record of its own
  bool by_database = false;    ///< refused by the database

  const Route* put_off = nullptr;  ///< waits for a turn; `target` has its parameters
  Target target{};

  // For requests that wait.
  admission::Wait wait;
  PolicyCommand::Kind command = PolicyCommand::Kind::Create;
  /// A command whose id or revision this edge has chosen: sent again with another one after EXISTS or STALE.
  std::optional<PolicyCommand> proposed;
  int proposals = 0;
  std::int64_t sequence = 0;  ///< of the coupon that the request is for; 0: none
  // One of these if the request names the coupon by its code; not compared with the coupon yet.
  std::optional<CouponCode> code;  ///< generated
  std::string imported_code;
  std::optional<CouponCommand> coupon_command;  ///< follows when the code is compared
  std::optional<Ticket> ticket;
  std::optional<CouponsQuestion> coupons;
  std::optional<PolicyId> policy;  ///< the query to the store is for this policy, not for a page
  std::optional<Code> decided;     ///< of the command whose response needs this policy

  /// Three digits, from the status line of the response, "HTTP/1.1 201 …".
  [[nodiscard]] std::string_view status() const {
    constexpr std::size_t kBefore = 9;
    return std::string_view(response).substr(std::min(kBefore, response.size()), 3);
  }
  [[nodiscard]] bool names_code() const { return code.has_value() || !imported_code.empty(); }
  /// The address that this request takes turns with. Operators are one of their own, also on a users' machine.
  [[nodiscard]] net::PeerAddress turns_with() const { return admin ? net::PeerAddress{} : peer; }

  void begin() {
    refused_early = false;
    put_off = nullptr;
    document = {};
    by_database = false;
    cross_origin = {};
    route = nullptr;
    user = {};
    trace.reset();
    sender.kind = access::Caller::Kind::Anonymous;
    sender.user = {};
    sender.principal = 0;
    sender.name.clear();
    denial = access::Denial::None;
    ids = IdForm::Number;
    proposed.reset();
    decided.reset();
    sequence = 0;
    code.reset();
    imported_code.clear();
    coupon_command.reset();
    ticket.reset();
    coupons.reset();
  }
};

/// The waiting callers of one worker.
class Callers {
 public:
  virtual ~Callers() = default;
  /// Null if the caller has closed the connection.
  virtual Exchange* find(admission::Caller caller) = 0;
  /// Sends the response of a request that returned Handled::Later. The response is filled.
  virtual void answer(admission::Caller caller) = 0;
};

}  // namespace firstcome::api
