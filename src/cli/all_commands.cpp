#include "cli/command.h"

namespace firstcome::cli {
namespace {

void add(std::vector<Command>& all, std::vector<Command> some) {
  for (Command& command : some) all.push_back(std::move(command));
}

std::vector<Command> made() {
  std::vector<Command> all = {serve_command(), health_command()};
  add(all, config_commands());
  add(all, policy_commands());
  add(all, {codes_command(), eligible_command(), grant_command()});
  add(all, {key_new_command()});
  add(all, {import_command(), issue_command()});
  add(all, coupon_commands());
  add(all, {coupons_export_command()});
  add(all, {check_command(), bench_command(), audit_command(), explain_command()});
  add(all, dlt_commands());
  add(all, topic_commands());
  add(all, store_commands());
  add(all, {new_era_command()});
  add(all, store_trust_commands());
  add(all, {store_compact_command(), store_restored_command()});
  add(all, {store_rebuild_command(), completion_command(), reference_command(), version_command()});
  return all;
}

}  // namespace

const std::vector<Command>& all_commands() {
  static const std::vector<Command> all = made();
  return all;
}

}  // namespace firstcome::cli
