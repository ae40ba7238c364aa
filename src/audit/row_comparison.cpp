#include "audit/row_comparison.h"

#include <fmt/format.h>

#include <limits>

#include "audit/value_text.h"
#include "journal/record_json.h"
#include "text/terminal.h"

namespace firstcome::audit {
namespace {

using About = Difference::About;

constexpr std::int64_t kAll = std::numeric_limits<std::int64_t>::max();

std::string both(const std::string& in_journal, const std::string& in_store) {
  return fmt::format("{} in the journal, {} in the store", in_journal, in_store);
}

}  // namespace

RowComparison::RowComparison(RowsBeforeStart before, const StoredPartition& stored, Differences& differences)
    : before_(before), differences_(differences) {
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
  differences_.add(
      {about, before_.partition, policy, fmt::format("policy {}{}", policy, text::for_terminal(text))});
}

// --- coupons ------------------------------------------------------------------------------------------

void RowComparison::issued(const Coupon& coupon) {
  Merge& merge = find(coupon.policy);
  report_extra_coupons(coupon.policy, merge, coupon.sequence);
  const auto& rows = merge.stored->coupons;
  if (merge.coupon < rows.size() && rows[merge.coupon].sequence == coupon.sequence) {
    return compare(coupon, rows[merge.coupon++]);
  }
  add(About::Coupon, coupon.policy,
      fmt::format(": coupon {} of user {} is missing in the store", coupon.sequence, coupon.user));
}

void RowComparison::report_extra_coupons(PolicyId policy, Merge& merge, std::int64_t before_sequence) {
  const auto& rows = merge.stored->coupons;
  for (; merge.coupon < rows.size(); ++merge.coupon) {
    const StoredCoupon& row = rows[merge.coupon];
    if (before_.contains(row)) continue;
    if (row.sequence >= before_sequence) return;
    add(About::Coupon, policy,
        fmt::format(": coupon {} of user {} is in the store, but not in the journal", row.sequence,
                    row.user));
  }
}

void RowComparison::compare(const Coupon& coupon, const StoredCoupon& row) {
  const bool same_place =
      row.offset == coupon.offset && row.partition == before_.partition && row.era == before_.era;
  if (row.user == coupon.user && row.user_ordinal == coupon.user_ordinal &&
      row.issued_at == coupon.issued_at && same_place) [[likely]] {
    return;
  }
  const auto differ = [&](const char* what, const std::string& in_journal, const std::string& in_store) {
    if (in_journal == in_store) return;
    add(About::Coupon, coupon.policy,
        fmt::format(": coupon {} {} {}", coupon.sequence, what, both(in_journal, in_store)));
  };
  differ("belongs to", fmt::format("user {}", coupon.user), fmt::format("user {}", row.user));
  differ("has the user ordinal", fmt::to_string(coupon.user_ordinal), fmt::to_string(row.user_ordinal));
  differ("was issued at", time_text(coupon.issued_at), time_text(row.issued_at));
  differ("comes from", place_text(before_.era, before_.partition, coupon.offset),
         place_text(row.era, row.partition, row.offset));
}

// --- changes ------------------------------------------------------------------------------------------

void RowComparison::changed(const PolicyChange& change) {
  Merge& merge = find(change.policy);
  report_extra_changes(change.policy, merge, change.revision);
  const auto& rows = merge.stored->changes;
  if (merge.change < rows.size() && rows[merge.change].change.revision == change.revision) {
    return compare(change, rows[merge.change++]);
  }
  add(About::PolicyChange, change.policy,
      fmt::format(": revision {} ({}) is missing in the store", change.revision,
                  name_of(change.command.kind)));
}

void RowComparison::report_extra_changes(PolicyId policy, Merge& merge, std::int64_t before_revision) {
  const auto& rows = merge.stored->changes;
  for (; merge.change < rows.size(); ++merge.change) {
    const store::StoredChange& row = rows[merge.change];
    if (before_.contains(row)) continue;
    if (row.change.revision >= before_revision) return;
    add(About::PolicyChange, policy,
        fmt::format(": revision {} by '{}' is in the store, but not in the journal", row.change.revision,
                    row.change.who));
  }
}

void RowComparison::compare(const PolicyChange& change, const store::StoredChange& row) {
  const auto differ = [&](const char* what, const std::string& in_journal, const std::string& in_store) {
    if (in_journal == in_store) return;
    add(About::PolicyChange, change.policy,
        fmt::format(": revision {}: {} is {}", change.revision, what, both(in_journal, in_store)));
  };
  differ("the command", journal::encode(change.command), row.change.command);
  differ("the operator", fmt::format("'{}'", change.command.who), fmt::format("'{}'", row.change.who));
  differ("the time", time_text(change.at), time_text(row.change.at));
  differ("the record", place_text(before_.era, before_.partition, change.offset),
         place_text(row.era, row.partition, row.change.offset));
}

// --- policies -----------------------------------------------------------------------------------------

void RowComparison::compare(const Policy& replayed, const Policy& saved) {
  if (replayed == saved) return;
  const auto differ = [&](const char* what, const std::string& in_journal, const std::string& in_store) {
    if (in_journal != in_store)
      add(About::Policy, replayed.id, fmt::format(": {} is {}", what, both(in_journal, in_store)));
  };
  const auto number = [&](const char* what, std::int64_t in_journal, std::int64_t in_store) {
    differ(what, fmt::to_string(in_journal), fmt::to_string(in_store));
  };
  const auto time = [&](const char* what, std::optional<Timestamp> in_journal,
                        std::optional<Timestamp> in_store) {
    differ(what, time_text(in_journal), time_text(in_store));
  };
  differ("name", fmt::format("'{}'", replayed.name), fmt::format("'{}'", saved.name));
  number("maxCount", replayed.max_count, saved.max_count);
  number("issuedCount", replayed.issued_count, saved.issued_count);
  number("activeCount", replayed.active_count, saved.active_count);
  number("usedCount", replayed.used_count, saved.used_count);
  number("cancelledCount", replayed.cancelled_count, saved.cancelled_count);
  number("perUserLimit", replayed.per_user_limit, saved.per_user_limit);
  time("issueStartsAt", replayed.issue_starts_at, saved.issue_starts_at);
  time("issueEndsAt", replayed.issue_ends_at, saved.issue_ends_at);
  time("validFrom", replayed.valid_from, saved.valid_from);
  time("validUntil", replayed.valid_until, saved.valid_until);
  const auto length = [](const Policy& policy) {
    return policy.valid_for ? fmt::format("{} ms", policy.valid_for->count()) : std::string("none");
  };
  differ("validFor", length(replayed), length(saved));
  differ("onCancel", std::string(name_of(replayed.on_cancel)), std::string(name_of(saved.on_cancel)));
  differ("reissue", fmt::to_string(replayed.reissue), fmt::to_string(saved.reissue));
  differ("codes", std::string(name_of(replayed.codes)), std::string(name_of(saved.codes)));
  differ("codePrefix", fmt::format("'{}'", replayed.code_prefix), fmt::format("'{}'", saved.code_prefix));
  differ("eligible", std::string(name_of(replayed.eligible)), std::string(name_of(saved.eligible)));
  number("listedCount", replayed.listed_count, saved.listed_count);
  number("codeCount", replayed.code_count, saved.code_count);
  differ("the Idempotency-Key", fmt::format("'{}'", replayed.create_key),
         fmt::format("'{}'", saved.create_key));
  time("the newest issuedAt", replayed.newest_issued_at, saved.newest_issued_at);
  differ("state", std::string(name_of(replayed.state)), std::string(name_of(saved.state)));
  number("revision", replayed.revision, saved.revision);
  differ("the coupons' hash", hash_text(replayed.coupons_hash), hash_text(saved.coupons_hash));
}

void RowComparison::finish(const decide::Decider& decider) {
  for (const PolicyId id : decider.policies()) find(id);  // also policies that are not in the store
  std::map<PolicyId, Merge*> all;                         // the report is sorted by policy
  for (auto& [id, merge] : merges_) all.emplace(id, &merge);
  for (auto& [id, merge] : all) {
    const Policy* replayed = decider.find(id);
    const auto& saved = merge->stored->row;
    if (replayed != nullptr && saved) compare(*replayed, *saved);
    if (replayed != nullptr && !saved)
      add(About::Policy, id, fmt::format(" '{}' is missing in the store", replayed->name));
    if (replayed == nullptr && saved)
      add(About::Policy, id, fmt::format(" '{}' is in the store, but not in the journal", saved->name));
    report_extra_changes(id, *merge, kAll);
    report_extra_coupons(id, *merge, kAll);
  }
}

}  // namespace firstcome::audit
