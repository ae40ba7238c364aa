#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "cli/config.h"
#include "cli/option.h"

namespace firstcome::cli {

/// One command of `firstcome`. Data goes to stdout, progress and errors to stderr. run() returns the exit
/// code: 0 (success), 1 (failure) or 2 (wrong usage).
struct Command {
  std::string_view name;  ///< "policy create"
  std::string_view summary;
  std::string_view examples;  ///< indented lines are examples, other lines explain
  std::vector<Option> options;
  int (*run)(const Values& values);
};

inline constexpr int kFine = 0;
inline constexpr int kFailed = 1;
inline constexpr int kWrongUsage = 2;

/// Every command, in the order of the overview.
const std::vector<Command>& all_commands();

Command serve_command();
std::vector<Command> config_commands();
std::vector<Command> policy_commands();
Command import_command();
Command codes_command();
Command eligible_command();
Command grant_command();
Command issue_command();
std::vector<Command> coupon_commands();
Command coupons_export_command();
Command key_new_command();
Command health_command();
Command check_command();
std::vector<Command> store_commands();
Command new_era_command();
std::vector<Command> store_trust_commands();
Command store_compact_command();
Command store_restored_command();
Command store_rebuild_command();
std::vector<Command> topic_commands();
std::vector<Command> dlt_commands();
Command bench_command();
Command audit_command();
Command explain_command();
Command completion_command();
Command reference_command();
Command version_command();

}  // namespace firstcome::cli
