#include <fmt/core.h>

#include <simdjson.h>

#include <algorithm>
#include <map>
#include <tuple>

#include "check/checks.h"
#include "check/words.h"

namespace firstcome::check {
namespace {

/// The store, up to its positions, against the model.
class StoreAgainstModel {
 public:
  StoreAgainstModel(const Evidence& evidence, Report& report)
      : store_(*evidence.store), model_(*evidence.journal), report_(report) {
    for (const PositionFact& position : store_.positions) saved_[position.partition] = position.next_offset;
  }

  void compare() {
    compare_coupons();
    compare_policies();
    compare_changes();
    for (const BatchFact& batch : store_.batches) compare_batch(batch);
    for (const PositionFact& position : store_.positions) {
      compare_state({position.partition, position.next_offset}, position.state);
      if (position.halted_reason.empty()) continue;
      report_.found(Invariant::C5, [&] {
        return fmt::format("partition {} is halted: {}", position.partition, position.halted_reason);
      });
    }
    report_.looked_at(Invariant::C5, store_.coupons.size() + store_.policies.size() + store_.changes.size() +
                                         store_.batches.size() + store_.positions.size());
  }

 private:
  [[nodiscard]] Offset cut(PolicyId policy) const {
    const auto found = saved_.find(model_.home_of(policy));
    return found == saved_.end() ? 0 : found->second;
  }

  /// Coupon `sequence` as the journal has it, if the store must have it too.
  [[nodiscard]] std::optional<CouponFact> decided(const PolicyStory& story, std::int64_t sequence) const {
    const ModelCoupon* coupon = model_.coupon(story.policy, sequence);
    if (coupon == nullptr || coupon->offset >= cut(story.policy)) return std::nullopt;
    Coupon fact;
    fact.policy = story.policy;
    fact.sequence = sequence;
    fact.user = coupon->user;
    fact.issued_at = coupon->issued_at;
    fact.offset = coupon->offset;
    return CouponFact{fact, model_.home_of(story.policy)};
  }

  void compare_coupons() {
    std::map<PolicyId, std::vector<bool>> seen;
    for (const auto& [id, story] : model_.policies()) {
      seen[id].resize(static_cast<std::size_t>(story.issued_before(cut(id))));
    }
    for (const CouponFact& row : store_.coupons) {
      const PolicyStory* story = model_.story(row.coupon.policy);
      const auto expected = story == nullptr ? std::nullopt : decided(*story, row.coupon.sequence);
      if (!expected) {
        found(row.coupon.policy, words(row) + " stands in the store alone");
        continue;
      }
      seen[row.coupon.policy][static_cast<std::size_t>(row.coupon.sequence - 1)] = true;
      if (*expected != row) {
        found(row.coupon.policy, "by the journal " + words(*expected) + ", in the store " + words(row));
      }
    }
    for (const auto& [id, of] : seen) {
      for (std::size_t i = 0; i < of.size(); ++i) {
        if (of[i]) continue;
        const auto missing = decided(*model_.story(id), static_cast<std::int64_t>(i) + 1);
        found(id, words(*missing) + " is missing in the store");
      }
    }
  }

  void compare_policies() {
    std::map<PolicyId, const Policy*> stored;
    for (const Policy& policy : store_.policies) stored[policy.id] = &policy;
    for (const auto& [id, story] : model_.policies()) {
      auto expected = story.before(cut(id));
      if (!expected) continue;
      const auto row = stored.find(id);
      if (row == stored.end()) {
        found(id, "it is missing in the store");
        continue;
      }
      expected->coupons_hash = row->second->coupons_hash;  // the decider's own business
      if (*expected != *row->second) {
        found(id, fmt::format("it differs: issued {} by the journal, {} in the store; revision {}, {}",
                              expected->active_count, row->second->active_count, expected->revision,
                              row->second->revision));
      }
      stored.erase(row);
    }
    for (const auto& [id, policy] : stored) found(id, "nobody created it, but it stands in the store");
  }

  void compare_changes() {
    std::map<std::pair<PolicyId, std::int64_t>, const ChangeFact*> stored;
    for (const ChangeFact& row : store_.changes) stored[{row.policy, row.revision}] = &row;
    for (const ChangeFact& change : model_.changes()) {
      if (change.offset >= cut(change.policy)) continue;
      const auto row = stored.find({change.policy, change.revision});
      if (row == stored.end() || !is_same(change, *row->second)) {
        found(change.policy, fmt::format("change {} ({}) is missing in the store or differs", change.revision,
                                         change.command));
      }
      if (row != stored.end()) stored.erase(row);
    }
    for (const auto& [key, row] : stored) {
      found(key.first, fmt::format("change {} was made by nobody", key.second));
    }
  }

  bool is_same(const ChangeFact& decided, const ChangeFact& row) {
    std::string_view command;
    return row.offset == decided.offset && row.at == decided.at &&
           parser_.parse(row.command)["command"].get_string().get(command) == simdjson::SUCCESS &&
           command == decided.command;
  }

  void compare_batch(const BatchFact& batch) {
    if (batch.partition < 0 || batch.partition >= model_.partitions()) return;
    const auto& codes = model_.partition(batch.partition).codes;
    for (std::size_t i = 0; i < batch.codes.size(); ++i) {
      const auto offset = static_cast<std::size_t>(batch.first_offset) + i;
      const int decided = offset < codes.size() ? codes[offset] : -1;
      if (decided == batch.codes[i]) continue;
      report_.found(Invariant::C5, [&] {
        return fmt::format("code {} is stored at {}, the journal says {}", batch.codes[i],
                           words(Place{batch.partition, static_cast<Offset>(offset)}), decided);
      });
      break;
    }
    compare_state({batch.partition, batch.first_offset + static_cast<Offset>(batch.codes.size())},
                  batch.after);
  }

  /// State columns at a cut, as the model has them; the hash is the decider's own business.
  void compare_state(Place cut, const PartitionState& state) {
    if (cut.partition < 0 || cut.partition >= model_.partitions()) return;
    const ModelPartition& partition = model_.partition(cut.partition);
    const auto differs = [&](const char* what, bool is) {
      if (is)
        report_.found(Invariant::C5, [&] { return std::string("the saved ") + what + " at " + words(cut); });
    };
    differs("clock differs", state.clock != partition.clock_before(cut.offset));
    differs("origin marks differ", state.origin_marks != partition.marks_before(cut.offset));
    differs("rules differ", state.rules != partition.rules_before(cut.offset));
  }

  void found(PolicyId policy, const std::string& text) {
    report_.found(Invariant::C5, [&] { return words(policy) + ": " + text; });
  }

  const StoreRows& store_;
  const NaiveModel& model_;
  Report& report_;
  std::map<Partition, Offset> saved_;
  simdjson::dom::parser parser_;
};

}  // namespace

void check_store_is_model(const Evidence& evidence, Report& report) {
  StoreAgainstModel(evidence, report).compare();
}

}  // namespace firstcome::check
