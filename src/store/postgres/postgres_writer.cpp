#include "store/postgres/postgres_writer.h"

#include <fmt/core.h>

#include "postgres/transaction.h"
#include "store/data.h"
#include "store/origin_marks.h"
#include "store/postgres/postgres_rows.h"
#include "store/setting_rows.h"

namespace firstcome::store {
namespace {

using postgres::Params;

constexpr const char* kCopyCoupons = "COPY coupon(" FIRSTCOME_PG_COUPON ") FROM STDIN (FORMAT binary)";
constexpr const char* kCopyChanges = "COPY policy_change(" FIRSTCOME_PG_CHANGE ") FROM STDIN (FORMAT binary)";
constexpr const char* kCopyCouponChanges =
    "COPY coupon_change(" FIRSTCOME_PG_COUPON_CHANGE ") FROM STDIN (FORMAT binary)";
constexpr const char* kCopyImportedCodes =
    "COPY coupon_code(" FIRSTCOME_PG_IMPORTED_CODE ") FROM STDIN (FORMAT binary)";
constexpr const char* kCopyEventTraces =
    "COPY event_trace(" FIRSTCOME_PG_EVENT_TRACE ") FROM STDIN (FORMAT binary)";
constexpr const char* kCopyListed = "COPY eligible_user(" FIRSTCOME_PG_LISTED ") FROM STDIN (FORMAT binary)";

std::vector<postgres::Prepared> writer_statements() {
  return {
      {"position", "SELECT " FIRSTCOME_PG_POSITION " FROM journal_position WHERE partition = $1"},
      {"move_position", R"(
         UPDATE journal_position
         SET next_offset = $1, clock = $2, rules = $3, origin_marks = $4, checksum = $5, state_hash = $6
         WHERE partition = $7 AND era = $8 AND next_offset = $9 AND state_hash = $10
           AND halted_reason IS NULL)"},
      {"insert_batch", R"(
         WITH extended AS (
           UPDATE journal_batch
           SET codes = codes || $4::bytea, clock = $5::timestamptz, rules = $6::integer,
               origin_marks = $7::text, state_hash = $8::bigint
           WHERE era = $1::integer AND partition = $2::integer
             AND first_offset = (SELECT max(first_offset) FROM journal_batch
                                 WHERE era = $1::integer AND partition = $2::integer)
             AND first_offset + length(codes) = $3::bigint
             AND length(codes) + length($4::bytea) <= $9::bigint
           RETURNING 1)
         INSERT INTO journal_batch()" FIRSTCOME_PG_BATCH R"()
         SELECT $1::integer, $2::integer, $3::bigint, $4::bytea, $5::timestamptz, $6::integer, $7::text,
                $8::bigint
         WHERE NOT EXISTS (SELECT FROM extended))"},
      {"prune_batches", R"(
         DELETE FROM journal_batch
         WHERE (era, partition, first_offset) IN (
           SELECT era, partition, first_offset
           FROM journal_batch AS old
           WHERE partition = $1
             AND era = (SELECT era FROM journal_position WHERE partition = $1)
             AND first_offset + length(codes) < $2
             AND first_offset < (SELECT max(first_offset) FROM journal_batch
                                 WHERE era = old.era AND partition = $1)
           ORDER BY first_offset LIMIT $3))"},
      {"upsert_policies", "INSERT INTO coupon_policy(" FIRSTCOME_PG_POLICY R"()
         SELECT *
         FROM unnest($1::bigint[], $2::text[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[],
                     $7::bigint[], $8::integer[], $9::timestamptz[], $10::timestamptz[], $11::timestamptz[],
                     $12::timestamptz[], $13::bigint[], $14::smallint[], $15::boolean[], $16::smallint[],
                     $17::text[], $18::text[], $19::smallint[], $20::bigint[], $21::timestamptz[],
                     $22::bigint[], $23::smallint[], $24::bigint[], $25::bigint[])
         ON CONFLICT (id) DO UPDATE
         SET name = excluded.name, max_count = excluded.max_count, issued_count = excluded.issued_count,
             active_count = excluded.active_count, used_count = excluded.used_count,
             cancelled_count = excluded.cancelled_count, per_user_limit = excluded.per_user_limit,
             issue_starts_at = excluded.issue_starts_at, issue_ends_at = excluded.issue_ends_at,
             valid_from = excluded.valid_from, valid_until = excluded.valid_until,
             valid_for_ms = excluded.valid_for_ms, on_cancel = excluded.on_cancel,
             reissue = excluded.reissue, codes = excluded.codes, code_prefix = excluded.code_prefix,
             create_key = excluded.create_key, state = excluded.state, revision = excluded.revision,
             newest_issued_at = excluded.newest_issued_at, coupons_hash = excluded.coupons_hash,
             eligible = excluded.eligible, listed_count = excluded.listed_count,
             code_count = excluded.code_count)"},
      {"upsert_lives", "INSERT INTO coupon_life(" FIRSTCOME_PG_LIFE R"()
         SELECT *
         FROM unnest($1::bigint[], $2::bigint[], $3::smallint[], $4::boolean[], $5::timestamptz[], $6::text[])
         ON CONFLICT (policy_id, sequence) DO UPDATE
         SET state = excluded.state, gave_back_place = excluded.gave_back_place,
             held_until = excluded.held_until, accepted = excluded.accepted)"},
      {"halt", R"(
         UPDATE journal_position SET halted_reason = coalesce(halted_reason, $2) WHERE partition = $1)"},
      {"unhalt", "UPDATE journal_position SET halted_reason = NULL WHERE partition = $1"},
      {"skip_rules", "INSERT INTO setting(key, value) VALUES ($1, '') ON CONFLICT DO NOTHING"},
      // A session is inside a save if it has moved a position and then copies rows.
      {"end_frozen_saves", R"(
         SELECT count(pg_terminate_backend(pid))
         FROM pg_stat_activity
         WHERE datname = current_database() AND usename = current_user
           AND state = 'active' AND wait_event = 'ClientRead' AND query LIKE 'COPY%'
           AND EXISTS (SELECT FROM pg_locks
                       WHERE pg_locks.pid = pg_stat_activity.pid AND mode = 'RowExclusiveLock'
                         AND relation = 'firstcome.journal_position'::regclass)
           AND query_start < clock_timestamp() - $1::bigint * interval '1 millisecond')"},
  };
}

}  // namespace

PostgresWriter::PostgresWriter(postgres::Address address, postgres::SessionSettings session)
    : frozen_after_(session.idle_in_transaction_timeout),
      connection_(std::move(address), std::move(session), writer_statements()) {}

SaveResult PostgresWriter::save(const Batch& batch) {
  SaveResult result = try_to_save(batch);
  if (result.outcome == SaveOutcome::Failed && postgres::is_lock_timeout(connection_.failure())) {
    result.error.message += end_frozen_saves();
  }
  return result;
}

/// The server ends a session that is frozen between two statements of a transaction, but not one that is
/// frozen inside a COPY: while it waits for rows it ignores timeouts and handles only a termination
/// (ProcessClientReadInterrupt in tcop/postgres.c). Returns a text for the error message.
std::string PostgresWriter::end_frozen_saves() {
  if (auto ready = connection_.ensure(); !ready.ok()) return "";  // the next call returns this error
  Params params;
  params.int8(frozen_after_.count());
  const auto ended = connection_.run("end_frozen_saves", params);
  if (!ended.ok()) return "; cannot end the session that has the lock: " + ended.error().message;
  const postgres::Row row = (*ended)[0];
  const std::int64_t count = postgres::Columns(row).int8();
  return count == 0 ? "" : "; that session was frozen inside a save, and is ended";
}

SaveResult PostgresWriter::try_to_save(const Batch& batch) {
  CHECK(!batch.codes.empty());
  CHECK(batch.first_offset + static_cast<Offset>(batch.codes.size()) == batch.after.next_offset);
  postgres::Transaction transaction(connection_);
  if (auto begun = transaction.begin(); !begun.ok()) {
    return {SaveOutcome::Failed, std::nullopt, begun.error()};
  }
  const auto changed = move_position(batch);
  if (!changed.ok()) return refused(batch, changed.error());
  if (*changed == 0) return moved(batch.after.partition);
  CHECK(*changed == 1);
  if (auto inserted = insert_rows(batch); !inserted.ok()) return refused(batch, inserted.error());
  if (auto committed = transaction.commit(); !committed.ok()) {
    const bool unknown = committed.error().kind == Error::Kind::Unknown;
    return {unknown ? SaveOutcome::Unknown : SaveOutcome::Failed, std::nullopt, committed.error()};
  }
  return {};
}

SaveResult PostgresWriter::moved(Partition partition) {
  auto now = select_position(partition);
  if (!now.ok()) return {SaveOutcome::Failed, std::nullopt, now.error()};
  return {SaveOutcome::Moved, std::move(*now), {}};
}

SaveResult PostgresWriter::refused(const Batch& batch, Error error) {
  error.message += fmt::format(" [{}]", describe(batch));
  const bool conflict = postgres::is_conflict(connection_.failure());
  return {conflict ? SaveOutcome::Conflict : SaveOutcome::Failed, std::nullopt, std::move(error)};
}

Result<std::int64_t> PostgresWriter::move_position(const Batch& batch) {
  const Position& after = batch.after;
  const std::string marks = marks_to_text(after.state.origin_marks);
  Params params;
  params.int8(after.next_offset).time(after.state.clock).int4(after.state.rules).text(marks);
  params.int8(after.has_checksum ? std::optional<std::int64_t>(after.checksum) : std::nullopt);
  params.hash(after.state.state_hash);
  params.int4(after.partition).int4(after.era).int8(batch.first_offset).hash(batch.hash_before);
  ASSIGN_OR_RETURN(auto moved, connection_.run("move_position", params));
  return moved.changed();
}

Status PostgresWriter::insert_rows(const Batch& batch) {
  RETURN_IF_ERROR(insert_batch(batch));
  if (!batch.coupons.empty()) {
    RETURN_IF_ERROR(connection_.copy_in(kCopyCoupons, pg::coupon_rows(batch).bytes()));
  }
  if (!batch.policies.empty()) {
    RETURN_IF_ERROR(upsert("upsert_policies", pg::RowArrays(std::span(batch.policies))));
  }
  if (!batch.lives.empty()) {
    RETURN_IF_ERROR(upsert("upsert_lives", pg::RowArrays(std::span(batch.lives))));
  }
  if (!batch.changes.empty()) {
    RETURN_IF_ERROR(connection_.copy_in(kCopyChanges, pg::change_rows(batch).bytes()));
  }
  if (!batch.coupon_changes.empty()) {
    RETURN_IF_ERROR(connection_.copy_in(kCopyCouponChanges, pg::coupon_change_rows(batch).bytes()));
  }
  if (!batch.listed.empty()) {
    RETURN_IF_ERROR(connection_.copy_in(kCopyListed, pg::listed_rows(batch).bytes()));
  }
  if (!batch.imported_codes.empty()) {
    RETURN_IF_ERROR(connection_.copy_in(kCopyImportedCodes, pg::imported_code_rows(batch).bytes()));
  }
  const auto traces = pg::event_trace_rows(batch);
  return traces ? connection_.copy_in(kCopyEventTraces, traces->bytes()) : Status(Done{});
}

Status PostgresWriter::insert_batch(const Batch& batch) {
  const Position& after = batch.after;
  const std::string marks = marks_to_text(after.state.origin_marks);
  Params params;
  params.int4(after.era).int4(after.partition).int8(batch.first_offset);
  params.bytes({reinterpret_cast<const char*>(batch.codes.data()), batch.codes.size()});
  params.time(after.state.clock).int4(after.state.rules).text(marks).hash(after.state.state_hash);
  params.int8(kCodesOfExtendedBatch);
  RETURN_IF_ERROR(connection_.run("insert_batch", params));
  return Done{};
}

Result<std::int64_t> PostgresWriter::prune_batches(Partition partition, Offset before) {
  RETURN_IF_ERROR(connection_.ensure());
  Params params;
  params.int4(partition).int8(before).int8(kPrunedAtOnce);
  ASSIGN_OR_RETURN(auto pruned, connection_.run("prune_batches", params));
  return pruned.changed();
}

Status PostgresWriter::upsert(const char* statement, const pg::RowArrays& rows) {
  Params params;
  rows.add_to(params);
  RETURN_IF_ERROR(connection_.run(statement, params));
  return Done{};
}

Result<Position> PostgresWriter::position(Partition partition) {
  RETURN_IF_ERROR(connection_.ensure());
  return select_position(partition);
}

Result<Position> PostgresWriter::select_position(Partition partition) {
  Params params;
  params.int4(partition);
  ASSIGN_OR_RETURN(auto rows, connection_.run("position", params));
  if (rows.empty()) {
    return Error::retryable(
        "{}: partition {} has no position yet: it was added to the journal after the store was created. The "
        "next issuer that starts adds it.",
        connection_.name(), partition);
  }
  auto position = pg::read_position(rows[0]);
  if (!position)
    return pg::damaged_row(connection_, "journal_position", fmt::format("partition {}", partition));
  return std::move(*position);
}

Status PostgresWriter::halt(Partition partition, const std::string& reason) {
  CHECK(!reason.empty());
  Params params;
  params.int4(partition).text(reason);
  return change_one("halt", partition, params);
}

Status PostgresWriter::unhalt(Partition partition) {
  Params params;
  params.int4(partition);
  return change_one("unhalt", partition, params);
}

Status PostgresWriter::skip_rules(Partition partition, Offset offset) {
  postgres::Transaction transaction(connection_);
  RETURN_IF_ERROR(transaction.begin());
  RETURN_IF_ERROR(connection_.execute("SET LOCAL synchronous_commit = on"));
  const std::string key = skip_rules_key(partition, offset);
  Params params;
  params.text(key);
  RETURN_IF_ERROR(connection_.run("skip_rules", params));
  return transaction.commit();
}

/// Waits for the disk, unlike a save.
Status PostgresWriter::change_one(const char* statement, Partition partition, const Params& params) {
  postgres::Transaction transaction(connection_);
  RETURN_IF_ERROR(transaction.begin());
  RETURN_IF_ERROR(connection_.execute("SET LOCAL synchronous_commit = on"));
  ASSIGN_OR_RETURN(auto changed, connection_.run(statement, params));
  if (changed.changed() != 1) {
    return pg::damaged_row(connection_, "journal_position", fmt::format("partition {}", partition));
  }
  return transaction.commit();
}

}  // namespace firstcome::store
