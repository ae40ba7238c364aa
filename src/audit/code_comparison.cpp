#include "audit/code_comparison.h"

#include <fmt/format.h>

#include <algorithm>

#include "audit/value_text.h"

namespace firstcome::audit {

CodeComparison::CodeComparison(RowsBeforeStart before, const StoredPartition& stored,
                               Differences& differences)
    : before_(before), differences_(differences) {
  for (const auto& [id, policy] : stored.policies) {
    seen_.emplace(id, Seen{&policy, std::vector<bool>(policy.codes.size())});
  }
}

void CodeComparison::add(PolicyId policy, std::int64_t sequence, const std::string& text) {
  differences_.add({Difference::About::CouponCode, before_.partition, policy,
                    fmt::format("policy {}: the code of sequence {} {}", policy, sequence, text)});
}

void CodeComparison::added(const ImportedCode& code) {
  Seen& seen = seen_.try_emplace(code.policy, Seen{&kNothingStored, {}}).first->second;
  const auto& rows = seen.stored->codes;
  const auto row = std::ranges::lower_bound(rows, code.sequence, {}, &StoredCode::sequence);
  if (row == rows.end() || row->sequence != code.sequence)
    return add(code.policy, code.sequence, "is missing in the store");
  seen.rows[static_cast<std::size_t>(row - rows.begin())] = true;
  if (seen.stored->text_of(*row) != code.code)
    add(code.policy, code.sequence, "is another one in the store than in the journal");
  const std::string in_journal = place_text(before_.era, before_.partition, code.offset);
  const std::string in_store = place_text(row->era, row->partition, row->offset);
  if (in_journal != in_store) {
    add(code.policy, code.sequence,
        fmt::format("comes from {} in the journal, {} in the store", in_journal, in_store));
  }
}

void CodeComparison::finish() {
  for (const auto& [id, seen] : seen_) {
    const auto& rows = seen.stored->codes;
    for (std::size_t i = 0; i < rows.size(); ++i) {
      if (!seen.rows[i] && !before_.contains(rows[i]))
        add(id, rows[i].sequence, "is in the store, but not in the journal");
    }
  }
}

}  // namespace firstcome::audit
