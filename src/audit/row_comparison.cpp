#include "audit/row_comparison.h"

#include <fmt/core.h>

#include <limits>

#include "audit/words.h"
#include "journal/record_json.h"

namespace firstcome::audit {
namespace {

using About = Difference::About;

constexpr std::int64_t kAll = std::numeric_limits<std::int64_t>::max();
const StoredPolicy kNothingStored;

std::string the_coupon(std::int64_t sequence) { return fmt::format("coupon {}", sequence); }

std::string place(Era era, Partition partition, Offset offset) {
  return fmt::format("era {}, partition {}, offset {}", era, partition, offset);
}

std::string both(const std::string& by_journal, const std::string& in_store) {
  return by_journal + " by the journal, " + in_store + " in the store";
}

}  // namespace

RowComparison::RowComparison(Given given, const StoredPartition& stored, Differences& differences)
    : given_(given), stored_(stored), differences_(differences) {
  merges_.reserve(stored.policies.size());
  for (const auto& [id, policy] : stored.policies) merges_.emplace(id, Merge{&policy});
}

RowComparison::Merge& RowComparison::find(PolicyId policy) {
  if (last_ == nullptr || policy != last_policy_) {
    last_policy_ = policy;
    last_ = &merges_.try_emplace(policy, Merge{&kNothingStored}).first->second;
  }
  return *last_;
}

void RowComparison::add(About about, PolicyId policy, const std::string& text) {
  differences_.add({about, given_.partition, policy, fmt::format("policy {}{}", policy, text)});
}

// --- coupons ------------------------------------------------------------------------------------------

void RowComparison::issued(const Coupon& coupon) {
  Merge& merge = find(coupon.policy);
  left_over_coupons(coupon.policy, merge, coupon.sequence);
  const auto& rows = merge.stored->coupons;
  if (merge.coupon < rows.size() && rows[merge.coupon].sequence == coupon.sequence) {
    return compare(coupon, rows[merge.coupon++]);
  }
  add(About::Coupon, coupon.policy,
      fmt::format(": {} of user {} is missing in the store", the_coupon(coupon.sequence), coupon.user));
}

void RowComparison::left_over_coupons(PolicyId policy, Merge& merge, std::int64_t before_sequence) {
  const auto& rows = merge.stored->coupons;
  for (; merge.coupon < rows.size(); ++merge.coupon) {
    const StoredCoupon& row = rows[merge.coupon];
    if (given_.has(row)) continue;
    if (row.sequence >= before_sequence) return;
    add(About::Coupon, policy,
        fmt::format(": {} of user {} is in the store, but not in the journal", the_coupon(row.sequence),
                    row.user));
  }
}

void RowComparison::compare(const Coupon& coupon, const StoredCoupon& row) {
  const bool same_place =
      row.offset == coupon.offset && row.partition == given_.partition && row.era == given_.era;
  if (row.user == coupon.user && row.user_ordinal == coupon.user_ordinal &&
      row.issued_at == coupon.issued_at && same_place) [[likely]] {
    return;
  }
  const std::string name = ": " + the_coupon(coupon.sequence);
  if (row.user != coupon.user) {
    add(About::Coupon, coupon.policy,
        fmt::format("{} belongs to user {} by the journal, to user {} in the store", name, coupon.user,
                    row.user));
  }
  if (row.user_ordinal != coupon.user_ordinal) {
    add(About::Coupon, coupon.policy,
        name + ": its user's ordinal is " +
            both(std::to_string(coupon.user_ordinal), std::to_string(row.user_ordinal)));
  }
  if (row.issued_at != coupon.issued_at) {
    add(About::Coupon, coupon.policy,
        name + " was issued at " + both(time_in_words(coupon.issued_at), time_in_words(row.issued_at)));
  }
  if (!same_place) {
    add(About::Coupon, coupon.policy,
        name + " comes from " +
            both(place(given_.era, given_.partition, coupon.offset),
                 place(row.era, row.partition, row.offset)));
  }
}

// --- changes ------------------------------------------------------------------------------------------

void RowComparison::changed(const PolicyChange& change) {
  Merge& merge = find(change.policy);
  left_over_changes(change.policy, merge, change.revision);
  const auto& rows = merge.stored->changes;
  if (merge.change < rows.size() && rows[merge.change].change.revision == change.revision) {
    return compare(change, rows[merge.change++]);
  }
  add(About::PolicyChange, change.policy,
      fmt::format(": revision {} ({}) is missing in the store", change.revision,
                  name_of(change.command.kind)));
}

void RowComparison::left_over_changes(PolicyId policy, Merge& merge, std::int64_t before_revision) {
  const auto& rows = merge.stored->changes;
  for (; merge.change < rows.size(); ++merge.change) {
    const store::StoredChange& row = rows[merge.change];
    if (given_.has(row)) continue;
    if (row.change.revision >= before_revision) return;
    add(About::PolicyChange, policy,
        fmt::format(": revision {} by '{}' is in the store, but not in the journal", row.change.revision,
                    row.change.who));
  }
}

void RowComparison::compare(const PolicyChange& change, const store::StoredChange& row) {
  const auto differ = [&](const char* what, const std::string& by_journal, const std::string& in_store) {
    if (by_journal == in_store) return;
    add(About::PolicyChange, change.policy,
        fmt::format(": revision {}: {} is {}", change.revision, what, both(by_journal, in_store)));
  };
  differ("the command", journal::encode(change.command), row.change.command);
  differ("who gave it", "'" + change.command.who + "'", "'" + row.change.who + "'");
  differ("its time", time_in_words(change.at), time_in_words(row.change.at));
  differ("its place", place(given_.era, given_.partition, change.offset),
         place(row.era, row.partition, row.change.offset));
}

// --- policies -----------------------------------------------------------------------------------------

void RowComparison::compare(const Policy& replayed, const Policy& saved) {
  if (replayed == saved) return;
  const auto differ = [&](const char* what, const std::string& by_journal, const std::string& in_store) {
    if (by_journal != in_store)
      add(About::Policy, replayed.id, ": " + (what + (" is " + both(by_journal, in_store))));
  };
  const auto number = [&](const char* what, std::int64_t by_journal, std::int64_t in_store) {
    differ(what, std::to_string(by_journal), std::to_string(in_store));
  };
  const auto time = [&](const char* what, std::optional<Timestamp> by_journal,
                        std::optional<Timestamp> in_store) {
    differ(what, time_in_words(by_journal), time_in_words(in_store));
  };
  differ("name", "'" + replayed.name + "'", "'" + saved.name + "'");
  number("maxCount", replayed.max_count, saved.max_count);
  number("issuedCount", replayed.issued_count, saved.issued_count);
  number("activeCount", replayed.active_count, saved.active_count);
  number("perUserLimit", replayed.per_user_limit, saved.per_user_limit);
  time("issueStartsAt", replayed.issue_starts_at, saved.issue_starts_at);
  time("issueEndsAt", replayed.issue_ends_at, saved.issue_ends_at);
  time("validFrom", replayed.valid_from, saved.valid_from);
  time("validUntil", replayed.valid_until, saved.valid_until);
  differ("state", std::string(name_of(replayed.state)), std::string(name_of(saved.state)));
  number("revision", replayed.revision, saved.revision);
  differ("the coupons' hash", hash_in_words(replayed.coupons_hash), hash_in_words(saved.coupons_hash));
}

void RowComparison::finish(const decide::Decider& decider) {
  for (const PolicyId id : decider.policies()) find(id);  // also those the store knows nothing of
  std::map<PolicyId, Merge*> all;                         // in order, for who reads it
  for (auto& [id, merge] : merges_) all.emplace(id, &merge);
  for (auto& [id, merge] : all) {
    const Policy* replayed = decider.find(id);
    const auto& saved = merge->stored->row;
    if (replayed != nullptr && saved) compare(*replayed, *saved);
    if (replayed != nullptr && !saved)
      add(About::Policy, id, " '" + replayed->name + "' is missing in the store");
    if (replayed == nullptr && saved)
      add(About::Policy, id, " '" + saved->name + "' is in the store, but not in the journal");
    left_over_changes(id, *merge, kAll);
    left_over_coupons(id, *merge, kAll);
  }
}

}  // namespace firstcome::audit
