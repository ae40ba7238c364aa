#pragma once

#include <array>
#include <memory>
#include <set>
#include <span>
#include <vector>

#include "admission/admission.h"
#include "domain/place.h"
#include "journal/journal.h"
#include "replica/answer.h"

namespace firstcome::simulation {

class SimulatedNode;

/// One edge thread of a node: the production admission, and the two queues through which other threads reach
/// it. A caller is the index of a row of the history.
class EdgeThread : public replica::AnswerSink, public journal::AcknowledgementSink {
 public:
  EdgeThread(SimulatedNode& node, int index);

  void start();
  /// The process crashes: waiting callers get no answer.
  void connections_break();

  void issue(admission::Caller caller, PolicyId policy, UserId user, std::int32_t ordinal,
             admission::Wait wait);
  void command(admission::Caller caller, PolicyCommand command, admission::Wait wait);
  void command(admission::Caller caller, CouponCommand command, admission::Wait wait);

  void answered(std::span<const replica::Answer> answers) override;
  void place_decided(Partition partition, Offset offset, std::uint64_t token) override;
  void acknowledged(std::span<const journal::Acknowledgement> acknowledgements) override;

  /// Schedules the handling of queued work. The producers of the work call it in a fixed order.
  void wake();
  [[nodiscard]] bool at_rest() const { return admission_->pending() == 0; }

 private:
  void work();
  void tick();
  void note_repeats();
  void deliver(admission::Caller caller, const admission::Reply& reply);

  SimulatedNode& node_;
  std::unique_ptr<journal::Appender> appender_;
  std::unique_ptr<admission::Admission> admission_;
  std::vector<replica::Answer> answers_;
  std::vector<journal::Acknowledgement> acknowledgements_;
  std::set<admission::Caller> waiting_;
  std::set<Place> tickets_;  ///< that callers got
  std::array<std::uint64_t, admission::kRepeats.size()> repeats_{};
  bool woken_ = false;
};

}  // namespace firstcome::simulation
