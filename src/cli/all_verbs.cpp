#include "cli/verb.h"

namespace firstcome::cli {
namespace {

void add(std::vector<Verb>& all, std::vector<Verb> some) {
  for (Verb& verb : some) all.push_back(std::move(verb));
}

std::vector<Verb> made() {
  std::vector<Verb> all = {serve_verb()};
  add(all, config_verbs());
  add(all, policy_verbs());
  add(all, {import_verb(), issue_verb(), check_verb(), bench_verb(), audit_verb(), explain_verb()});
  add(all, dlt_verbs());
  add(all, topic_verbs());
  add(all, store_verbs());
  add(all, {new_era_verb()});
  add(all, store_trust_verbs());
  add(all, {store_compact_verb(), store_restored_verb()});
  add(all, {store_rebuild_verb(), completion_verb(), reference_verb(), version_verb()});
  return all;
}

}  // namespace

const std::vector<Verb>& all_verbs() {
  static const std::vector<Verb> all = made();
  return all;
}

}  // namespace firstcome::cli
