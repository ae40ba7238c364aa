#include <simdjson.h>

#include <algorithm>
#include <map>
#include <tuple>

#include "check/checks.h"
#include "check/finding_format.h"

namespace firstcome::check {
namespace {

/// Compares the store with the model, up to the positions of the store.
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
    compare_lives();
    compare_coupon_changes();
    compare_listed();
    compare_codes();
    for (const BatchFact& batch : store_.batches) compare_batch(batch);
    for (const PositionFact& position : store_.positions) {
      compare_state({position.partition, position.next_offset}, position.state);
      if (position.halted_reason.empty()) continue;
      report_.found(Invariant::C5, "partition {} is halted: {}", position.partition, position.halted_reason);
    }
    report_.judged(Invariant::C5, store_.coupons.size() + store_.policies.size() + store_.changes.size() +
                                      store_.batches.size() + store_.positions.size() + store_.lives.size() +
                                      store_.coupon_changes.size() + store_.listed.size() +
                                      store_.imported_codes.size());
  }

 private:
  /// The position of the policy's home.
  [[nodiscard]] Offset saved_until(PolicyId policy) const {
    const auto found = saved_.find(model_.home_of(policy));
    return found == saved_.end() ? 0 : found->second;
  }

  /// Coupon `sequence` of the model; empty if the store need not have it.
  [[nodiscard]] std::optional<CouponFact> decided(const ModelPolicy& of, std::int64_t sequence) const {
    const ModelCoupon* coupon = model_.coupon(of.policy, sequence);
    if (coupon == nullptr || coupon->offset >= saved_until(of.policy)) return std::nullopt;
    Coupon fact;
    fact.policy = of.policy;
    fact.sequence = sequence;
    fact.user = coupon->user;
    fact.user_ordinal = coupon->ordinal;
    fact.issued_at = coupon->issued_at;
    fact.offset = coupon->offset;
    return CouponFact{fact, model_.home_of(of.policy)};
  }

  void compare_coupons() {
    std::map<PolicyId, std::vector<bool>> seen;
    for (const auto& [id, of] : model_.policies()) {
      seen[id].resize(static_cast<std::size_t>(of.issued_before(saved_until(id))));
    }
    for (const CouponFact& row : store_.coupons) {
      const ModelPolicy* of = model_.policy(row.coupon.policy);
      const auto expected = of == nullptr ? std::nullopt : decided(*of, row.coupon.sequence);
      if (!expected) {
        report_.found(Invariant::C5, "policy {}: the store has {}, but the journal does not",
                      row.coupon.policy, row);
        continue;
      }
      seen[row.coupon.policy][static_cast<std::size_t>(row.coupon.sequence - 1)] = true;
      if (*expected != row) {
        report_.found(Invariant::C5, "policy {}: the journal has {}, but the store has {}", row.coupon.policy,
                      *expected, row);
      }
    }
    for (const auto& [id, of] : seen) {
      for (std::size_t i = 0; i < of.size(); ++i) {
        if (of[i]) continue;
        const auto missing = decided(*model_.policy(id), static_cast<std::int64_t>(i) + 1);
        report_.found(Invariant::C5, "policy {}: {} is missing in the store", id, *missing);
      }
    }
  }

  void compare_policies() {
    std::map<PolicyId, const Policy*> stored;
    for (const Policy& policy : store_.policies) stored[policy.id] = &policy;
    for (const auto& [id, of] : model_.policies()) {
      auto expected = of.before(saved_until(id));
      if (!expected) continue;
      const auto row = stored.find(id);
      if (row == stored.end()) {
        report_.found(Invariant::C5, "policy {} is missing in the store", id);
        continue;
      }
      expected->coupons_hash = row->second->coupons_hash;  // internal to the decider
      if (*expected != *row->second) {
        report_.found(
            Invariant::C5,
            "policy {} differs: the journal has {} active coupons and revision {}, the store has {} and "
            "revision {}",
            id, expected->active_count, expected->revision, row->second->active_count, row->second->revision);
      }
      stored.erase(row);
    }
    for (const auto& [id, policy] : stored)
      report_.found(Invariant::C5, "policy {} is in the store, but the journal does not create it", id);
  }

  void compare_changes() {
    std::map<std::pair<PolicyId, std::int64_t>, const ChangeFact*> stored;
    for (const ChangeFact& row : store_.changes) stored[{row.policy, row.revision}] = &row;
    for (const ChangeFact& change : model_.changes()) {
      if (change.offset >= saved_until(change.policy)) continue;
      const auto row = stored.find({change.policy, change.revision});
      if (row == stored.end() || !is_same(change, *row->second)) {
        report_.found(Invariant::C5, "policy {}: change {} ({}) is missing in the store or differs",
                      change.policy, change.revision, change.command);
      }
      if (row != stored.end()) stored.erase(row);
    }
    for (const auto& [key, row] : stored) {
      report_.found(Invariant::C5, "policy {}: the store has change {}, but the journal does not", key.first,
                    key.second);
    }
  }

  void compare_lives() {
    std::map<CouponKey, const CouponLife*> stored;
    for (const CouponLife& life : store_.lives) stored[{life.policy, life.sequence}] = &life;
    for (const auto& [id, of] : model_.policies()) {
      for (const auto& [sequence, steps] : of.steps) {
        const auto expected = of.life_before(sequence, saved_until(id));
        if (!expected) continue;
        const auto row = stored.find({id, sequence});
        if (row == stored.end() || *row->second != *expected) {
          report_.found(
              Invariant::C5, "policy {}: the journal has coupon {} as {}, the store has {}", id, sequence,
              name_of(expected->state),
              row == stored.end() ? "no row" : std::string(name_of(row->second->state)) + ", or differs");
        }
        if (row != stored.end()) stored.erase(row);
      }
    }
    for (const auto& [key, life] : stored) {
      report_.found(Invariant::C5, "policy {}: the store has coupon {} as {}, but the journal does not",
                    key.first, key.second, name_of(life->state));
    }
  }

  void compare_coupon_changes() {
    std::map<std::pair<CouponKey, Offset>, const CouponChangeFact*> stored;
    for (const CouponChangeFact& row : store_.coupon_changes) {
      stored[{{row.change.policy, row.change.sequence}, row.change.offset}] = &row;
    }
    for (const auto& [id, of] : model_.policies()) {
      for (const auto& [sequence, steps] : of.steps) {
        for (const ModelStep& step : steps) {
          if (step.offset >= saved_until(id)) break;
          const auto row = stored.find({{id, sequence}, step.offset});
          if (row == stored.end() || row->second->change != change_of(step)) {
            report_.found(Invariant::C5,
                          "policy {}: the change of coupon {} at offset {} is missing or differs", id,
                          sequence, step.offset);
          }
          if (row != stored.end()) stored.erase(row);
        }
      }
    }
    for (const auto& [key, row] : stored) {
      report_.found(Invariant::C5,
                    "policy {}: the store has a change of coupon {} at offset {}, the journal does not",
                    key.first.first, key.first.second, key.second);
    }
  }

  void compare_listed() {
    std::map<std::pair<PolicyId, UserId>, ListedUserFact> missing;
    for (const auto& [id, of] : model_.policies()) {
      for (const auto& [user, listed] : of.listed) {
        if (listed.offset >= saved_until(id)) continue;
        missing.insert({{id, user}, {{id, user, listed.number, listed.offset}, model_.home_of(id)}});
      }
    }
    for (const ListedUserFact& row : store_.listed) {
      const auto expected = missing.find({row.listed.policy, row.listed.user});
      if (expected == missing.end() || expected->second != row) {
        report_.found(Invariant::C5, "policy {}: the store has user {} as number {} of the list{}",
                      row.listed.policy, row.listed.user, row.listed.number,
                      expected == missing.end() ? ", but the journal does not"
                                                : ", but the row differs in the journal");
      }
      if (expected != missing.end()) missing.erase(expected);
    }
    for (const auto& [key, row] : missing) {
      report_.found(Invariant::C5, "policy {}: user {}, number {} of the list, is missing in the store",
                    key.first, key.second, row.listed.number);
    }
  }

  void compare_codes() {
    std::map<std::pair<PolicyId, std::int64_t>, ImportedCodeFact> missing;
    for (const auto& [id, of] : model_.policies()) {
      std::int64_t sequence = 0;
      for (const ModelCode& code : of.codes) {
        ++sequence;
        if (code.offset >= saved_until(id)) continue;
        missing.insert({{id, sequence}, {{id, sequence, code.text, code.offset}, model_.home_of(id)}});
      }
    }
    for (const ImportedCodeFact& row : store_.imported_codes) {
      const auto expected = missing.find({row.code.policy, row.code.sequence});
      if (expected == missing.end() || expected->second != row) {
        report_.found(Invariant::C5, "policy {}: the store has a code for sequence {}{}", row.code.policy,
                      row.code.sequence,
                      expected == missing.end() ? ", but the journal does not"
                                                : ", but the row differs in the journal");
      }
      if (expected != missing.end()) missing.erase(expected);
    }
    for (const auto& [key, row] : missing) {
      report_.found(Invariant::C5, "policy {}: the code of sequence {} is missing in the store", key.first,
                    key.second);
    }
  }

  static CouponChange change_of(const ModelStep& step) {
    return {step.command.policy, step.command.sequence,  step.offset,     step.at,
            step.command.kind,   step.command.reference, step.held_until, step.command.reason,
            step.command.who};
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
      report_.found(Invariant::C5, "code {} is stored at {}, but the journal has {}", batch.codes[i],
                    Place{batch.partition, static_cast<Offset>(offset)}, decided);
      break;
    }
    compare_state({batch.partition, batch.first_offset + static_cast<Offset>(batch.codes.size())},
                  batch.after);
  }

  /// Compares the columns of the state at `end`, but not the hash, which is internal to the decider.
  void compare_state(Place end, const PartitionState& state) {
    if (end.partition < 0 || end.partition >= model_.partitions()) return;
    const ModelPartition& partition = model_.partition(end.partition);
    const auto differs = [&](const char* what, bool is) {
      if (is) report_.found(Invariant::C5, "the saved {} at {}", what, end);
    };
    differs("clock differs", state.clock != partition.clock_before(end.offset));
    differs("origin marks differ", state.origin_marks != partition.marks_before(end.offset));
    differs("rules differ", state.rules != partition.rules_before(end.offset));
  }

  using CouponKey = std::pair<PolicyId, std::int64_t>;

  const StoreRows& store_;
  const NaiveModel& model_;
  Report& report_;
  std::map<Partition, Offset> saved_;
  simdjson::dom::parser parser_;
};

}  // namespace

void check_store_against_model(const Evidence& evidence, Report& report) {
  StoreAgainstModel(evidence, report).compare();
}

}  // namespace firstcome::check
