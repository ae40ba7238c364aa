#include "store/sqlite/sqlite_writer.h"

#include <fmt/core.h>

#include "store/data.h"
#include "store/setting_rows.h"
#include "store/sqlite/sqlite_rows.h"
#include "store/stored_enum.h"

namespace firstcome::store {
namespace {

/// NORMAL: commits are not synced, so a power failure may lose the last ones, each completely; the node
/// decides their records again. The WAL file may grow long before a checkpoint, because commits change the
/// same index pages many times, and a checkpoint copies each page once.
constexpr const char* kPragmas = R"(
  PRAGMA synchronous = NORMAL;
  PRAGMA wal_autocheckpoint = 16000;
  PRAGMA cache_size = -131072;
)";

/// For the log, so it does not contain the user.
std::string describe(const Coupon& coupon) {
  return fmt::format("coupon of policy {}, sequence {}, offset {}", coupon.policy, coupon.sequence,
                     coupon.offset);
}

}  // namespace

Result<std::unique_ptr<Writer>> SqliteWriter::open(const std::string& path, milliseconds busy_timeout) {
  ASSIGN_OR_RETURN(auto database, sqlite::Database::open(path, sqlite::Access::ReadWrite, busy_timeout));
  std::unique_ptr<SqliteWriter> writer(new SqliteWriter(std::move(database)));
  RETURN_IF_ERROR(writer->prepare());
  return std::unique_ptr<Writer>(std::move(writer));
}

Status SqliteWriter::prepare() {
  RETURN_IF_ERROR(database_.execute(kPragmas));
  return database_.prepare({
      {&select_position_, "SELECT " FIRSTCOME_POSITION_COLUMNS " FROM journal_position WHERE partition = ?1"},
      {&move_position_, R"(
         UPDATE journal_position
         SET next_offset = ?1, clock = ?2, rules = ?3, origin_marks = ?4, checksum = ?5, state_hash = ?6
         WHERE partition = ?7 AND era = ?8 AND next_offset = ?9 AND state_hash = ?10
           AND halted_reason IS NULL)"},
      {&extend_batch_, R"(
         UPDATE journal_batch
         SET codes = CAST(codes || ?4 AS BLOB), clock = ?5, rules = ?6, origin_marks = ?7, state_hash = ?8
         WHERE era = ?1 AND partition = ?2
           AND first_offset = (SELECT max(first_offset) FROM journal_batch WHERE era = ?1 AND partition = ?2)
           AND first_offset + length(codes) = ?3
           AND length(codes) + length(?4) <= ?9)"},
      {&prune_, R"(
         DELETE FROM journal_batch
         WHERE (era, partition, first_offset) IN (
           SELECT era, partition, first_offset
           FROM journal_batch AS old
           WHERE partition = ?1
             AND era = (SELECT era FROM journal_position WHERE partition = ?1)
             AND first_offset + length(codes) < ?2
             AND first_offset < (SELECT max(first_offset) FROM journal_batch
                                 WHERE era = old.era AND partition = ?1)
           ORDER BY first_offset LIMIT ?3))"},
      {&insert_batch_, R"(
         INSERT INTO journal_batch()" FIRSTCOME_BATCH_COLUMNS R"()
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8))"},
      {&insert_coupon_, R"(
         INSERT INTO coupon()" FIRSTCOME_COUPON_COLUMNS R"()
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8))"},
      {&upsert_policy_, "INSERT INTO coupon_policy(" FIRSTCOME_POLICY_COLUMNS R"()
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21,
                 ?22, ?23, ?24, ?25)
         ON CONFLICT(id) DO UPDATE
         SET name = ?2, max_count = ?3, issued_count = ?4, active_count = ?5, used_count = ?6,
             cancelled_count = ?7, per_user_limit = ?8, issue_starts_at = ?9, issue_ends_at = ?10,
             valid_from = ?11, valid_until = ?12, valid_for_ms = ?13, on_cancel = ?14, reissue = ?15,
             codes = ?16, code_prefix = ?17, create_key = ?18, state = ?19, revision = ?20,
             newest_issued_at = ?21, coupons_hash = ?22, eligible = ?23, listed_count = ?24,
             code_count = ?25)"},
      {&upsert_life_, "INSERT INTO coupon_life(" FIRSTCOME_LIFE_COLUMNS R"()
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)
         ON CONFLICT(policy_id, sequence) DO UPDATE
         SET state = ?3, gave_back_place = ?4, held_until = ?5, accepted = ?6)"},
      {&insert_coupon_change_, "INSERT INTO coupon_change(" FIRSTCOME_COUPON_CHANGE_COLUMNS R"()
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11))"},
      {&insert_listed_, "INSERT INTO eligible_user(" FIRSTCOME_LISTED_COLUMNS R"()
         VALUES (?1, ?2, ?3, ?4, ?5, ?6))"},
      {&insert_imported_code_, "INSERT INTO coupon_code(" FIRSTCOME_IMPORTED_CODE_COLUMNS R"()
         VALUES (?1, ?2, ?3, ?4, ?5, ?6))"},
      {&insert_change_, R"(
         INSERT INTO policy_change()" FIRSTCOME_CHANGE_COLUMNS R"()
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8))"},
      {&halt_, R"(
         UPDATE journal_position SET halted_reason = coalesce(halted_reason, ?2) WHERE partition = ?1)"},
      {&unhalt_, "UPDATE journal_position SET halted_reason = NULL WHERE partition = ?1"},
      {&skip_rules_, "INSERT INTO setting(key, value) VALUES (?1, '') ON CONFLICT DO NOTHING"},
  });
}

SaveResult SqliteWriter::save(const Batch& batch) {
  CHECK(!batch.codes.empty());
  CHECK(batch.first_offset + static_cast<Offset>(batch.codes.size()) == batch.after.next_offset);
  sqlite::Transaction transaction(database_);
  if (auto begun = transaction.begin(sqlite::Transaction::Kind::Write); !begun.ok()) {
    return {SaveOutcome::Failed, std::nullopt, begun.error()};
  }
  if (!move_position(batch)) return refused("journal_position, " + describe(batch));
  if (database_.changes() == 0) return moved(batch.after.partition);
  CHECK(database_.changes() == 1);
  if (!insert_codes(batch)) return refused("journal_batch, " + describe(batch));
  if (const Coupon* coupon = insert_coupons(batch)) return refused(describe(*coupon));
  if (const Policy* policy = upsert_policies(batch)) {
    return refused(fmt::format("coupon_policy {}", policy->id));
  }
  if (const PolicyChangeRow* change = insert_changes(batch)) {
    return refused(fmt::format("policy_change of policy {}, revision {}", change->policy, change->revision));
  }
  if (const CouponLife* life = upsert_lives(batch)) {
    return refused(fmt::format("coupon_life of policy {}, sequence {}", life->policy, life->sequence));
  }
  if (const CouponChange* change = insert_coupon_changes(batch)) {
    return refused(fmt::format("coupon_change of policy {}, sequence {}, offset {}", change->policy,
                               change->sequence, change->offset));
  }
  if (const ListedUser* listed = insert_listed(batch)) {
    return refused(fmt::format("eligible_user of policy {}, number {}, offset {}", listed->policy,
                               listed->number, listed->offset));
  }
  if (const ImportedCode* code = insert_imported_codes(batch)) {
    return refused(fmt::format("coupon_code of policy {}, sequence {}, offset {}", code->policy,
                               code->sequence, code->offset));
  }
  if (auto committed = transaction.commit(); !committed.ok()) {
    // A wait for a lock has changed nothing. After any other error the WAL file may contain the commit.
    const bool waited = (database_.extended_code() & 0xff) == SQLITE_BUSY;
    return {waited ? SaveOutcome::Failed : SaveOutcome::Unknown, std::nullopt, committed.error()};
  }
  return {};
}

SaveResult SqliteWriter::moved(Partition partition) {
  auto now = position(partition);
  if (!now.ok()) return {SaveOutcome::Failed, std::nullopt, now.error()};
  return {SaveOutcome::Moved, std::move(*now), {}};
}

SaveResult SqliteWriter::refused(const std::string& row) {
  Error error = database_.error();
  const bool conflict = (database_.extended_code() & 0xff) == SQLITE_CONSTRAINT;
  error.message = row + ": " + error.message;
  return {conflict ? SaveOutcome::Conflict : SaveOutcome::Failed, std::nullopt, std::move(error)};
}

bool SqliteWriter::move_position(const Batch& batch) {
  const Position& after = batch.after;
  const std::string marks = marks_to_text(after.state.origin_marks);
  move_position_.bind(1, after.next_offset);
  move_position_.bind(2, to_millis(after.state.clock));
  move_position_.bind(3, std::int64_t{after.state.rules});
  move_position_.bind_text(4, std::string_view(marks));
  move_position_.bind(5, after.has_checksum ? std::optional<std::int64_t>(after.checksum) : std::nullopt);
  move_position_.bind(6, hash_to_integer(after.state.state_hash));
  move_position_.bind(7, std::int64_t{after.partition});
  move_position_.bind(8, std::int64_t{after.era});
  move_position_.bind(9, batch.first_offset);
  move_position_.bind(10, hash_to_integer(batch.hash_before));
  return move_position_.run();
}

bool SqliteWriter::insert_codes(const Batch& batch) {
  const Position& after = batch.after;
  const std::string marks = marks_to_text(after.state.origin_marks);
  const auto run = [&](sqlite::Statement& statement) {
    statement.bind(1, std::int64_t{after.era});
    statement.bind(2, std::int64_t{after.partition});
    statement.bind(3, batch.first_offset);
    statement.bind_blob(
        4, std::string_view(reinterpret_cast<const char*>(batch.codes.data()), batch.codes.size()));
    statement.bind(5, to_millis(after.state.clock));
    statement.bind(6, std::int64_t{after.state.rules});
    statement.bind_text(7, std::string_view(marks));
    statement.bind(8, hash_to_integer(after.state.state_hash));
    return statement.run();
  };
  extend_batch_.bind(9, kCodesOfExtendedBatch);
  if (!run(extend_batch_)) return false;
  return database_.changes() != 0 || run(insert_batch_);
}

Result<std::int64_t> SqliteWriter::prune_batches(Partition partition, Offset before) {
  prune_.bind(1, std::int64_t{partition});
  prune_.bind(2, before);
  prune_.bind(3, kPrunedAtOnce);
  if (!prune_.run()) return database_.error();
  return database_.changes();
}

const Coupon* SqliteWriter::insert_coupons(const Batch& batch) {
  insert_coupon_.bind(6, std::int64_t{batch.after.era});
  insert_coupon_.bind(7, std::int64_t{batch.after.partition});
  for (const Coupon& coupon : batch.coupons) {
    insert_coupon_.bind(1, coupon.policy.value);
    insert_coupon_.bind(2, coupon.sequence);
    insert_coupon_.bind(3, coupon.user.value);
    insert_coupon_.bind(4, std::int64_t{coupon.user_ordinal});
    insert_coupon_.bind(5, to_millis(coupon.issued_at));
    insert_coupon_.bind(8, coupon.offset);
    if (!insert_coupon_.run()) return &coupon;
  }
  return nullptr;
}

const Policy* SqliteWriter::upsert_policies(const Batch& batch) {
  for (const Policy& policy : batch.policies) {
    upsert_policy_.bind(1, policy.id.value);
    upsert_policy_.bind_text(2, std::string_view(policy.name));
    upsert_policy_.bind(3, policy.max_count);
    upsert_policy_.bind(4, policy.issued_count);
    upsert_policy_.bind(5, policy.active_count);
    upsert_policy_.bind(6, policy.used_count);
    upsert_policy_.bind(7, policy.cancelled_count);
    upsert_policy_.bind(8, std::int64_t{policy.per_user_limit});
    upsert_policy_.bind(9, maybe_millis(policy.issue_starts_at));
    upsert_policy_.bind(10, maybe_millis(policy.issue_ends_at));
    upsert_policy_.bind(11, maybe_millis(policy.valid_from));
    upsert_policy_.bind(12, maybe_millis(policy.valid_until));
    upsert_policy_.bind(13, maybe_count(policy.valid_for));
    upsert_policy_.bind(14, static_cast<std::int64_t>(policy.on_cancel));
    upsert_policy_.bind(15, std::int64_t{policy.reissue});
    upsert_policy_.bind(16, static_cast<std::int64_t>(policy.codes));
    upsert_policy_.bind_text(17, std::string_view(policy.code_prefix));
    upsert_policy_.bind_text(18, std::string_view(policy.create_key));
    upsert_policy_.bind(19, static_cast<std::int64_t>(policy.state));
    upsert_policy_.bind(20, policy.revision);
    upsert_policy_.bind(21, maybe_millis(null_if_zero(policy.newest_issued_at)));
    upsert_policy_.bind(22, hash_to_integer(policy.coupons_hash));
    upsert_policy_.bind(23, static_cast<std::int64_t>(policy.eligible));
    upsert_policy_.bind(24, policy.listed_count);
    upsert_policy_.bind(25, policy.code_count);
    if (!upsert_policy_.run()) return &policy;
  }
  return nullptr;
}

const CouponLife* SqliteWriter::upsert_lives(const Batch& batch) {
  for (const CouponLife& life : batch.lives) {
    const std::string accepted = references_to_text(life.references);
    upsert_life_.bind(1, life.policy.value);
    upsert_life_.bind(2, life.sequence);
    upsert_life_.bind(3, static_cast<std::int64_t>(life.state));
    upsert_life_.bind(4, std::int64_t{life.gave_back_place});
    upsert_life_.bind(5, maybe_millis(null_if_zero(life.held_until)));
    upsert_life_.bind_text(6, std::string_view(accepted));
    if (!upsert_life_.run()) return &life;
  }
  return nullptr;
}

const CouponChange* SqliteWriter::insert_coupon_changes(const Batch& batch) {
  insert_coupon_change_.bind(3, std::int64_t{batch.after.era});
  insert_coupon_change_.bind(5, std::int64_t{batch.after.partition});
  for (const CouponChange& change : batch.coupon_changes) {
    insert_coupon_change_.bind(1, change.policy.value);
    insert_coupon_change_.bind(2, change.sequence);
    insert_coupon_change_.bind(4, change.offset);
    insert_coupon_change_.bind(6, to_millis(change.at));
    insert_coupon_change_.bind(7, static_cast<std::int64_t>(change.kind));
    insert_coupon_change_.bind_text(8, std::string_view(change.reference));
    insert_coupon_change_.bind(9, maybe_millis(null_if_zero(change.held_until)));
    insert_coupon_change_.bind_text(10, std::string_view(change.reason));
    insert_coupon_change_.bind_text(11, std::string_view(change.who));
    if (!insert_coupon_change_.run()) return &change;
  }
  return nullptr;
}

const ListedUser* SqliteWriter::insert_listed(const Batch& batch) {
  insert_listed_.bind(5, std::int64_t{batch.after.era});
  insert_listed_.bind(6, std::int64_t{batch.after.partition});
  for (const ListedUser& listed : batch.listed) {
    insert_listed_.bind(1, listed.policy.value);
    insert_listed_.bind(2, listed.user.value);
    insert_listed_.bind(3, listed.number);
    insert_listed_.bind(4, listed.offset);
    if (!insert_listed_.run()) return &listed;
  }
  return nullptr;
}

const ImportedCode* SqliteWriter::insert_imported_codes(const Batch& batch) {
  insert_imported_code_.bind(5, std::int64_t{batch.after.era});
  insert_imported_code_.bind(6, std::int64_t{batch.after.partition});
  for (const ImportedCode& code : batch.imported_codes) {
    insert_imported_code_.bind(1, code.policy.value);
    insert_imported_code_.bind(2, code.sequence);
    insert_imported_code_.bind_text(3, std::string_view(code.code));
    insert_imported_code_.bind(4, code.offset);
    if (!insert_imported_code_.run()) return &code;
  }
  return nullptr;
}

const PolicyChangeRow* SqliteWriter::insert_changes(const Batch& batch) {
  for (const PolicyChangeRow& change : batch.changes) {
    insert_change_.bind(1, change.policy.value);
    insert_change_.bind(2, change.revision);
    insert_change_.bind(3, to_millis(change.at));
    insert_change_.bind_text(4, std::string_view(change.command));
    insert_change_.bind_text(5, std::string_view(change.who));
    insert_change_.bind(6, std::int64_t{batch.after.era});
    insert_change_.bind(7, std::int64_t{batch.after.partition});
    insert_change_.bind(8, change.offset);
    if (!insert_change_.run()) return &change;
  }
  return nullptr;
}

Result<Position> SqliteWriter::position(Partition partition) {
  select_position_.bind(1, std::int64_t{partition});
  const auto step = select_position_.step();
  auto position = step == sqlite::Statement::Step::Row ? read_position(select_position_) : std::nullopt;
  select_position_.reset();
  if (step == sqlite::Statement::Step::Failed) return database_.error();
  if (!position) return damaged_row(database_, "journal_position", fmt::format("partition {}", partition));
  return std::move(*position);
}

Status SqliteWriter::halt(Partition partition, const std::string& reason) {
  CHECK(!reason.empty());
  halt_.bind_text(2, std::string_view(reason));
  return change_one(halt_, partition);
}

Status SqliteWriter::unhalt(Partition partition) { return change_one(unhalt_, partition); }

Status SqliteWriter::skip_rules(Partition partition, Offset offset) {
  const std::string key = skip_rules_key(partition, offset);
  const sqlite::ResetAtEnd reset(skip_rules_);
  skip_rules_.bind_text(1, std::string_view(key));
  return skip_rules_.run() ? Status(Done{}) : Status(database_.error());
}

Status SqliteWriter::change_one(sqlite::Statement& statement, Partition partition) {
  statement.bind(1, std::int64_t{partition});
  if (!statement.run()) return database_.error();
  if (database_.changes() == 1) return Done{};
  return damaged_row(database_, "journal_position", fmt::format("partition {}", partition));
}

}  // namespace firstcome::store
