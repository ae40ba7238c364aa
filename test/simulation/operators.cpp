#include "simulated_users.h"

namespace firstcome::simulation {

/// A time near the present, so that windows open and close during bursts.
Timestamp SimulatedUsers::draw_time() {
  return cluster_.timeline.now() + milliseconds{cluster_.between(-3'000, 6'000)};
}

void SimulatedUsers::draw_change(PolicyCommand& command) {
  switch (cluster_.below(6)) {
    case 0: command.max_count = cluster_.between(1, 80); break;
    case 1: command.max_count = cluster_.between(0, 5); break;  // often below the number of issued coupons
    case 2: command.issue_starts_at = {true, draw_time()}; break;
    case 3: command.issue_ends_at = {true, draw_time()}; break;
    case 4:
      command.issue_starts_at = {true, std::nullopt};
      command.issue_ends_at = {true, std::nullopt};
      break;
    default:
      command.name = cluster_.chance(100) ? "" : "winter";
      command.valid_until = {true, draw_time()};
      if (cluster_.chance(300)) {
        command.valid_from = {true, draw_time()};
        command.valid_until = {true, std::nullopt};
      }
      if (cluster_.chance(300)) command.per_user_limit = static_cast<std::int32_t>(cluster_.between(1, 3));
      if (cluster_.chance(300)) command.on_cancel = cluster_.chance(700) ? OnCancel::Return : OnCancel::Keep;
      if (cluster_.chance(300)) command.reissue = cluster_.chance(600);
      if (cluster_.chance(100)) command.valid_for = {true, milliseconds{cluster_.between(1'000, 20'000)}};
  }
}

PolicyCommand SimulatedUsers::draw_command(PolicyId policy) {
  using Kind = PolicyCommand::Kind;
  PolicyCommand command;
  command.policy = cluster_.chance(30) ? PolicyId{cluster_.between(1000, 1003)} : policy;
  command.who = "operator";
  if (cluster_.chance(200)) {
    const bool knows = cluster_.chance(600);
    command.revision = knows ? revisions_[policy] : cluster_.between(0, 4);
  }
  const auto roll = cluster_.below(100);
  if (roll < 45) {
    command.kind = Kind::Change;
    draw_change(command);
  } else if (roll < 62) {
    command.kind = Kind::Pause;
  } else if (roll < 85) {
    command.kind = Kind::Resume;
  } else if (roll < 92) {
    command.kind = Kind::Create;
    if (cluster_.chance(700)) command.name = "again";
    command.max_count = cluster_.between(1, 10);
    if (cluster_.chance(300)) command.issue_starts_at = {true, draw_time()};
    if (cluster_.chance(300)) command.issue_ends_at = {true, draw_time()};
    if (cluster_.chance(300)) command.per_user_limit = static_cast<std::int32_t>(cluster_.between(1, 3));
    if (cluster_.chance(500)) command.reissue = true;
    if (cluster_.chance(200)) command.eligible = Eligible::Listed;
    if (cluster_.chance(100)) command.codes = CodeKind::Imported;  // without codes yet, so it is refused
  } else if (roll < 95) {
    command.kind = Kind::Close;
  } else if (roll < 96) {
    command.kind = Kind::List;  // often for a policy without a list
    command.listed = {cluster_.between(1, 9), {UserId{cluster_.between(1, 5)}, UserId{6}}};
  } else if (roll < 97 && cluster_.chance(500)) {
    command.kind = Kind::Codes;  // usually for a policy without imported codes
    command.coupon_codes = {cluster_.between(1, 9), {"x", "y"}};
  } else if (roll < 97) {
    command.kind = Kind::Import;  // usually without an import of this policy
    command.chunk.first = cluster_.between(1, 9);
    command.chunk.coupons = {{UserId{cluster_.between(1, 5)}, draw_time()}, {UserId{6}, draw_time()}};
  } else {
    command.kind = Kind::Change;  // without fields
  }
  return command;
}

}  // namespace firstcome::simulation
