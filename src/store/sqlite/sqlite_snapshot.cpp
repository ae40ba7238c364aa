// What a start reads: the policies, and the coupons of those that are not over.
#include "store/sqlite/row_ranges.h"
#include "store/sqlite/sqlite_reader.h"
#include "store/sqlite/sqlite_rows.h"

namespace firstcome::store {

using sqlite::Statement;

Status SqliteReader::load_snapshot(SnapshotSink& sink) {
  sqlite::Transaction snapshot(database_);
  RETURN_IF_ERROR(snapshot.begin(sqlite::Transaction::Kind::Read));
  ASSIGN_OR_RETURN(auto stored, positions());
  for (const Position& position : stored) sink.position(position);
  ASSIGN_OR_RETURN(const auto policies, load_policies(sink));
  const std::vector<PolicyId>& open = policies.ids;
  // One scan for each policy is faster than a join, which looks up the policy for each row.
  for (const PolicyId policy : open) {
    select_coupons_.bind(1, policy.value);
    RETURN_IF_ERROR(
        read_rows(database_, select_coupons_, kCoupons, read_coupon, [&](const CouponRow& row) -> Status {
          sink.coupon(row);
          return Done{};
        }));
  }
  RETURN_IF_ERROR(load_lives(policies, sink));
  for (const PolicyId policy : open) {
    select_listed_.bind(1, policy.value);
    RETURN_IF_ERROR(read_rows(database_, select_listed_, kListed, read_listed,
                              [&](const StoredListedUser& row) -> Status {
                                sink.listed(row.listed);
                                return Done{};
                              }));
  }
  for (const PolicyId policy : open) {
    select_imported_codes_.bind(1, policy.value);
    RETURN_IF_ERROR(read_rows(database_, select_imported_codes_, kImportedCodes, read_imported_code,
                              [&](const StoredImportedCode& row) -> Status {
                                sink.imported_code(row.code);
                                return Done{};
                              }));
  }
  return Done{};
}

/// Passes the wanted policies to `sink`. Returns those whose coupons are wanted.
Result<SqliteReader::OpenPolicies> SqliteReader::load_policies(SnapshotSink& sink) {
  OpenPolicies open;
  RETURN_IF_ERROR(
      read_rows(database_, select_policies_, kPolicies, read_policy, [&](const Policy& policy) -> Status {
        if (!sink.wants(policy.id)) return Done{};
        sink.policy(policy);
        if (!sink.wants_coupons(policy)) return Done{};
        open.ids.push_back(policy.id);
        open.lives += policy.used_count + policy.cancelled_count;
        return Done{};
      }));
  return open;
}

/// The rows that have lives of these policies, and others between them. The rows are in the order of the commands, so
/// those of a policy are apart from each other, between those of policies at the same time.
Result<std::vector<RowRanges::Range>> SqliteReader::rows_of_lives(const OpenPolicies& policies) {
  const sqlite::ResetAtEnd reset_last(select_last_life_);
  if (select_last_life_.step() != Statement::Step::Row) return database_.error();
  const std::int64_t last = select_last_life_.integer(0);
  if (policies.lives >= last / 2) return std::vector<RowRanges::Range>{{0, last}};
  RowRanges rows;
  for (const PolicyId policy : policies.ids) {
    const sqlite::ResetAtEnd reset(select_rows_of_lives_);
    select_rows_of_lives_.bind(1, policy.value);
    for (;;) {
      const auto step = select_rows_of_lives_.step();
      if (step == Statement::Step::Failed) return database_.error();
      if (step == Statement::Step::Done) break;
      rows.add(select_rows_of_lives_.integer(0));
    }
  }
  return rows.ranges();
}

Status SqliteReader::load_lives(const OpenPolicies& policies, SnapshotSink& sink) {
  ASSIGN_OR_RETURN(const auto ranges, rows_of_lives(policies));
  const IdSet<PolicyId> wanted(policies.ids.begin(), policies.ids.end());
  for (const auto& range : ranges) {
    select_lives_.bind(1, range.first);
    select_lives_.bind(2, range.last);
    RETURN_IF_ERROR(
        read_rows(database_, select_lives_, kLives, read_life, [&](const CouponLife& row) -> Status {
          if (wanted.contains(row.policy)) sink.life(row);
          return Done{};
        }));
  }
  return Done{};
}

}  // namespace firstcome::store
