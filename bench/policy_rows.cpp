// SQL that fills the store of a node that has decided nothing yet with policies and their coupons:
//
//   policy_rows [--postgres] [--live N] [--ended N] [--coupons N] [--used N] [--partitions N]
//
// for SQLite, or for PostgreSQL. Live policies issue. Ended ones are closed and all of their coupons are expired. Each policy has N coupons, of
// which the first --used are used. The database makes the coupons. The state hashes are those that a decider has after the same decisions, so a
// node that loads the rows accepts them.

#include <fmt/core.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <string>

#include "decide/state_hash.h"
#include "domain/home.h"
#include "measurement.h"
#include "options.h"

namespace {

using namespace firstcome;

/// When the first coupon of each policy was issued; the others follow by a millisecond.
constexpr std::int64_t kBegin = 1'761'998'400'000;  // 2025-11-01
constexpr std::int64_t kEnd = kBegin + 24LL * 60 * 60 * 1'000;
constexpr std::int64_t kClock = 2 * kEnd - kBegin;

struct Sizes {
  std::int64_t live = 10, ended = 0, coupons = 100'000, used = 0, partitions = 3;
};

Policy policy_of(PolicyId id, const Sizes& sizes) {
  Policy policy;
  policy.id = id;
  policy.name = fmt::format("policy {}", id);
  policy.max_count = 2 * sizes.coupons;
  policy.revision = 1;
  policy.issued_count = policy.active_count = sizes.coupons;
  policy.used_count = sizes.used;
  policy.newest_issued_at = from_millis(kBegin + sizes.coupons);
  if (id.value <= sizes.live) return policy;
  policy.state = PolicyState::Closed;
  policy.revision = 2;
  policy.issue_ends_at = policy.valid_until = from_millis(kEnd);
  return policy;
}

std::uint64_t hash_of_coupons(const Policy& policy) {
  std::uint64_t sum = 0;
  for (std::int64_t n = 1; n <= policy.issued_count; ++n) {
    sum += decide::hash_of(Coupon{.policy = policy.id,
                                  .sequence = n,
                                  .user = UserId{(policy.id.value - 1) * policy.issued_count + n},
                                  .issued_at = from_millis(kBegin + n),
                                  .offset = n});
  }
  const std::uint8_t use = AcceptedReference::bit(CouponCommand::Kind::Use);
  for (std::int64_t n = 1; n <= policy.used_count; ++n) {
    sum += decide::hash_of(CouponLife{.policy = policy.id,
                                      .sequence = n,
                                      .state = CouponState::Used,
                                      .references = {{fmt::format("order-{:014}", n), use}}});
  }
  return sum;
}

/// Statements in the words of one database.
class Sql {
 public:
  explicit Sql(bool postgres) : postgres_(postgres) {}

  void begin() const { fmt::print("{}BEGIN;\n", postgres_ ? "SET search_path = firstcome;\n" : ""); }
  void end() const { fmt::print("COMMIT;\n"); }
  void policy(const Policy& policy, Partition partition) const;
  void position(Partition partition, std::uint64_t hash) const {
    fmt::print("UPDATE journal_position SET clock = {}, state_hash = {} WHERE partition = {};\n",
               time(kClock), static_cast<std::int64_t>(hash), partition);
  }

 private:
  /// `millis` is an expression.
  [[nodiscard]] std::string time(std::string_view millis) const {
    return postgres_ ? fmt::format("timestamptz 'epoch' + ({}) * interval '1 ms'", millis)
                     : std::string(millis);
  }
  [[nodiscard]] std::string time(std::int64_t millis) const { return time(std::to_string(millis)); }
  [[nodiscard]] std::string time(std::optional<Timestamp> at) const {
    return at ? time(to_millis(*at)) : std::string("NULL");
  }
  /// Returns what precedes a SELECT of `n` from 1 to `last`, and the table for it.
  [[nodiscard]] std::string numbers(std::int64_t last) const {
    return postgres_
               ? std::string()
               : fmt::format("WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < {})",
                             last);
  }
  [[nodiscard]] std::string table(std::int64_t last) const {
    return postgres_ ? fmt::format("generate_series(bigint '1', {}) AS s(n)", last) : std::string("s");
  }
  [[nodiscard]] const char* no() const { return postgres_ ? "false" : "0"; }

  bool postgres_;
};

void Sql::policy(const Policy& policy, Partition partition) const {
  fmt::print(
      "INSERT INTO coupon_policy (id, name, max_count, issued_count, active_count, used_count, cancelled_count, "
      "listed_count, code_count, per_user_limit, issue_ends_at, valid_until, on_cancel, reissue, codes, code_prefix, "
      "eligible, create_key, state, revision, newest_issued_at, coupons_hash) VALUES ({}, '{}', {}, {}, {}, {}, 0, 0, 0, "
      "{}, {}, {}, {}, {}, {}, '', {}, '', {}, {}, {}, {});\n",
      policy.id, policy.name, policy.max_count, policy.issued_count, policy.active_count, policy.used_count,
      policy.per_user_limit, time(policy.issue_ends_at), time(policy.valid_until),
      static_cast<int>(policy.on_cancel), no(), static_cast<int>(policy.codes),
      static_cast<int>(policy.eligible), static_cast<int>(policy.state), policy.revision,
      time(policy.newest_issued_at), static_cast<std::int64_t>(policy.coupons_hash));
  fmt::print(
      "INSERT INTO coupon (policy_id, sequence, user_id, journal_offset, issued_at, user_ordinal, era, journal_partition) "
      "{} SELECT {}, n, {} + n, n, {}, 1, 1, {} FROM {};\n",
      numbers(policy.issued_count), policy.id, (policy.id.value - 1) * policy.issued_count,
      time(fmt::format("{} + n", kBegin)), partition, table(policy.issued_count));
  if (policy.used_count == 0) return;
  fmt::print(
      "INSERT INTO coupon_life (policy_id, sequence, state, gave_back_place, accepted) {} SELECT {}, n, 3, {}, "
      "'use order-' || {} || '\n' FROM {};\n",
      numbers(policy.used_count), policy.id, no(),
      postgres_ ? "lpad(n::text, 14, '0')" : "printf('%014d', n)", table(policy.used_count));
}

}  // namespace

int main(int argc, char** argv) {
  Sizes sizes;
  bool postgres = false;
  bench::read_options(argc, argv,
                      {{"--postgres", &postgres},
                       {"--live", &sizes.live},
                       {"--ended", &sizes.ended},
                       {"--coupons", &sizes.coupons},
                       {"--used", &sizes.used},
                       {"--partitions", &sizes.partitions}});
  bench::must(sizes.used <= sizes.coupons, "policy_rows: --used is more than --coupons");
  const auto partitions = static_cast<std::int32_t>(sizes.partitions);
  const Sql sql(postgres);
  std::map<Partition, std::uint64_t> hashes;
  PartitionState state = decide::initial_state();
  state.clock = from_millis(kClock);
  for (Partition p = 0; p < partitions; ++p) hashes[p] = decide::hash_of_partition(state);
  sql.begin();
  for (std::int64_t id = 1; id <= sizes.live + sizes.ended; ++id) {
    Policy policy = policy_of(PolicyId{id}, sizes);
    policy.coupons_hash = hash_of_coupons(policy);
    const Partition partition = home(policy.id, partitions);
    hashes[partition] += decide::hash_of_terms(policy) + decide::hash_of_counts(policy) + policy.coupons_hash;
    sql.policy(policy, partition);
  }
  for (const auto& [partition, hash] : hashes) sql.position(partition, hash);
  sql.end();
  return 0;
}
