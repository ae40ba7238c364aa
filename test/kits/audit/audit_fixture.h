#pragma once

#include <random>
#include <string>

#include "audit/audit.h"
#include "decide/decider.h"
#include "journal/record_json.h"
#include "journal/simulated/simulated_journal.h"
#include "store/simulated/simulated_store.h"
#include "test/kits/audit/saver.h"

namespace firstcome::audit {

/// For tests: a journal and a store in memory, some words to fill them, and a hand in the store's tables.
/// Records come a millisecond apart.
class AuditFixture {
 public:
  static constexpr std::int32_t kPartitions = 2;
  static constexpr Timestamp kBegin{milliseconds{1'800'000'000'000}};

  AuditFixture();

  /// Each appends one record and returns its offset, in the home of its policy if nothing else is said.
  Offset create(PolicyId policy, std::int64_t max_count);
  Offset command(PolicyCommand::Kind kind, PolicyId policy, std::optional<std::int64_t> max_count = {});
  /// A chunk of an import whose coupons all were issued at kBegin; the last one ends it.
  Offset create_for_import(PolicyId policy, std::int64_t max_count);
  Offset bring(PolicyId policy, std::int64_t first, const std::vector<std::int64_t>& users,
               std::optional<ImportTotal> total = {});
  Offset wants(UserId user, PolicyId policy);
  Offset append(Partition partition, std::string value, std::string kind = {}, std::string origin = {});
  void hole(PolicyId policy);
  void pass(milliseconds time) { now_ += time; }
  /// Hundreds of records of all kinds, saved now and then.
  void live_through(std::uint64_t seed, int records);

  void save(std::size_t records_a_batch = 4);
  Report audit(std::size_t most_differences = 100);
  /// The texts of an audit's differences.
  std::vector<std::string> differences();

  journal::SimulatedJournal& journal() { return journal_; }
  store::SimulatedStore& store() { return store_; }
  store::Tables& tables() { return store_.tables(); }
  static Partition home_of(PolicyId policy);

 private:
  Offset append(Partition partition, journal::SimulatedRecord record);
  /// With the revision that the policy has, as an edge does.
  Offset append(PolicyCommand command);
  void live_through_an_import(PolicyId policy, std::mt19937_64& chance);

  std::mt19937_64 chance_{1};
  Timestamp now_ = kBegin;
  journal::SimulatedJournal journal_;
  store::SimulatedStore store_;
  Saver saver_;
  std::vector<decide::Decider> edge_;  ///< by partition: what an edge knows
  journal::RecordDecoder decoder_;
};

ImportTotal total_of_users_to(std::int64_t count);
std::string request(UserId user, PolicyId policy, Timestamp requested_at = AuditFixture::kBegin);

}  // namespace firstcome::audit
