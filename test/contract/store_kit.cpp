#include "store_kit.h"

#include <algorithm>
#include <utility>

namespace firstcome::test {
namespace {

std::uint64_t hash_of(Partition partition, Offset offset) {
  // Upper bits set: stores keep the hash in a signed integer.
  return (static_cast<std::uint64_t>(offset) + 1) * 0x9E3779B97F4A7C15ULL +
         static_cast<std::uint64_t>(partition);
}

/// Calls a function once, at the first row of a read.
using Between = std::function<void()>;

void happen(Between& between) {
  if (between) std::exchange(between, nullptr)();
}

class Collector : public store::SnapshotSink {
 public:
  Collector(Snapshot& snapshot, Between between) : snapshot_(snapshot), between_(std::move(between)) {}
  void position(const store::Position& position) override {
    happen(between_);
    EXPECT_TRUE(snapshot_.policies.empty()) << "positions come first";
    snapshot_.positions.push_back(position);
  }
  void policy(const Policy& policy) override {
    EXPECT_TRUE(snapshot_.coupons.empty()) << "policies come before coupons";
    EXPECT_EQ(asked_, snapshot_.policies.size());
    snapshot_.policies.push_back(policy);
  }
  bool wants_coupons(const Policy& policy) override {
    ++asked_;
    EXPECT_EQ(snapshot_.policies.back(), policy) << "it is asked once, after the policy";
    return policy.state != PolicyState::Closed;
  }
  void coupon(const store::CouponRow& row) override {
    EXPECT_TRUE(snapshot_.lives.empty()) << "coupons come before lives";
    snapshot_.coupons.push_back(row.coupon);
  }
  void life(const CouponLife& life) override {
    EXPECT_TRUE(snapshot_.listed.empty()) << "lives come before listed users";
    snapshot_.lives.push_back(life);
  }
  void listed(const ListedUser& listed) override {
    EXPECT_TRUE(snapshot_.imported_codes.empty()) << "listed users come before imported codes";
    snapshot_.listed.push_back(listed);
  }
  void imported_code(const ImportedCode& code) override { snapshot_.imported_codes.push_back(code); }

 private:
  Snapshot& snapshot_;
  Between between_;
  std::size_t asked_ = 0;
};

class RowCollector : public store::RowSink {
 public:
  RowCollector(Rows& rows, Between between) : rows_(rows), between_(std::move(between)) {}
  void position(const store::Position& position) override {
    happen(between_);
    EXPECT_TRUE(rows_.policies.empty()) << "positions come first";
    rows_.positions.push_back(position);
  }
  void policy(const Policy& policy) override {
    EXPECT_TRUE(rows_.changes.empty()) << "policies come before changes";
    rows_.policies.push_back(policy);
  }
  void change(const store::StoredChange& change) override {
    EXPECT_TRUE(rows_.batches.empty()) << "changes come before batches";
    rows_.changes.push_back(change);
  }
  void batch(store::BatchRow batch) override {
    EXPECT_TRUE(rows_.coupons.empty()) << "batches come before coupons";
    rows_.batches.push_back(std::move(batch));
  }
  void coupon(const store::CouponRow& coupon) override {
    EXPECT_TRUE(rows_.lives.empty()) << "coupons come before lives";
    rows_.coupons.push_back(coupon);
  }
  void life(const CouponLife& life) override {
    EXPECT_TRUE(rows_.coupon_changes.empty()) << "lives come before their changes";
    rows_.lives.push_back(life);
  }
  void coupon_change(const store::StoredCouponChange& change) override {
    EXPECT_TRUE(rows_.listed.empty()) << "changes of coupons come before listed users";
    rows_.coupon_changes.push_back(change);
  }
  void listed(const store::StoredListedUser& listed) override {
    EXPECT_TRUE(rows_.imported_codes.empty()) << "listed users come before imported codes";
    rows_.listed.push_back(listed);
  }
  void imported_code(const store::StoredImportedCode& code) override { rows_.imported_codes.push_back(code); }

 private:
  Rows& rows_;
  Between between_;
};

}  // namespace

Snapshot load(store::Reader& reader, std::function<void()> between) {
  Snapshot snapshot;
  Collector collector(snapshot, std::move(between));
  const Status loaded = reader.load_snapshot(collector);
  EXPECT_TRUE(loaded.ok());
  return snapshot;
}

Rows scan(store::Reader& reader, std::function<void()> between) {
  Rows rows;
  RowCollector collector(rows, std::move(between));
  EXPECT_TRUE(reader.scan(collector).ok());
  return rows;
}

std::string why_not_scanned(store::Reader& reader) {
  Rows rows;
  RowCollector collector(rows, {});
  const Status scanned = reader.scan(collector);
  return scanned.ok() ? "it was scanned" : scanned.error().text();
}

bool same(const store::Position& a, const store::Position& b) {
  return a.partition == b.partition && a.era == b.era && a.next_offset == b.next_offset &&
         a.state == b.state && a.has_checksum == b.has_checksum &&
         (!a.has_checksum || a.checksum == b.checksum) && a.halted_reason == b.halted_reason;
}

store::Batch BatchMaker::next(std::vector<std::uint8_t> codes) {
  store::Batch batch;
  batch.first_offset = position_.next_offset;
  batch.hash_before = position_.state.state_hash;
  position_.next_offset += static_cast<Offset>(codes.size());
  position_.state.state_hash = hash_of(position_.partition, position_.next_offset);
  position_.state.clock = from_millis(1'800'000'000'000 + position_.next_offset);
  position_.has_checksum = true;
  position_.checksum = 0xF0000000U + static_cast<std::uint32_t>(position_.next_offset);
  batch.after = position_;
  batch.codes = std::move(codes);
  return batch;
}

store::Batch BatchMaker::issue(PolicyId policy, std::size_t count, UserId first_user) {
  store::Batch batch = next(std::vector<std::uint8_t>(count, static_cast<std::uint8_t>(Code::Success)));
  std::int64_t& issued = issued_[policy];
  for (std::size_t i = 0; i < count; ++i) {
    const auto step = static_cast<std::int64_t>(i);
    batch.coupons.push_back({policy, ++issued, UserId{first_user.value + step}, 1,
                             from_millis(1'800'000'000'000 + step), batch.first_offset + step});
  }
  batch.policies.push_back(a_policy(policy, issued));
  return batch;
}

Policy a_policy(PolicyId id, std::int64_t issued, std::int64_t max_count) {
  Policy policy;
  policy.id = id;
  policy.name = "policy " + std::to_string(id.value);
  policy.max_count = max_count;
  policy.active_count = issued;
  policy.issued_count = issued;
  policy.revision = 1;
  return policy;
}

Policy a_full_policy(PolicyId id) {
  Policy policy = a_policy(id, 30, 40);
  policy.per_user_limit = 3;
  policy.issue_starts_at = from_millis(1'700'000'000'001);
  policy.issue_ends_at = from_millis(1'700'000'000'002);
  policy.valid_from = from_millis(1'700'000'000'003);
  policy.valid_until = from_millis(1'700'000'000'004);
  policy.valid_for = milliseconds{86'400'000};
  policy.on_cancel = OnCancel::Keep;
  policy.reissue = true;
  policy.codes = CodeKind::Generated;
  policy.code_prefix = "NOON7";
  policy.eligible = Eligible::Listed;
  policy.listed_count = 1'000'000'007;
  policy.code_count = 1'000'000'009;
  policy.create_key = "a key \"with\" quotes";
  policy.state = PolicyState::Paused;
  policy.revision = 5;
  policy.active_count = 28;
  policy.used_count = 9;
  policy.cancelled_count = 2;
  policy.newest_issued_at = from_millis(1'700'000'000'005);
  policy.coupons_hash = 0xFEDCBA9876543210;
  return policy;
}

CouponLife a_used_coupon(PolicyId policy, std::int64_t sequence, const std::string& reference) {
  CouponLife life;
  life.policy = policy;
  life.sequence = sequence;
  life.state = CouponState::Used;
  life.references = {{reference, AcceptedReference::bit(CouponCommand::Kind::Use)}};
  return life;
}

CouponChange a_use(PolicyId policy, std::int64_t sequence, const std::string& reference, Offset offset) {
  CouponChange change;
  change.policy = policy;
  change.sequence = sequence;
  change.offset = offset;
  change.at = from_millis(1'800'000'000'000 + offset);
  change.kind = CouponCommand::Kind::Use;
  change.reference = reference;
  change.who = "a till";
  return change;
}

store::PolicyChangeRow a_change(PolicyId policy, std::int64_t revision, Offset offset) {
  return {policy,
          revision,
          offset,
          from_millis(1'800'000'000'000 + revision),
          R"({"command":"change","name":"é ☕"})",
          "operator " + std::to_string(revision)};
}

std::vector<ListedUser> a_list(PolicyId policy, std::size_t count, UserId first_user,
                               std::int64_t first_number, Offset offset) {
  std::vector<ListedUser> listed;
  for (std::size_t i = 0; i < count; ++i) {
    const auto step = static_cast<std::int64_t>(i);
    listed.push_back({policy, UserId{first_user.value + step}, first_number + step, offset});
  }
  return listed;
}

std::vector<ImportedCode> some_codes(PolicyId policy, std::size_t count, std::int64_t first, Offset offset) {
  std::vector<ImportedCode> codes;
  for (std::size_t i = 0; i < count; ++i) {
    const std::int64_t sequence = first + static_cast<std::int64_t>(i);
    codes.push_back({policy, sequence, "C" + std::to_string(sequence) + R"(\"'~!)", offset});
  }
  return codes;
}

RandomHistory::RandomHistory(std::uint64_t seed, std::int32_t partitions, std::uint64_t empty_hash)
    : chance_(seed), lanes_(static_cast<std::size_t>(partitions)) {
  for (std::size_t i = 0; i < lanes_.size(); ++i) {
    lanes_[i].position.partition = static_cast<Partition>(i);
    lanes_[i].position.state.state_hash = empty_hash;
  }
}

store::Batch RandomHistory::next() {
  Lane& lane = lanes_[static_cast<std::size_t>(up_to(static_cast<std::int64_t>(lanes_.size()) - 1))];
  store::Position& at = lane.position;
  store::Batch batch;
  batch.first_offset = at.next_offset;
  batch.hash_before = at.state.state_hash;
  const std::int64_t size = 1 + up_to(30);
  for (Offset offset = at.next_offset; offset < at.next_offset + size; ++offset) {
    batch.codes.push_back(static_cast<std::uint8_t>(up_to(16)));
    if (lane.policies.empty() || up_to(20) == 0) {
      create_policy(lane, batch, offset);
    } else if (!lane.issued.empty() && up_to(3) == 0) {
      command(lane.issued[static_cast<std::size_t>(up_to(static_cast<std::int64_t>(lane.issued.size()) - 1))],
              batch, offset);
    } else if (up_to(5) == 0) {
      list(
          lane.policies[static_cast<std::size_t>(up_to(static_cast<std::int64_t>(lane.policies.size()) - 1))],
          batch, offset);
    } else {
      issue(
          lane.policies[static_cast<std::size_t>(up_to(static_cast<std::int64_t>(lane.policies.size()) - 1))],
          lane, batch, offset);
    }
  }
  at.next_offset += size;
  at.state.clock += milliseconds{up_to(1000)};
  at.state.rules = 1 + static_cast<std::int32_t>(up_to(3));
  if (up_to(2) == 0) at.state.origin_marks[static_cast<Partition>(up_to(5))] = up_to(1'000'000);
  at.state.state_hash = chance_();
  at.has_checksum = true;
  at.checksum = static_cast<std::uint32_t>(chance_());
  batch.after = at;
  for (auto& policy : batch.policies) policy = policies_.at(policy.id);
  for (auto& life : batch.lives) life = lives_.at({life.policy, life.sequence});
  lane.codes.insert(lane.codes.end(), batch.codes.begin(), batch.codes.end());
  return batch;
}

void RandomHistory::create_policy(Lane& lane, store::Batch& batch, Offset offset) {
  Policy policy = a_policy(PolicyId{1 + static_cast<std::int64_t>(chance_() >> 1)}, 0, 1 + up_to(1000));
  if (up_to(1) == 0) policy.issue_starts_at = from_millis(up_to(2'000'000'000'000) - 1'000'000'000'000);
  if (up_to(1) == 0) policy.issue_ends_at = from_millis(up_to(2'000'000'000'000));
  if (up_to(1) == 0) policy.valid_from = from_millis(0);
  if (up_to(1) == 0) policy.valid_until = from_millis(up_to(2'000'000'000'000));
  if (up_to(1) == 0) policy.valid_for = milliseconds{1 + up_to(2'000'000'000'000)};
  if (up_to(1) == 0) policy.on_cancel = OnCancel::Keep;
  if (up_to(1) == 0) policy.reissue = true;
  if (up_to(1) == 0) policy.codes = CodeKind::Generated, policy.code_prefix = "NOON";
  if (up_to(1) == 0) policy.eligible = Eligible::Listed;
  if (up_to(1) == 0) policy.create_key = "key " + std::to_string(policy.id.value);
  if (!policies_.emplace(policy.id, policy).second) return;
  lane.policies.push_back(policy.id);
  batch.policies.push_back(policy);
  batch.changes.push_back(a_change(policy.id, 1, offset));
}

void RandomHistory::issue(PolicyId id, Lane& lane, store::Batch& batch, Offset offset) {
  Policy& policy = policies_.at(id);
  if (policy.state == PolicyState::Closed) return;
  if (policy.active_count == policy.max_count || up_to(50) == 0) {
    policy.state = PolicyState::Closed;
  } else {
    policy.active_count += 1;
    policy.issued_count += 1 + up_to(1);
    policy.coupons_hash = chance_();
    // A different user for each sequence; some ids are large.
    const UserId user{1 + policy.issued_count * ((std::int64_t{1} << 40) + 1)};
    const Coupon coupon{id, policy.issued_count, user, 1, from_millis(up_to(2'000'000'000'000)), offset};
    policy.newest_issued_at = std::max(policy.newest_issued_at, coupon.issued_at);
    coupons_.push_back(coupon);
    lane.issued.push_back(coupon);
    batch.coupons.push_back(coupon);
  }
  const auto is_it = [&](const Policy& one) { return one.id == id; };
  if (std::none_of(batch.policies.begin(), batch.policies.end(), is_it)) batch.policies.push_back(policy);
}

/// Some command, without the rules of the decider.
void RandomHistory::command(const Coupon& coupon, store::Batch& batch, Offset offset) {
  CouponLife& life = lives_[{coupon.policy, coupon.sequence}];
  const bool in_batch = std::ranges::any_of(batch.lives, [&](const CouponLife& one) {
    return one.policy == coupon.policy && one.sequence == coupon.sequence;
  });
  life.policy = coupon.policy;
  life.sequence = coupon.sequence;
  life.state = static_cast<CouponState>(1 + up_to(3));
  life.gave_back_place = up_to(1) == 0;
  life.held_until =
      life.state == CouponState::Reserved ? from_millis(1 + up_to(2'000'000'000'000)) : Timestamp{};
  if (life.references.size() < kReferencesMost)
    life.references.push_back(
        {"order-" + std::to_string(offset) + " é", static_cast<std::uint8_t>(1 + up_to(30))});
  if (!in_batch) batch.lives.push_back(life);
  CouponChange change = a_use(coupon.policy, coupon.sequence, "order-" + std::to_string(offset), offset);
  change.kind = static_cast<CouponCommand::Kind>(1 + up_to(4));
  batch.coupon_changes.push_back(change);
}

/// A chunk with a user more than it has rows, as if one was repeated; and a chunk of codes.
void RandomHistory::list(PolicyId id, store::Batch& batch, Offset offset) {
  Policy& policy = policies_.at(id);
  const auto count = static_cast<std::size_t>(1 + up_to(4));
  const auto listed = a_list(id, count, UserId{1 + policy.listed_count * ((std::int64_t{1} << 40) + 1)},
                             policy.listed_count + 1, offset);
  policy.listed_count += static_cast<std::int64_t>(count) + 1;
  const auto codes = some_codes(id, count, policy.code_count + 1, offset);
  policy.code_count += static_cast<std::int64_t>(count);
  batch.imported_codes.insert(batch.imported_codes.end(), codes.begin(), codes.end());
  imported_codes_.insert(imported_codes_.end(), codes.begin(), codes.end());
  batch.listed.insert(batch.listed.end(), listed.begin(), listed.end());
  listed_.insert(listed_.end(), listed.begin(), listed.end());
  const auto is_it = [&](const Policy& one) { return one.id == id; };
  if (std::none_of(batch.policies.begin(), batch.policies.end(), is_it)) batch.policies.push_back(policy);
}

Snapshot RandomHistory::expected() const {
  Snapshot expected;
  for (const Lane& lane : lanes_) expected.positions.push_back(lane.position);
  for (const auto& [id, policy] : policies_) expected.policies.push_back(policy);
  const auto is_open = [&](PolicyId id) { return policies_.at(id).state != PolicyState::Closed; };
  for (const Coupon& coupon : coupons_) {
    if (is_open(coupon.policy)) expected.coupons.push_back(coupon);
  }
  for (const auto& [key, life] : lives_) {
    if (is_open(life.policy)) expected.lives.push_back(life);
  }
  for (const ListedUser& listed : listed_) {
    if (is_open(listed.policy)) expected.listed.push_back(listed);
  }
  for (const ImportedCode& code : imported_codes_) {
    if (is_open(code.policy)) expected.imported_codes.push_back(code);
  }
  return expected;
}

}  // namespace firstcome::test
