#include "edge_thread.h"

#include <fmt/core.h>

#include <utility>

#include "simulated_node.h"
#include "simulated_users.h"
#include "store/record_trust.h"

namespace firstcome::simulation {

EdgeThread::EdgeThread(SimulatedNode& node, int) : node_(node) {
  const auto sender = static_cast<std::uint32_t>(node.cluster().below(1U << 24U));
  appender_ = node.cluster().journal.make_appender(*this);
  admission_ = std::make_unique<admission::Admission>(
      node.snapshots(), *appender_, sender, store::record_mac(node.cluster().settings),
      node.cluster().plan.admission,
      [this](admission::Caller caller, const admission::Reply& reply) { deliver(caller, reply); });
  node.routes().add(sender, *this);
}

void EdgeThread::start() { tick(); }

void EdgeThread::connections_break() {
  for (const admission::Caller caller : waiting_) {
    node_.cluster().saw("connection broken");
    node_.cluster().users().on_connection_lost(caller);
  }
}

void EdgeThread::issue(admission::Caller caller, PolicyId policy, UserId user, std::int32_t ordinal,
                       admission::Wait wait) {
  waiting_.insert(caller);
  if (const auto reply = admission_->issue(caller, policy, user, wait, node_.now(), ordinal))
    deliver(caller, *reply);
}

void EdgeThread::command(admission::Caller caller, CouponCommand command, admission::Wait wait) {
  waiting_.insert(caller);
  if (const auto reply = admission_->command(caller, std::move(command), wait, node_.now()))
    deliver(caller, *reply);
}

void EdgeThread::command(admission::Caller caller, PolicyCommand command, admission::Wait wait) {
  waiting_.insert(caller);
  if (const auto reply = admission_->command(caller, std::move(command), wait, node_.now()))
    deliver(caller, *reply);
}

void EdgeThread::answered(std::span<const replica::Answer> answers) {
  answers_.insert(answers_.end(), answers.begin(), answers.end());
}

void EdgeThread::place_decided(Partition, Offset, std::uint64_t) {}

void EdgeThread::acknowledged(std::span<const journal::Acknowledgement> acknowledgements) {
  acknowledgements_.insert(acknowledgements_.end(), acknowledgements.begin(), acknowledgements.end());
  wake();
}

void EdgeThread::wake() {
  if (woken_ || (answers_.empty() && acknowledgements_.empty())) return;
  woken_ = true;
  node_.later(node_.cluster().delay(node_.cluster().plan.thread_most), [this] { work(); });
}

void EdgeThread::work() {
  woken_ = false;
  const auto take_answers = [this] { admission_->on_answers(std::exchange(answers_, {}), node_.now()); };
  const auto take_acknowledgements = [this] {
    admission_->on_acknowledged(std::exchange(acknowledgements_, {}), node_.now());
  };
  if (node_.cluster().chance(500)) {
    take_answers();
    take_acknowledgements();
  } else {
    take_acknowledgements();
    if (node_.cluster().chance(700)) take_answers();
  }
  wake();
}

void EdgeThread::tick() {
  admission_->on_time(node_.now());
  note_repeats();
  node_.later(milliseconds{node_.cluster().between(5, 120)}, [this] { tick(); });
}

void EdgeThread::note_repeats() {
  for (std::size_t i = 0; i < repeats_.size(); ++i) {
    const std::uint64_t now = admission_->repeats()[i].value();
    const auto times = static_cast<std::int64_t>(now - std::exchange(repeats_[i], now));
    node_.cluster().saw(fmt::format("repeat {}", admission::kRepeats[i]), times);
  }
}

void EdgeThread::deliver(admission::Caller caller, const admission::Reply& reply) {
  if (waiting_.erase(caller) != 1) node_.cluster().complain("a caller was answered twice");
  if (reply.place && reply.user.valid() && !tickets_.insert(*reply.place).second) {
    node_.cluster().saw("ticket shared");
  }
  node_.cluster().users().on_reply(caller, reply);
}

}  // namespace firstcome::simulation
