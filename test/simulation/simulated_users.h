#pragma once

#include <map>
#include <optional>
#include <vector>

#include "admission/admission.h"
#include "admission/reply.h"
#include "cluster.h"

namespace firstcome::simulation {

/// The users, who send requests in bursts, twice, and again after a failure, and the operators, who change
/// policies at the same time. All replies go into the history.
class SimulatedUsers {
 public:
  explicit SimulatedUsers(Cluster& cluster) : cluster_(cluster) {}

  /// Adds all their requests to the timeline.
  void plan();
  void on_reply(admission::Caller caller, const admission::Reply& reply);
  /// The connection was closed without a reply.
  void on_connection_lost(admission::Caller caller);
  /// True if no user waits for a reply or plans another request.
  [[nodiscard]] bool quiet() const { return waiting_ == 0 && planned_ == 0; }

 private:
  /// Data for each row of the history.
  struct Sent {
    int tries_left = 0;
    std::optional<PolicyCommand> command{};
    std::optional<CouponCommand> coupon_command{};
  };

  /// A running import.
  struct Import {
    std::vector<ImportedCoupon> coupons;
    std::int64_t imported = 0;  ///< number of imported coupons in the last reply
    std::int64_t chunk_most = 1;
    bool wrong = false;  ///< its hash is wrong
    bool paused = false;
    int stuck = 0;  ///< replies without progress
  };

  /// A list of eligible users that an operator adds to a policy.
  struct List {
    std::vector<UserId> users;  ///< with repeats
    std::int64_t chunk_most = 1;
    int chunks_left = 0;
  };

  /// A list of codes that an operator adds to a policy, which then raises maxCount to their number.
  struct CodeList {
    std::vector<std::string> codes;
    std::int64_t chunk_most = 1;
    int chunks_left = 0;
  };

  void plan_burst();
  void begin_import(PolicyId policy);
  PolicyCommand next_chunk(PolicyId policy, const Import& import);
  void continue_import(const Policy& policy);
  void begin_list(PolicyId policy);
  void continue_list(const Policy& policy);
  PolicyCommand next_list_chunk(const Policy& policy, const List& list);
  void begin_codes(PolicyId policy);
  void continue_codes(const Policy& policy);
  PolicyCommand next_code_chunk(const Policy& policy, const CodeList& list);
  void press(PolicyId policy, UserId user, std::int32_t ordinal, int tries_left);
  void send(const PolicyCommand& command, int tries_left);
  void send(const CouponCommand& command, int tries_left);
  /// Plans what an order, its user and a second order do with this coupon.
  void plan_life(PolicyId policy, std::int64_t sequence, UserId user);
  PolicyCommand draw_command(PolicyId policy);
  void draw_change(PolicyCommand& command);
  Timestamp draw_time();
  std::int32_t draw_ordinal();
  void react(admission::Caller caller);
  void ask_ticket(admission::Caller caller);
  admission::Caller new_row(check::RequestKind request, PolicyId policy, UserId user, Sent sent);
  SimulatedNode* some_node();
  admission::Wait draw_wait();
  void later(milliseconds delay, std::function<void()> what);

  static constexpr int kTries = 6;  ///< of programs that import coupons or lists

  Cluster& cluster_;
  std::vector<Sent> sent_;                      ///< one for each row of the history
  std::map<PolicyId, std::int64_t> revisions_;  ///< revisions in the last replies
  std::map<PolicyId, Import> imports_;
  std::map<PolicyId, List> lists_;
  std::map<PolicyId, CodeList> code_lists_;
  int waiting_ = 0;
  int planned_ = 0;
};

}  // namespace firstcome::simulation
