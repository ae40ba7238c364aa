#pragma once

#include <string>

#include "admission/admission.h"
#include "api/answering.h"
#include "api/call_settings.h"
#include "api/exchange.h"
#include "api/json_body.h"
#include "api/query_thread.h"
#include "api/route.h"
#include "replica/policy_snapshots.h"

namespace firstcome::api {

/// The calls about policies. Reads use the policies in memory; commands go through the journal like requests.
class PolicyCalls {
 public:
  struct Parts {
    Callers& callers;
    admission::Admission& admission;
    Answering& answering;
    BodyReader& bodies;
    const replica::PolicySnapshots& snapshots;
    QueryThread& queries;
    QuestionSink& answers;  ///< receives the answers of `queries`
    const CallSettings& settings;
  };
  explicit PolicyCalls(const Parts& parts) : parts_(parts) {}

  net::Handled list(const Target& target, Exchange& exchange, Now now);
  net::Handled get(const Target& target, Exchange& exchange, Now now);
  net::Handled create(const Target& target, Exchange& exchange, Now now);
  net::Handled change(const Target& target, Exchange& exchange, Now now);
  net::Handled import_chunk(const Target& target, Exchange& exchange, Now now);
  net::Handled list_users(const Target& target, Exchange& exchange, Now now);
  net::Handled add_codes(const Target& target, Exchange& exchange, Now now);
  /// Pauses, resumes or closes.
  template <PolicyCommand::Kind kind>
  net::Handled set_state(const Target& target, Exchange& exchange, Now now) {
    return set_state(kind, target.policy, exchange, now);
  }

  net::Handled replied(const admission::Reply& reply, Exchange& exchange, Now now);
  net::Handled question_answered(const PoliciesAnswer& answer, Exchange& exchange, Now now);

 private:
  net::Handled set_state(PolicyCommand::Kind kind, PolicyId policy, Exchange& exchange, Now now);
  net::Handled send(PolicyCommand command, Exchange& exchange, Now now);
  net::Handled send_for_revision(PolicyCommand command, Exchange& exchange, Now now);
  net::Handled compare_key(const Policy& policy, Exchange& exchange, Now now);
  net::Handled show_closed(Code code, PolicyId policy, Exchange& exchange, Now now);
  net::Handled decided(const Policy& policy, Exchange& exchange, Now now);
  /// Another policy in memory with this prefix of codes.
  [[nodiscard]] std::optional<PolicyId> prefix_owner(const PolicyCommand& create) const;
  /// False: the exchange holds the refusal.
  bool read_key(PolicyCommand& command, Exchange& exchange);
  net::Handled propose(Exchange& exchange, Now now);
  /// False: the exchange holds the refusal.
  bool read_if_match(PolicyCommand& command, Exchange& exchange);

  /// Answers with the policy from memory or from the store; nothing if this node does not know it.
  std::optional<net::Handled> show(PolicyId policy, Exchange& exchange);
  void show(const Policy& policy, Exchange& exchange);
  void show_page(const PoliciesAnswer& page, Exchange& exchange);
  net::Handled ask_store(const PoliciesQuestion& question, Exchange& exchange);
  net::Handled after_wait(PolicyId policy, admission::UnknownPolicies::Verdict verdict, Exchange& exchange);

  const Parts parts_;
  std::string body_;     ///< reused
  std::string headers_;  ///< reused
};

}  // namespace firstcome::api
