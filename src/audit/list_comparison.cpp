#include "audit/list_comparison.h"

#include <fmt/format.h>

#include <algorithm>

#include "audit/value_text.h"

namespace firstcome::audit {
ListComparison::ListComparison(RowsBeforeStart before, const StoredPartition& stored,
                               Differences& differences)
    : before_(before), differences_(differences) {
  for (const auto& [id, policy] : stored.policies) {
    seen_.emplace(id, Seen{&policy, std::vector<bool>(policy.listed.size())});
  }
}

void ListComparison::add(PolicyId policy, UserId user, const std::string& text) {
  differences_.add({Difference::About::EligibleUser, before_.partition, policy,
                    fmt::format("policy {}: eligible user {} {}", policy, user, text)});
}

void ListComparison::listed(const ListedUser& listed) {
  Seen& seen = seen_.try_emplace(listed.policy, Seen{&kNothingStored, {}}).first->second;
  const auto& rows = seen.stored->listed;
  const auto row = std::ranges::lower_bound(rows, listed.user, {}, &StoredListedUser::user);
  if (row == rows.end() || row->user != listed.user)
    return add(listed.policy, listed.user, "is missing in the store");
  seen.users[static_cast<std::size_t>(row - rows.begin())] = true;
  compare(listed, *row);
}

void ListComparison::compare(const ListedUser& listed, const StoredListedUser& row) {
  const auto differ = [&](const char* what, const std::string& in_journal, const std::string& in_store) {
    if (in_journal == in_store) return;
    add(listed.policy, listed.user,
        fmt::format("{} {} in the journal, {} in the store", what, in_journal, in_store));
  };
  differ("has number", fmt::to_string(listed.number), fmt::to_string(row.number));
  differ("comes from", place_text(before_.era, before_.partition, listed.offset),
         place_text(row.era, row.partition, row.offset));
}

void ListComparison::finish() {
  for (const auto& [id, seen] : seen_) {
    const auto& rows = seen.stored->listed;
    for (std::size_t i = 0; i < rows.size(); ++i) {
      if (!seen.users[i] && !before_.contains(rows[i]))
        add(id, rows[i].user, "is in the store, but not in the journal");
    }
  }
}

}  // namespace firstcome::audit
