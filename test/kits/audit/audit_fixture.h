#pragma once

#include <random>
#include <string>

#include "audit/audit.h"
#include "decide/decider.h"
#include "journal/record_json.h"
#include "journal/simulated/simulated_journal.h"
#include "store/simulated/simulated_store.h"
#include "test/kits/audit/store_filler.h"

namespace firstcome::audit {

/// A journal and a store in memory, functions to fill them, and access to the tables of the store. Each record is one
/// millisecond after the one before.
class AuditFixture {
 public:
  static constexpr std::int32_t kPartitions = 2;
  static constexpr Timestamp kBegin{milliseconds{1'800'000'000'000}};

  AuditFixture();

  /// Each appends one record and returns its offset. Without a partition: in the home of the policy.
  Offset create(PolicyId policy, std::int64_t max_count);
  Offset command(PolicyCommand::Kind kind, PolicyId policy, std::optional<std::int64_t> max_count = {});
  /// import_chunk(): all coupons are issued at kBegin. The chunk with a total ends the import.
  Offset create_for_import(PolicyId policy, std::int64_t max_count);
  Offset import_chunk(PolicyId policy, std::int64_t first, const std::vector<std::int64_t>& users,
                      std::optional<ImportTotal> total = {});
  /// For the users of its list.
  Offset create_for_list(PolicyId policy, std::int64_t max_count);
  Offset list_chunk(PolicyId policy, std::int64_t first, const std::vector<std::int64_t>& users);
  /// With imported codes, and maxCount 0.
  Offset create_for_codes(PolicyId policy);
  Offset code_chunk(PolicyId policy, std::int64_t first, std::vector<std::string> codes);
  Offset issue(UserId user, PolicyId policy);
  /// A command of a coupon, by a caller of the reference "order-<order>".
  Offset coupon_command(CouponCommand::Kind kind, PolicyId policy, std::int64_t sequence,
                        std::int64_t order = 1);
  Offset append(Partition partition, std::string value, std::string kind = {}, std::string origin = {});
  void hole(PolicyId policy);
  void advance(milliseconds time) { now_ += time; }
  /// Records of all kinds, saved from time to time.
  void append_random_records(std::uint64_t seed, int records);

  void save(std::size_t records_per_batch = 4);
  Result<Report> try_audit(std::size_t differences_max = 100);
  /// The same for an audit that must be possible.
  Report audit(std::size_t differences_max = 100);
  /// The texts of an audit's differences.
  std::vector<std::string> differences();

  journal::SimulatedJournal& journal() { return journal_; }
  store::SimulatedStore& store() { return store_; }
  store::Tables& tables() { return store_.tables(); }
  static Partition home_of(PolicyId policy);

 private:
  Offset append(Partition partition, journal::SimulatedRecord record);
  /// With the current revision of the policy, as an edge does.
  Offset append(PolicyCommand command);
  void append_random_import(PolicyId policy, std::mt19937_64& chance);
  /// The next chunk of a list, with repeated users, or one that is refused or changes nothing.
  void append_random_list(PolicyId policy, std::mt19937_64& chance);
  /// The next chunk of a list of codes, or one that is refused or changes nothing; often followed by a higher maxCount.
  void append_random_codes(PolicyId policy, std::mt19937_64& chance);

  std::mt19937_64 chance_{1};
  Timestamp now_ = kBegin;
  journal::SimulatedJournal journal_;
  store::SimulatedStore store_;
  StoreFiller filler_;
  std::vector<decide::Decider> edge_;  ///< by partition: the current policies
  journal::RecordDecoder decoder_;
};

ImportTotal import_total(std::int64_t count);
std::string request(UserId user, PolicyId policy, Timestamp requested_at = AuditFixture::kBegin);

}  // namespace firstcome::audit
