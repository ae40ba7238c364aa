#include "api/policy_pages.h"

#include <algorithm>
#include <iterator>

namespace firstcome::api {
namespace {

/// `policies`: by id, with one more than the limit if there are more.
PoliciesAnswer page_of(std::vector<Policy> policies, const PoliciesQuestion& question) {
  PoliciesAnswer page;
  if (question.only) {
    std::erase_if(policies, [&](const Policy& policy) { return policy.id != *question.only; });
  }
  if (policies.size() > question.limit) {
    policies.resize(question.limit);
    page.next_cursor = policies.back().id;
  }
  page.policies = std::move(policies);
  return page;
}

std::vector<Policy> in_memory(const replica::PolicySnapshots& snapshots, const PoliciesQuestion& question) {
  std::vector<Policy> policies;
  for (const auto& view : snapshots.list(question.after, question.limit + 1))
    policies.push_back(view->policy);
  return policies;
}

}  // namespace

PoliciesAnswer policies_in_memory(const replica::PolicySnapshots& snapshots,
                                  const PoliciesQuestion& question) {
  return page_of(in_memory(snapshots, question), question);
}

Result<PoliciesAnswer> policies_everywhere(const replica::PolicySnapshots& snapshots, store::Reader& reader,
                                           const PoliciesQuestion& question) {
  // Memory first: a policy that memory drops in between was saved before.
  const std::vector<Policy> memory = in_memory(snapshots, question);
  ASSIGN_OR_RETURN(const auto stored, reader.policies(question.after, question.limit + 1));
  std::vector<Policy> both;
  std::ranges::set_union(memory, stored, std::back_inserter(both), {}, &Policy::id, &Policy::id);
  return page_of(std::move(both), question);
}

}  // namespace firstcome::api
