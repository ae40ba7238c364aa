#include "simulated_users.h"

#include <fmt/core.h>

#include <algorithm>

#include "simulated_node.h"
#include "ticket_desk.h"

namespace firstcome::simulation {
namespace {

Place place_of(const Place& place) { return {place.partition, place.offset}; }

check::ResponseKind response_kind(admission::ReplyKind kind) {
  switch (kind) {
    case admission::ReplyKind::Decided: return check::ResponseKind::Decided;
    case admission::ReplyKind::Pending: return check::ResponseKind::Pending;
    case admission::ReplyKind::Overloaded:
    case admission::ReplyKind::Unavailable: return check::ResponseKind::NotAppended;
    case admission::ReplyKind::OutcomeUnknown: return check::ResponseKind::Unknown;
  }
  CHECK(false);
}

void fill(check::HistoryRow& row, const admission::Reply& reply) {
  row.response = response_kind(reply.kind);
  if (reply.place) row.set_place(check::PlaceKind::Ticket, place_of(*reply.place));
  if (reply.as_of) row.set_place(check::PlaceKind::AsOf, place_of(reply.as_of->place));
  if (reply.policy_after) {
    row.revision = static_cast<std::int32_t>(reply.policy_after->revision);
    row.max_count = static_cast<std::int32_t>(reply.policy_after->max_count);
  }
  if (reply.kind != admission::ReplyKind::Decided) return;
  row.code = reply.decision.code;
  row.sequence = static_cast<std::int32_t>(reply.decision.sequence);
  if (row.sequence != 0) row.issued_at = reply.decision.issued_at;
  row.named_ordinal = static_cast<std::int16_t>(reply.decision.ordinal);
}

}  // namespace

void SimulatedUsers::later(milliseconds delay, std::function<void()> what) {
  ++planned_;
  cluster_.timeline.after(delay, [this, what = std::move(what)] {
    --planned_;
    what();
  });
}

void SimulatedUsers::plan() {
  const auto length = cluster_.plan.length.count();
  for (const PolicyId policy : cluster_.plan.policies) {
    if (cluster_.chance(950)) {
      later(milliseconds{cluster_.between(0, length / 6)}, [this, policy] {
        if (cluster_.chance(200)) return begin_import(policy);
        PolicyCommand command = draw_command(policy);
        command.kind = PolicyCommand::Kind::Create;
        command.revision.reset();
        command.name = "autumn";
        command.max_count = cluster_.between(1, 60);
        if (cluster_.chance(250)) {
          command.eligible = Eligible::Listed;
          begin_list(policy);
        }
        if (cluster_.chance(150)) {
          command.codes = CodeKind::Imported;
          command.on_cancel.reset();
          command.max_count = 0;
          begin_codes(policy);
        }
        send(command, 3);
      });
    }
  }
  for (int i = 0; i < cluster_.plan.commands; ++i) {
    later(milliseconds{cluster_.between(length / 10, length)}, [this] {
      send(draw_command(cluster_.one_of(cluster_.plan.policies)), static_cast<int>(cluster_.below(2)));
    });
  }
  for (int i = 0; i < cluster_.plan.bursts; ++i) plan_burst();
  for (int i = 0; i < cluster_.plan.lone_presses; ++i) {
    const UserId user{cluster_.between(1, cluster_.plan.users)};
    later(milliseconds{cluster_.between(0, length)},
          [this, user] { press(cluster_.one_of(cluster_.plan.policies), user, draw_ordinal(), 2); });
  }
}

void SimulatedUsers::plan_burst() {
  const PolicyId policy =
      cluster_.chance(20) ? PolicyId{cluster_.between(1000, 1003)} : cluster_.one_of(cluster_.plan.policies);
  const milliseconds at{cluster_.between(0, cluster_.plan.length.count())};
  const std::int64_t width = cluster_.between(0, 2'000);
  for (int i = 0; i < cluster_.plan.presses_per_burst; ++i) {
    const UserId user{cluster_.between(1, cluster_.plan.users)};
    const int times = cluster_.chance(150) ? 2 : 1;
    for (int k = 0; k < times; ++k) {
      later(at + milliseconds{cluster_.between(0, width)},
            [this, policy, user, ordinal = draw_ordinal()] { press(policy, user, ordinal, 3); });
    }
  }
}

SimulatedNode* SimulatedUsers::some_node() {
  SimulatedNode& node =
      cluster_.node(static_cast<int>(cluster_.below(static_cast<std::uint64_t>(cluster_.nodes()))));
  return node.alive() ? &node : nullptr;
}

admission::Wait SimulatedUsers::draw_wait() {
  admission::Wait wait;
  if (cluster_.chance(300)) wait.most = milliseconds{cluster_.between(0, 400)};
  if (cluster_.chance(30)) wait.most = milliseconds{10'000};
  wait.respond_async = cluster_.chance(80);
  return wait;
}

admission::Caller SimulatedUsers::new_row(check::RequestKind request, PolicyId policy, UserId user,
                                          Sent sent) {
  check::HistoryRow row;
  row.request = request;
  row.policy = policy;
  row.user = user;
  row.sent = moment_of(cluster_.timeline.now());
  cluster_.history.push_back(row);
  sent_.push_back(std::move(sent));
  ++waiting_;
  return cluster_.history.size() - 1;
}

std::int32_t SimulatedUsers::draw_ordinal() {
  return cluster_.chance(850) ? 1 : static_cast<std::int32_t>(cluster_.between(2, 4));
}

void SimulatedUsers::press(PolicyId policy, UserId user, std::int32_t ordinal, int tries_left) {
  SimulatedNode* node = some_node();
  if (node == nullptr) {
    if (tries_left > 0) later(milliseconds{300}, [=, this] { press(policy, user, ordinal, tries_left - 1); });
    return;
  }
  const auto caller = new_row(check::RequestKind::Coupon, policy, user, {.tries_left = tries_left});
  cluster_.history.at(caller).ordinal = static_cast<std::int16_t>(ordinal);
  cluster_.note("press", {static_cast<std::int64_t>(caller), node->number(), policy.value, user.value});
  node->edge(cluster_.below(node->edges())).issue(caller, policy, user, ordinal, draw_wait());
}

void SimulatedUsers::send(const PolicyCommand& command, int tries_left) {
  SimulatedNode* node = some_node();
  if (node == nullptr) return;
  const auto caller = new_row(check::RequestKind::Command, command.policy, UserId{},
                              {.tries_left = tries_left, .command = command});
  cluster_.history.at(caller).command = command.kind;
  cluster_.note("command", {static_cast<std::int64_t>(caller), node->number(), command.policy.value,
                            static_cast<std::int64_t>(command.kind)});
  node->edge(cluster_.below(node->edges())).command(caller, command, draw_wait());
}

void SimulatedUsers::send(const CouponCommand& command, int tries_left) {
  SimulatedNode* node = some_node();
  if (node == nullptr) return;
  const auto caller = new_row(check::RequestKind::CouponCommand, command.policy, UserId{},
                              {.tries_left = tries_left, .coupon_command = command});
  check::HistoryRow& row = cluster_.history.at(caller);
  row.coupon_command = command.kind;
  row.sequence = static_cast<std::int32_t>(command.sequence);
  cluster_.references.push_back(command.reference);
  row.reference = static_cast<std::uint32_t>(cluster_.references.size());
  cluster_.note("coupon command", {static_cast<std::int64_t>(caller), node->number(), command.policy.value,
                                   command.sequence, static_cast<std::int64_t>(command.kind)});
  node->edge(cluster_.below(node->edges())).command(caller, command, draw_wait());
}

void SimulatedUsers::plan_life(PolicyId policy, std::int64_t sequence, UserId user) {
  const auto commands = cluster_.between(1, 8);
  for (std::int64_t i = 0; i < commands; ++i) {
    CouponCommand command;
    command.kind = cluster_.one_of(kCouponCommandKinds);
    command.policy = policy;
    command.sequence = cluster_.chance(20) ? sequence + cluster_.between(1, 5) : sequence;
    command.reference = "order-" + std::to_string(cluster_.between(1, 3));
    command.who = "shop";
    if (command.kind == CouponCommand::Kind::Cancel) {
      command.reason = "too small";
      if (cluster_.chance(500)) command.user = cluster_.chance(50) ? UserId{1} : user;
    }
    if (command.kind == CouponCommand::Kind::Reserve) {
      command.hold_for = milliseconds{cluster_.between(1'000, 4'000)};
    }
    const int tries = static_cast<int>(cluster_.below(3));
    later(milliseconds{cluster_.between(1, 3'000)}, [this, command, tries] { send(command, tries); });
  }
}

void SimulatedUsers::on_reply(admission::Caller caller, const admission::Reply& reply) {
  --waiting_;
  check::HistoryRow& row = cluster_.history.at(caller);
  if (reply.policy != row.policy || reply.user != row.user) cluster_.complain("a reply to another caller");
  fill(row, reply);
  if (const auto& command = sent_.at(caller).coupon_command) {
    if (row.sequence != 0 && row.sequence != command->sequence)
      cluster_.complain("a reply about another coupon");
    row.sequence = static_cast<std::int32_t>(command->sequence);
  }
  row.answered = moment_of(cluster_.timeline.now());
  if (row.revision != 0) revisions_[row.policy] = row.revision;
  cluster_.note("reply", {static_cast<std::int64_t>(caller), static_cast<std::int64_t>(reply.kind),
                          static_cast<std::int64_t>(row.code), row.sequence,
                          row.has_ticket() ? row.offset : -1, row.is_early() ? row.offset : -1});
  if (row.response == check::ResponseKind::Decided) {
    cluster_.saw(std::string(row.is_early() ? "early " : "final ") + std::string(name_of(row.code)));
  } else {
    cluster_.saw(fmt::format("reply kind {}", static_cast<int>(reply.kind)));
  }
  const bool issued = row.got(Code::Success) && row.request == check::RequestKind::Coupon;
  if (issued && cluster_.chance(250)) plan_life(row.policy, row.sequence, row.user);
  react(caller);
  if (row.request != check::RequestKind::Command || !reply.policy_after) return;
  using Kind = PolicyCommand::Kind;
  const Kind command = row.command;  // the next chunks add rows to the history, so `row` ends here
  const bool creates = command == Kind::Create;
  if (creates || command == Kind::Import) continue_import(*reply.policy_after);
  if (creates || command == Kind::List) continue_list(*reply.policy_after);
  if (creates || command == Kind::Codes) continue_codes(*reply.policy_after);
}

void SimulatedUsers::on_connection_lost(admission::Caller caller) {
  --waiting_;
  check::HistoryRow& row = cluster_.history.at(caller);
  row.response = check::ResponseKind::Unknown;
  row.answered = moment_of(cluster_.timeline.now());
  react(caller);
}

/// The next action of a user after this reply.
void SimulatedUsers::react(admission::Caller caller) {
  const check::HistoryRow& row = cluster_.history.at(caller);
  const Sent& sent = sent_.at(caller);
  // As the HTTP calls do for a command whose revision the edge has added.
  const bool overtaken = row.got(Code::Stale) && sent.command && !sent.command->revision;
  const bool try_again = row.response == check::ResponseKind::NotAppended ||
                         row.response == check::ResponseKind::Unknown || overtaken;
  if (row.has_ticket() && row.user.valid() &&
      (row.response == check::ResponseKind::Pending || cluster_.chance(150))) {
    later(milliseconds{cluster_.between(1, 6'000)}, [this, caller] { ask_ticket(caller); });
  }
  if (sent.tries_left == 0 || !(try_again || cluster_.chance(150))) return;
  const milliseconds pause{cluster_.between(1, try_again ? 1'500 : 3'000)};
  const int tries_left = sent.tries_left - 1;
  if (sent.coupon_command) {
    later(pause, [this, command = *sent.coupon_command, tries_left] { send(command, tries_left); });
  } else if (sent.command) {
    if (try_again) later(pause, [this, command = *sent.command, tries_left] { send(command, tries_left); });
  } else {
    later(pause, [this, policy = row.policy, user = row.user, ordinal = row.ordinal, tries_left] {
      press(policy, user, ordinal, tries_left);
    });
  }
}

void SimulatedUsers::ask_ticket(admission::Caller caller) {
  SimulatedNode* node = some_node();
  if (node == nullptr) return;
  const check::HistoryRow asked = cluster_.history.at(caller);  // a copy: the history grows
  const auto answer = look_up(*node, cluster_, asked.place(), asked.policy, asked.user, asked.ordinal);
  cluster_.saw(answer ? "ticket answered" : "ticket not held here");
  if (!answer) {
    if (!cluster_.resting()) later(milliseconds{500}, [this, caller] { ask_ticket(caller); });
    return;
  }
  check::HistoryRow row = asked;
  row.request = check::RequestKind::Ticket;
  row.response = check::ResponseKind::Decided;
  row.sent = row.answered = moment_of(cluster_.timeline.now());
  row.code = answer->code;
  row.sequence = static_cast<std::int32_t>(answer->sequence);
  row.issued_at = answer->issued_at.value_or(Timestamp{});
  row.named_ordinal = static_cast<std::int16_t>(answer->ordinal);
  cluster_.note("ticket",
                {static_cast<std::int64_t>(caller), static_cast<std::int64_t>(row.code), row.sequence});
  cluster_.history.push_back(row);
  sent_.push_back({});
}

}  // namespace firstcome::simulation
