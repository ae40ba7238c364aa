#include "store/simulated/simulated_store.h"

#include <algorithm>
#include <set>
#include <utility>

#include "store/coupon_pages.h"

namespace firstcome::store {
namespace {

Error unreachable() { return Error::retryable("simulated: the database does not answer"); }

}  // namespace

class SimulatedReader : public Reader {
 public:
  explicit SimulatedReader(SimulatedStore& store) : store_(store) {}

  Result<Settings> settings() override {
    if (store_.read_fails()) return unreachable();
    return store_.tables_.settings;
  }

  Status load_snapshot(SnapshotSink& sink) override {
    if (store_.read_fails()) return unreachable();
    const Tables tables = store_.tables_;  // a copy is a snapshot
    for (const auto& [partition, position] : tables.positions) sink.position(position);
    std::set<PolicyId> open;
    for (const auto& [id, policy] : tables.policies) {
      if (!sink.wants(id)) continue;
      sink.policy(policy);
      if (sink.wants_coupons(policy)) open.insert(id);
    }
    for (const auto& [key, row] : tables.coupons) {
      if (open.contains(key.first)) sink.coupon(row);
    }
    for (const auto& [key, life] : tables.lives) {
      if (open.contains(key.first)) sink.life(life);
    }
    for (const auto& [key, row] : tables.listed) {
      if (open.contains(key.first)) sink.listed(row.listed);
    }
    for (const auto& [key, row] : tables.imported_codes) {
      if (open.contains(key.first)) sink.imported_code(row.code);
    }
    return Done{};
  }

  Status scan(RowSink& sink) override {
    if (store_.read_fails()) return unreachable();
    const Tables tables = store_.tables_;  // a copy is a snapshot
    for (const auto& [partition, position] : tables.positions) sink.position(position);
    for (const auto& [id, policy] : tables.policies) sink.policy(policy);
    for (const auto& [key, change] : tables.changes) sink.change(change);
    for (const auto& [key, batch] : tables.batches) sink.batch(batch);
    for (const auto& [key, coupon] : tables.coupons) sink.coupon(coupon);
    for (const auto& [key, life] : tables.lives) sink.life(life);
    for (const auto& [key, change] : tables.coupon_changes) sink.coupon_change(change);
    for (const auto& [key, row] : tables.listed) sink.listed(row);
    for (const auto& [key, row] : tables.imported_codes) sink.imported_code(row);
    return Done{};
  }

  Result<std::vector<Position>> positions() override {
    if (store_.read_fails()) return unreachable();
    return all_positions();
  }

  Result<std::vector<Policy>> policies(PolicyId after, std::size_t limit) override {
    if (store_.read_fails()) return unreachable();
    std::vector<Policy> policies;
    const auto& all = store_.tables_.policies;
    for (auto next = all.upper_bound(after); next != all.end() && policies.size() < limit; ++next) {
      policies.push_back(next->second);
    }
    return policies;
  }

  Result<std::optional<CouponRow>> find_coupon(PolicyId policy, UserId user, std::int32_t ordinal,
                                               EraOffset before) override {
    if (store_.read_fails()) return unreachable();
    const Tables& tables = store_.tables_;
    std::optional<CouponRow> found;
    const auto end = tables.coupon_of_user.upper_bound({policy, user, ordinal});
    for (auto next = tables.coupon_of_user.lower_bound({policy, user, 0}); next != end; ++next) {
      const CouponRow& row = tables.coupons.at({policy, next->second});
      if (EraOffset{row.era, row.coupon.offset} < before) found = row;
    }
    return found;
  }

  Result<std::optional<CouponWithLife>> coupon(PolicyId policy, std::int64_t sequence) override {
    if (store_.read_fails()) return unreachable();
    const Tables& tables = store_.tables_;
    const auto row = tables.coupons.find({policy, sequence});
    if (row == tables.coupons.end()) return std::optional<CouponWithLife>{};
    return std::optional(tables.with_life(row->second));
  }

  Result<UserCoupons> user_coupons(UserId user, std::optional<PolicyId> policy, UserCouponCursor after,
                                   std::size_t limit) override {
    if (store_.read_fails()) return unreachable();
    UserCoupons page;
    page.positions = all_positions();
    const Tables& tables = store_.tables_;
    for (const auto& [key, sequence] : tables.coupon_of_user) {
      const auto& [policy_id, user_id, ordinal] = key;
      if (user_id != user || page.coupons.size() >= limit) continue;
      if (std::pair(policy_id, ordinal) <= std::pair(after.policy, after.ordinal)) continue;
      if (policy && policy_id != *policy) continue;
      page.coupons.push_back(tables.with_life(tables.coupons.at({policy_id, sequence})));
    }
    return page;
  }

  Result<PolicyCoupons> policy_coupons(PolicyId policy, std::int64_t after, std::size_t limit,
                                       const CouponFilter& filter) override {
    if (store_.read_fails()) return unreachable();
    const Tables& tables = store_.tables_;
    const auto found = tables.policies.find(policy);
    if (found == tables.policies.end()) return PolicyCoupons{};
    const auto read = [&](const CouponRange& range, const TakeCoupon& take) -> Status {
      const auto end = tables.coupons.upper_bound({policy, range.up_to});
      for (auto row = tables.coupons.upper_bound({policy, range.after}); row != end; ++row) {
        const CouponWithLife coupon = tables.with_life(row->second);
        if (filter.states.empty() || filter.states.contains(coupon.life.state)) take(coupon);
      }
      return Done{};
    };
    return page_of(policy, after, limit, filter, found->second.issued_count, read);
  }

  Result<std::string> imported_code(PolicyId policy, std::int64_t sequence) override {
    if (store_.read_fails()) return unreachable();
    const auto found = store_.tables_.imported_codes.find({policy, sequence});
    return found == store_.tables_.imported_codes.end() ? std::string() : found->second.code.code;
  }

  Result<std::vector<StoredCouponChange>> coupon_changes(PolicyId policy, std::int64_t sequence) override {
    if (store_.read_fails()) return unreachable();
    std::vector<StoredCouponChange> changes;
    for (const auto& [key, change] : store_.tables_.coupon_changes) {
      if (std::get<0>(key) == policy && std::get<1>(key) == sequence) changes.push_back(change);
    }
    return changes;
  }

  Status export_coupons(PolicyId policy, CouponSink& sink) override {
    if (store_.read_fails()) return unreachable();
    const Tables tables = store_.tables_;  // a copy is a snapshot
    const auto found = tables.policies.find(policy);
    if (found == tables.policies.end()) return Done{};
    sink.begin(found->second, all_positions());
    for (auto row = tables.coupons.lower_bound({policy, 0}); row != tables.coupons.end(); ++row) {
      if (row->first.first != policy) break;
      CouponWithLife coupon = tables.with_life(row->second);
      const auto code = tables.imported_codes.find(row->first);
      const bool has_codes = found->second.codes == CodeKind::Imported;
      if (has_codes && code != tables.imported_codes.end()) coupon.imported_code = code->second.code.code;
      RETURN_IF_ERROR(sink.coupon(coupon));
    }
    return Done{};
  }

  Result<std::optional<CouponCounts>> count_coupons(PolicyId policy, Partition home) override {
    if (store_.read_fails()) return unreachable();
    const Tables& tables = store_.tables_;
    const auto found = tables.policies.find(policy);
    if (found == tables.policies.end()) return std::optional<CouponCounts>();
    CouponCounts counts{.position = tables.positions.at(home)};
    const Timestamp clock = counts.position.state.clock;
    for (auto row = tables.coupons.lower_bound({policy, 0}); row != tables.coupons.end(); ++row) {
      if (row->first.first != policy) break;
      const CouponLife life = tables.with_life(row->second).life;
      const auto end = expires_at(found->second, row->second.coupon.issued_at);
      const bool is_done = life.state == CouponState::Used || life.state == CouponState::Cancelled;
      const bool is_held = life.state == CouponState::Reserved && clock < life.held_until;
      if (is_done) {
        ++(life.state == CouponState::Used ? counts.used : counts.cancelled);
      } else if (end && clock >= *end) {
        ++counts.expired;
      } else {
        ++(is_held ? counts.reserved : counts.issued);
      }
    }
    return std::optional(std::move(counts));
  }

  Result<std::optional<Code>> code_at(Era era, Partition partition, Offset offset) override {
    if (store_.read_fails()) return unreachable();
    const auto& batches = store_.tables_.batches;
    auto batch = batches.upper_bound({era, partition, offset});
    if (batch == batches.begin()) return std::optional<Code>{};
    const BatchRow& row = std::prev(batch)->second;
    const auto index = static_cast<std::size_t>(offset - row.first_offset);
    if (row.era != era || row.partition != partition || index >= row.codes.size())
      return std::optional<Code>{};
    return std::optional<Code>{code_from_number(row.codes[index])};
  }

  Result<std::vector<PolicyChangeRow>> policy_changes(PolicyId policy, Offset until) override {
    if (store_.read_fails()) return unreachable();
    std::vector<PolicyChangeRow> rows;
    for (const auto& [key, row] : store_.tables_.changes) {
      if (key.first == policy && row.change.offset <= until) rows.push_back(row.change);
    }
    return rows;
  }

 private:
  [[nodiscard]] std::vector<Position> all_positions() const {
    std::vector<Position> positions;
    positions.reserve(store_.tables_.positions.size());
    for (const auto& [partition, position] : store_.tables_.positions) positions.push_back(position);
    return positions;
  }

  SimulatedStore& store_;
};

class SimulatedWriter : public Writer {
 public:
  explicit SimulatedWriter(SimulatedStore& store) : store_(store) {}

  SaveResult save(const Batch& batch) override { return store_.save(batch); }

  Result<Position> position(Partition partition) override {
    if (store_.read_fails()) return unreachable();
    const auto row = store_.tables_.positions.find(partition);
    if (row == store_.tables_.positions.end()) return Error::permanent("simulated: no such partition");
    return row->second;
  }

  Status halt(Partition partition, const std::string& reason) override {
    return write(SimulatedStore::HaltSet{partition, reason});
  }
  Status unhalt(Partition partition) override { return write(SimulatedStore::HaltLifted{partition}); }
  Status skip_rules(Partition partition, Offset offset) override {
    if (store_.read_fails()) return unreachable();
    store_.tables_.settings.skipped_rules.emplace(partition, offset);
    return Done{};
  }
  /// lose_last() restores the rows, which is harmless.
  Result<std::int64_t> prune_batches(Partition partition, Offset before) override {
    if (store_.read_fails()) return unreachable();
    return store_.tables_.prune_batches(partition, before);
  }

 private:
  Status write(SimulatedStore::Transaction transaction) {
    if (store_.read_fails()) return unreachable();
    SimulatedStore::execute(store_.tables_, transaction);
    store_.log_.push_back(std::move(transaction));
    return Done{};
  }

  SimulatedStore& store_;
};

SimulatedStore::SimulatedStore(Settings settings, const PartitionState& fresh, std::mt19937_64& chance,
                               SimulatedStoreFaults faults)
    : chance_(chance), faults_(faults) {
  empty_.settings = std::move(settings);
  for (Partition partition = 0; partition < empty_.settings.partitions; ++partition) {
    Position& position = empty_.positions[partition];
    position.partition = partition;
    position.era = empty_.settings.era;
    position.state = fresh;
  }
  tables_ = empty_;
}

Result<std::unique_ptr<Reader>> SimulatedStore::make_reader() {
  return std::unique_ptr<Reader>(std::make_unique<SimulatedReader>(*this));
}

Result<std::unique_ptr<Writer>> SimulatedStore::make_writer() {
  return std::unique_ptr<Writer>(std::make_unique<SimulatedWriter>(*this));
}

SaveResult SimulatedStore::save(const Batch& batch) {
  SaveResult lost{SaveOutcome::Unknown, std::nullopt, Error::unknown("simulated: no response to COMMIT")};
  if (down_ || chance(faults_.save_fails)) {
    ++seen_.failed;
    return {SaveOutcome::Failed, std::nullopt, unreachable()};
  }
  if (!chance(faults_.reply_lost)) return commit(batch);
  switch (chance_() % 3) {
    case 0:
      ++seen_.lost_committed;
      commit(batch);
      return lost;
    case 1: ++seen_.lost_rolled_back; return lost;
    default:
      ++seen_.lost_in_flight;
      in_flight_.push_back(batch);
      return lost;
  }
}

SaveResult SimulatedStore::commit(const Batch& batch) {
  SaveResult result = tables_.apply(batch);
  if (result.outcome == SaveOutcome::Saved) {
    ++seen_.saved;
    log_.push_back(batch);
  }
  if (result.outcome == SaveOutcome::Moved) ++seen_.moved;
  if (result.outcome == SaveOutcome::Conflict) ++seen_.conflicts;
  return result;
}

void SimulatedStore::commit_in_flight() {
  for (const Batch& batch : std::exchange(in_flight_, {})) {
    if (commit(batch).outcome == SaveOutcome::Saved) ++seen_.committed_late;
  }
}

SaveResult SimulatedStore::execute(Tables& tables, const Transaction& transaction) {
  if (const auto* batch = std::get_if<Batch>(&transaction)) return tables.apply(*batch);
  if (const auto* halt = std::get_if<HaltSet>(&transaction)) {
    std::string& reason = tables.positions.at(halt->partition).halted_reason;
    if (reason.empty()) reason = halt->reason;
  } else {
    tables.positions.at(std::get<HaltLifted>(transaction).partition).halted_reason.clear();
  }
  return {};
}

void SimulatedStore::lose_last(std::size_t commits) {
  // A halt waits for the disk, so it and all earlier commits are durable.
  const auto durable = std::find_if(log_.rbegin(), log_.rend(), [](const Transaction& transaction) {
    return !std::holds_alternative<Batch>(transaction);
  });
  const std::size_t lost = std::min(commits, static_cast<std::size_t>(durable - log_.rbegin()));
  log_.resize(log_.size() - lost);
  in_flight_.clear();
  seen_.commits_lost += static_cast<std::int64_t>(lost);
  tables_ = empty_;
  for (const Transaction& transaction : log_) {
    CHECK(execute(tables_, transaction).outcome == SaveOutcome::Saved);
  }
}

}  // namespace firstcome::store
