#include "replica/policy_publisher.h"

#include <algorithm>

#include "decide/evaluate.h"

namespace firstcome::replica {

void PolicyPublisher::reset() {
  histories_.clear();
  published_refusing_.clear();
  begun_to_refuse_.clear();
  over_.clear();
}

void PolicyPublisher::load(const store::CouponRow& row) {
  const Policy* policy = decider_.find(row.coupon.policy);
  if (policy == nullptr || policy->codes != CodeKind::Generated) return;
  note_history(row.coupon, incarnations_.history_at(row.era, row.partition, row.coupon.offset));
}

void PolicyPublisher::note_history(const Coupon& coupon, const History& history) {
  std::shared_ptr<const CouponHistories>& histories = histories_[coupon.policy];
  if (histories != nullptr && histories->has(coupon.sequence, history)) return;
  auto more = histories == nullptr ? std::make_shared<CouponHistories>()
                                   : std::make_shared<CouponHistories>(*histories);
  more->add(coupon.sequence, history);
  histories = std::move(more);
}

void PolicyPublisher::publish_all(Offset as_of) {
  for (const PolicyId policy : decider_.policies()) publish(*decider_.find(policy), as_of);
}

void PolicyPublisher::note_refusal(const Record& record, const Decision& decision) {
  switch (decision.code) {
    case Code::SoldOut:
    case Code::NotStarted:
    case Code::Ended:
    case Code::Paused: break;
    default: return;
  }
  const PolicyId policy = std::get<IssueRequest>(record.content).policy;
  if (decider_.find(policy)->state == PolicyState::Importing) return;  // see publish()
  bool& refusing = published_refusing_[policy];
  if (refusing) return;
  refusing = true;
  begun_to_refuse_.push_back(policy);
}

void PolicyPublisher::publish_chunk(const Chunk& chunk) {
  const auto is_generated = [](const Policy& policy) { return policy.codes == CodeKind::Generated; };
  if (std::ranges::any_of(chunk.policies, is_generated)) {
    for (const Coupon& coupon : chunk.coupons) load({coupon, self_, era_});
  }
  for (const Policy& policy : chunk.policies) publish(policy, chunk.end());
  for (const PolicyId policy : decider_.take_over()) {
    decider_.forget(policy);
    published_refusing_.erase(policy);
    histories_.erase(policy);
    over_.emplace_back(chunk.end(), policy);
  }
  for (const PolicyId policy : std::exchange(begun_to_refuse_, {})) {
    const bool published =
        std::ranges::any_of(chunk.policies, [&](const Policy& p) { return p.id == policy; });
    if (!published) publish(*decider_.find(policy), chunk.end());
  }
}

void PolicyPublisher::publish(const Policy& policy, Offset as_of) {
  auto snapshot = std::make_shared<PolicySnapshot>();
  snapshot->policy = policy;
  snapshot->clock = decider_.clock();
  snapshot->as_of = as_of;
  // During an import each chunk would copy the index of the coupon owners, so requests are appended until it
  // ends.
  const bool refuses = policy.state != PolicyState::Importing &&
                       decide::evaluate_issue(policy, decider_.clock()) != Code::Success;
  if (refuses) {
    snapshot->knows_owners = true;
    if (policy.state != PolicyState::Closed) snapshot->owners = decider_.freeze_owners(policy.id);
  }
  if (policy.state != PolicyState::Closed) snapshot->listed = decider_.freeze_listed(policy.id);
  if (const auto found = histories_.find(policy.id); found != histories_.end()) {
    snapshot->histories = found->second;
  }
  snapshot->codes = decider_.imported_codes(policy.id);
  published_refusing_[policy.id] = refuses;
  snapshots_.publish(std::move(snapshot));
}

void PolicyPublisher::retire_over(Offset saved) {
  while (!over_.empty() && over_.front().first <= saved) {
    snapshots_.retire(over_.front().second);
    over_.pop_front();
  }
}

}  // namespace firstcome::replica
