#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "cli/config.h"
#include "cli/option.h"

namespace firstcome::cli {

/// What one can ask `firstcome` to do. Data goes to stdout, progress and complaints to stderr; a verb
/// returns 0 (fine), 1 (what was asked about failed) or 2 (wrong usage).
struct Verb {
  std::string_view name;  ///< "policy create"
  std::string_view summary;
  std::string_view examples;  ///< indented lines
  std::vector<Option> options;
  int (*run)(const Values& values);
};

inline constexpr int kFine = 0;
inline constexpr int kFailed = 1;
inline constexpr int kWrongUsage = 2;

/// Every verb, in the order of the overview.
const std::vector<Verb>& all_verbs();

Verb serve_verb();
std::vector<Verb> config_verbs();
std::vector<Verb> policy_verbs();
Verb import_verb();
Verb issue_verb();
Verb check_verb();
std::vector<Verb> store_verbs();
Verb new_era_verb();
std::vector<Verb> store_trust_verbs();
Verb store_compact_verb();
Verb store_restored_verb();
Verb store_rebuild_verb();
std::vector<Verb> topic_verbs();
std::vector<Verb> dlt_verbs();
Verb bench_verb();
Verb audit_verb();
Verb explain_verb();
Verb completion_verb();
Verb reference_verb();
Verb version_verb();

}  // namespace firstcome::cli
