#pragma once

#include "bench/peers/gates.h"
#include "postgres/database_connection.h"

namespace firstcome::peers {

/// The tables of the peers, in a schema of their own: coupon_policy (id, max_count, issued_count) and coupon (policy_id,
/// user_id, sequence, issued_at), and what the designs execute in the database. Makes what is missing, with the policy of
/// the settings.
void make_tables(const GateSettings& settings);

/// A session that finds them. A failure ends the process.
postgres::DatabaseConnection connect(const std::string& address, std::vector<postgres::Prepared> statements);

/// The rows of a prepared statement. A failure ends the process.
postgres::Rows query(postgres::DatabaseConnection& database, const char* statement,
                     const postgres::Params& params);

}  // namespace firstcome::peers
