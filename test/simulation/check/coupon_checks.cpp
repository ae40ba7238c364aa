#include <algorithm>

#include "check/checks.h"

namespace firstcome::check {
namespace {

std::string policy_words(PolicyId policy) { return "policy " + std::to_string(policy.value) + ": "; }

/// The highest stock the policy ever had, by its accepted commands.
std::int64_t highest_stock(const NaiveModel& model, PolicyId policy) {
  const auto moments = model.policies().find(policy);
  if (moments == model.policies().end()) return 0;
  std::int64_t highest = 0;
  for (const PolicyMoment& moment : moments->second) highest = std::max(highest, moment.policy.max_count);
  return highest;
}

void check_rows_of_policy(const NaiveModel& model, PolicyId policy, std::vector<CouponFact> rows,
                          Findings& findings) {
  std::sort(rows.begin(), rows.end(),
            [](const CouponFact& a, const CouponFact& b) { return a.coupon.sequence < b.coupon.sequence; });
  std::set<UserId> users;
  Offset before = -1;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const Coupon& coupon = rows[i].coupon;
    if (!users.insert(coupon.user).second) {
      findings.push_back(
          {"C2", policy_words(policy) + "user " + std::to_string(coupon.user.value) + " holds two"});
    }
    if (coupon.sequence != static_cast<std::int64_t>(i) + 1) {
      findings.push_back(
          {"C3", policy_words(policy) + "sequence " + std::to_string(i + 1) + " is missing or twice"});
    }
    if (coupon.offset <= before) {
      findings.push_back({"C3", policy_words(policy) + "sequence " + std::to_string(coupon.sequence) +
                                    " is not in journal order"});
    }
    before = coupon.offset;
    const ModelDecision* asked = model.at({rows[i].partition, coupon.offset});
    if (asked == nullptr || asked->record.kind != ReadRecord::Kind::Request ||
        asked->record.user != coupon.user || asked->record.policy != policy) {
      findings.push_back(
          {"C3", policy_words(policy) + "nobody asked for coupon " + std::to_string(coupon.sequence)});
    }
  }
  if (static_cast<std::int64_t>(rows.size()) > highest_stock(model, policy)) {
    findings.push_back({"C1", policy_words(policy) + std::to_string(rows.size()) +
                                  " coupons are more than the stock of " +
                                  std::to_string(highest_stock(model, policy))});
  }
}

/// What users were told must already keep the promises, whatever the store says.
void check_told_coupons(const Evidence& evidence, const NaiveModel& model, Findings& findings) {
  std::map<std::pair<PolicyId, std::int64_t>, UserId> holder;
  std::map<std::pair<PolicyId, UserId>, std::int64_t> held;
  std::map<PolicyId, std::int64_t> count;
  for (const HistoryRow& row : evidence.history) {
    if (row.told != Told::Decided || (row.code != Code::Success && row.code != Code::AlreadyIssued)) continue;
    const auto [holds, first] = held.try_emplace({row.policy, row.user}, row.sequence);
    if (holds->second != row.sequence) {
      findings.push_back({"C2", policy_words(row.policy) + "user " + std::to_string(row.user.value) +
                                    " was told two sequences"});
    }
    const auto [owner, fresh] = holder.try_emplace({row.policy, row.sequence}, row.user);
    if (owner->second != row.user) {
      findings.push_back({"C1", policy_words(row.policy) + "sequence " + std::to_string(row.sequence) +
                                    " was promised to two users"});
    }
    if (fresh && ++count[row.policy] > highest_stock(model, row.policy)) {
      findings.push_back(
          {"C1", policy_words(row.policy) + "more users were told of a coupon than there are"});
    }
  }
}

}  // namespace

void check_coupons(const Evidence& evidence, const NaiveModel& model, Findings& findings) {
  std::map<PolicyId, std::vector<CouponFact>> rows;
  for (const CouponFact& fact : evidence.store.coupons) rows[fact.coupon.policy].push_back(fact);
  for (const auto& [policy, facts] : rows) check_rows_of_policy(model, policy, facts, findings);
  check_told_coupons(evidence, model, findings);
}

void check_no_under_issue(const Evidence& evidence, const NaiveModel& model, Findings& findings) {
  std::map<PolicyId, std::vector<Offset>> issued;  // by the store's own rows
  for (const CouponFact& fact : evidence.store.coupons)
    issued[fact.coupon.policy].push_back(fact.coupon.offset);
  for (auto& [policy, offsets] : issued) std::sort(offsets.begin(), offsets.end());
  for (const HistoryRow& row : evidence.history) {
    if (row.told != Told::Decided || row.code != Code::SoldOut) continue;
    const auto place = row.place ? row.place : row.as_of;
    const Policy* policy = place ? model.policy_before(row.policy, place->offset) : nullptr;
    const auto& offsets = issued[row.policy];
    const auto taken =
        std::lower_bound(offsets.begin(), offsets.end(), place ? place->offset : 0) - offsets.begin();
    if (policy == nullptr || taken < policy->max_count) {
      findings.push_back({"C9", policy_words(row.policy) + "user " + std::to_string(row.user.value) +
                                    " was told SOLD_OUT while " + std::to_string(taken) + " were issued"});
    }
  }
}

}  // namespace firstcome::check
