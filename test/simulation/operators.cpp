#include "crowd.h"

namespace firstcome::simulation {

/// Near the present, so that windows open and close in the middle of bursts.
Timestamp Crowd::draw_time() { return world_.timeline.now() + milliseconds{world_.between(-3'000, 6'000)}; }

void Crowd::draw_change(PolicyCommand& command) {
  switch (world_.below(6)) {
    case 0: command.max_count = world_.between(1, 80); break;
    case 1: command.max_count = world_.between(0, 5); break;  // often below what is issued
    case 2: command.issue_starts_at = {true, draw_time()}; break;
    case 3: command.issue_ends_at = {true, draw_time()}; break;
    case 4:
      command.issue_starts_at = {true, std::nullopt};
      command.issue_ends_at = {true, std::nullopt};
      break;
    default:
      command.name = world_.chance(100) ? "" : "winter";
      command.valid_until = {true, draw_time()};
      if (world_.chance(200)) command.per_user_limit = 2;
  }
}

PolicyCommand Crowd::draw_command(PolicyId policy) {
  using Kind = PolicyCommand::Kind;
  PolicyCommand command;
  command.policy = world_.chance(30) ? PolicyId{world_.between(1000, 1003)} : policy;
  command.who = "operator";
  if (world_.chance(200)) {
    const bool knows = world_.chance(600);
    command.revision = knows ? revisions_[policy] : world_.between(0, 4);
  }
  const auto roll = world_.below(100);
  if (roll < 45) {
    command.kind = Kind::Change;
    draw_change(command);
  } else if (roll < 62) {
    command.kind = Kind::Pause;
  } else if (roll < 85) {
    command.kind = Kind::Resume;
  } else if (roll < 92) {
    command.kind = Kind::Create;
    if (world_.chance(700)) command.name = "again";
    command.max_count = world_.between(1, 10);
    if (world_.chance(300)) command.issue_starts_at = {true, draw_time()};
    if (world_.chance(300)) command.issue_ends_at = {true, draw_time()};
  } else if (roll < 95) {
    command.kind = Kind::Close;
  } else if (roll < 97) {
    command.kind = Kind::Import;  // where nobody imports, mostly
    command.chunk.first = world_.between(1, 9);
    command.chunk.coupons = {{UserId{world_.between(1, 5)}, draw_time()}, {UserId{6}, draw_time()}};
  } else {
    command.kind = Kind::Change;  // names nothing to change
  }
  return command;
}

}  // namespace firstcome::simulation
