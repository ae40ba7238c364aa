#pragma once

#include <map>
#include <optional>
#include <vector>

#include "admission/admission.h"
#include "admission/reply.h"
#include "cluster.h"

namespace firstcome::simulation {

/// The users, who press in bursts, press twice and try again, and the operators, who change policies in the
/// middle of it. What each is told goes into the history.
class SimulatedUsers {
 public:
  explicit SimulatedUsers(Cluster& cluster) : cluster_(cluster) {}

  /// Puts everything they mean to do onto the timeline.
  void plan();
  void hear(admission::Caller caller, const admission::Reply& reply);
  /// The connection broke.
  void hear_nothing(admission::Caller caller);
  /// Nobody waits for an answer and nobody means to ask again.
  [[nodiscard]] bool quiet() const { return waiting_ == 0 && meant_ == 0; }

 private:
  /// What belongs to a row of the history and is nobody else's business.
  struct Sent {
    int tries_left = 0;
    std::optional<PolicyCommand> command;
  };

  /// An import under way, as far as who carries it out knows.
  struct Import {
    std::vector<ImportedCoupon> coupons;
    std::int64_t stands = 0;  ///< coupons taken, as last shown
    std::int64_t chunk_most = 1;
    bool wrong = false;  ///< its hash will not agree
    bool paused = false;
    int stuck = 0;  ///< answers that showed no progress
  };

  void plan_burst();
  void begin_import(PolicyId policy);
  PolicyCommand next_chunk(PolicyId policy, const Import& import);
  void go_on_importing(const Policy& policy);
  void press(PolicyId policy, UserId user, int tries_left);
  void send(const PolicyCommand& command, int tries_left);
  PolicyCommand draw_command(PolicyId policy);
  void draw_change(PolicyCommand& command);
  Timestamp draw_time();
  void think(admission::Caller caller);
  void ask_ticket(admission::Caller caller);
  admission::Caller new_row(check::Asked asked, PolicyId policy, UserId user, Sent sent);
  Node* some_node();
  admission::Wait draw_wait();
  void later(milliseconds delay, std::function<void()> what);

  Cluster& cluster_;
  std::vector<Sent> sent_;                      ///< beside the rows of the history
  std::map<PolicyId, std::int64_t> revisions_;  ///< as last shown
  std::map<PolicyId, Import> imports_;
  int waiting_ = 0;
  int meant_ = 0;
};

}  // namespace firstcome::simulation
