#include "store/postgres/new_era.h"

#include "postgres/postgres_migrations.h"
#include "postgres/transaction.h"
#include "store/postgres/postgres_rows.h"

namespace firstcome::store::pg {
namespace {

using postgres::DatabaseConnection;
using postgres::Params;

/// Runs a statement that must change at least one row.
Status change(DatabaseConnection& connection, const char* statement, const Params& params) {
  ASSIGN_OR_RETURN(auto changed, connection.run(statement, params));
  if (changed.changed() > 0) return Done{};
  return damaged_row(connection, "setting or journal_position", statement);
}

/// Issuers that save later wait for these locks. Then their compare-and-set misses, because it contains the
/// era.
Result<std::vector<Position>> lock_positions(DatabaseConnection& connection) {
  ASSIGN_OR_RETURN(auto rows, connection.run("lock_positions", {}));
  std::vector<Position> positions;
  for (int i = 0; i < rows.size(); ++i) {
    const postgres::Row row = rows[i];
    auto position = read_position(row);
    if (!position) return damaged_row(connection, "journal_position", row, 1);
    positions.push_back(std::move(*position));
  }
  return positions;
}

/// The era begins at offset 0 with the state at the end of the previous one, without the origin marks, which
/// are offsets of the old journal. A batch for offset -1 contains this state, as the start of an audit.
Status begin(DatabaseConnection& connection, const Position& last, Era era, const NewEra& wanted) {
  PartitionState state = last.state;
  state.origin_marks.clear();
  state.state_hash = wanted.rehash(last.state, state);
  Params position;
  position.int4(last.partition).int4(era).hash(state.state_hash);
  RETURN_IF_ERROR(change(connection, "begin_partition", position));
  Params batch;
  batch.int4(era).int4(last.partition).time(state.clock).int4(state.rules).hash(state.state_hash);
  return change(connection, "begin_batches", batch);
}

}  // namespace

std::vector<postgres::Prepared> new_era_statements() {
  return {
      {"lock_positions",
       "SELECT " FIRSTCOME_PG_POSITION " FROM journal_position ORDER BY partition FOR UPDATE"},
      {"begin_partition", R"(
         UPDATE journal_position
         SET era = $2, next_offset = 0, origin_marks = '', checksum = NULL, state_hash = $3
         WHERE partition = $1)"},
      {"begin_batches", R"(
         INSERT INTO journal_batch(era, partition, first_offset, codes, clock, rules, origin_marks, state_hash)
         VALUES ($1, $2, -1, '\x00', $3, $4, '', $5))"},
      {"drop_partition", "DELETE FROM journal_position WHERE partition = $1"},
      {"begin_era", "UPDATE setting SET value = ($1::integer)::text WHERE key = 'era'"},
      {"change_journal", "UPDATE setting SET value = $1 WHERE key = 'cluster_id'"},
  };
}

Result<std::vector<Position>> begin_era(DatabaseConnection& connection, const NewEra& wanted) {
  postgres::Transaction transaction(connection);
  RETURN_IF_ERROR(transaction.begin());
  RETURN_IF_ERROR(postgres::lock_schema(connection));
  ASSIGN_OR_RETURN(auto last, lock_positions(connection));
  for (const Position& position : last) {
    Params partition;
    partition.int4(position.partition);
    RETURN_IF_ERROR(position.partition < wanted.partitions ? begin(connection, position, wanted.era, wanted)
                                                           : change(connection, "drop_partition", partition));
  }
  Params era, journal;
  era.int4(wanted.era);
  journal.text(wanted.journal_identity);
  RETURN_IF_ERROR(change(connection, "begin_era", era));
  RETURN_IF_ERROR(change(connection, "change_journal", journal));
  RETURN_IF_ERROR(transaction.commit());
  return last;
}

}  // namespace firstcome::store::pg
