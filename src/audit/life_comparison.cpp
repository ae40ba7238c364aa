#include "audit/life_comparison.h"

#include <fmt/format.h>

#include <algorithm>

#include "audit/value_text.h"
#include "text/terminal.h"

namespace firstcome::audit {
namespace {

using About = Difference::About;

std::string change_text(const StoredCouponChange& row) {
  return fmt::format("coupon {}: {} of '{}' at era {}, offset {}", row.sequence, name_of(row.kind),
                     row.reference, row.era, row.offset);
}

/// The row of the change, by its key (sequence, era, offset).
auto find_row(const std::vector<StoredCouponChange>& rows, const StoredCouponChange& change) {
  const auto key = [](const StoredCouponChange& row) {
    return std::tuple(row.sequence, row.era, row.offset);
  };
  const auto found = std::ranges::lower_bound(rows, key(change), {}, key);
  return found != rows.end() && key(*found) == key(change) ? found : rows.end();
}

}  // namespace

LifeComparison::LifeComparison(RowsBeforeStart before, const StoredPartition& stored,
                               Differences& differences)
    : before_(before), differences_(differences) {
  for (const auto& [id, policy] : stored.policies) {
    seen_.emplace(id, Seen{&policy, std::vector<bool>(policy.coupon_changes.size()), {}});
  }
}

LifeComparison::Seen& LifeComparison::find(PolicyId policy) {
  return seen_.try_emplace(policy, Seen{&kNothingStored, {}, {}}).first->second;
}

void LifeComparison::add(About about, PolicyId policy, const std::string& text) {
  differences_.add(
      {about, before_.partition, policy, fmt::format("policy {}: {}", policy, text::for_terminal(text))});
}

void LifeComparison::changed(const CouponChange& change) {
  Seen& seen = find(change.policy);
  seen.touched.push_back(change.sequence);
  const auto& rows = seen.stored->coupon_changes;
  const StoredCouponChange replayed = stored_change({change, before_.partition, before_.era});
  const auto row = find_row(rows, replayed);
  if (row == rows.end())
    return add(About::CouponChange, change.policy, change_text(replayed) + " is missing in the store");
  seen.changes[static_cast<std::size_t>(row - rows.begin())] = true;
  compare(change, *row);
}

void LifeComparison::compare(const CouponChange& change, const StoredCouponChange& row) {
  const StoredCouponChange replayed = stored_change({change, before_.partition, before_.era});
  if (replayed == row) return;
  const auto differ = [&](const char* what, const std::string& in_journal, const std::string& in_store) {
    if (in_journal == in_store) return;
    add(About::CouponChange, change.policy,
        fmt::format("{}: {} is {} in the journal, {} in the store", change_text(replayed), what, in_journal,
                    in_store));
  };
  differ("the command", std::string(name_of(replayed.kind)), std::string(name_of(row.kind)));
  differ("the reference", fmt::format("'{}'", replayed.reference), fmt::format("'{}'", row.reference));
  differ("the partition", fmt::to_string(replayed.partition), fmt::to_string(row.partition));
  differ("the time", time_text(replayed.at), time_text(row.at));
  differ("the end of the hold", time_text(replayed.held_until), time_text(row.held_until));
  differ("the hash of reason and operator", hash_text(replayed.texts_hash), hash_text(row.texts_hash));
}

void LifeComparison::compare(const CouponLife& replayed, const StoredLife& saved) {
  if (replayed.state != saved.state) {
    return add(About::CouponLife, replayed.policy,
               fmt::format("coupon {} is {} in the journal, {} in the store", replayed.sequence,
                           name_of(replayed.state), name_of(saved.state)));
  }
  if (stored_life(replayed) == saved) return;
  add(About::CouponLife, replayed.policy,
      fmt::format(
          "coupon {} ({}): its hold, its references or whether it gave back its place is not that of the "
          "journal",
          replayed.sequence, name_of(replayed.state)));
}

void LifeComparison::report_extra_changes(PolicyId policy, const Seen& seen) {
  const auto& rows = seen.stored->coupon_changes;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (!seen.changes[i] && !before_.contains(rows[i]))
      add(About::CouponChange, policy, change_text(rows[i]) + " is in the store, but not in the journal");
  }
}

/// Coupons of policies that were over before the start are not compared: the replay does not load them.
void LifeComparison::compare_lives(PolicyId policy, Seen& seen, const decide::Decider& decider) {
  const auto& rows = seen.stored->lives;
  for (const StoredLife& row : rows) seen.touched.push_back(row.sequence);
  for (const StoredCouponChange& row : seen.stored->coupon_changes) {
    if (before_.contains(row)) seen.touched.push_back(row.sequence);
  }
  std::ranges::sort(seen.touched);
  const auto repeats = std::ranges::unique(seen.touched);
  seen.touched.erase(repeats.begin(), repeats.end());
  const Policy* known = decider.find(policy);
  auto row = rows.begin();
  for (const std::int64_t sequence : seen.touched) {
    const bool has_row = row != rows.end() && row->sequence == sequence;
    const StoredLife saved = has_row ? *row++ : StoredLife{.sequence = sequence};
    if (known != nullptr && decider.find_coupon(policy, sequence)) {
      compare(decider.life_of(policy, sequence), saved);
    } else if (has_row && (known == nullptr || sequence > known->issued_count)) {
      add(About::CouponLife, policy,
          fmt::format("the life of coupon {} is in the store, but the coupon is not in the journal",
                      sequence));
    }
  }
}

void LifeComparison::finish(const decide::Decider& decider) {
  for (auto& [id, seen] : seen_) {
    report_extra_changes(id, seen);
    compare_lives(id, seen, decider);
  }
}

}  // namespace firstcome::audit
