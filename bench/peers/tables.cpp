#include "bench/peers/tables.h"

#include <utility>

#include "bench/peers/stop.h"

namespace firstcome::peers {
namespace {

constexpr const char* kTables = R"(
CREATE SCHEMA IF NOT EXISTS peers;
SET search_path = peers;
CREATE TABLE IF NOT EXISTS coupon_policy (
  id bigint PRIMARY KEY, max_count bigint NOT NULL, issued_count bigint NOT NULL DEFAULT 0) WITH (fillfactor = 50);
CREATE TABLE IF NOT EXISTS coupon (
  policy_id bigint NOT NULL, user_id bigint NOT NULL, sequence bigint, issued_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (policy_id, user_id));

-- The hot row: the sequence; 0 without stock; minus the sequence of the user's coupon. One round trip, so the row is
-- locked for as short as it can be.
CREATE OR REPLACE FUNCTION issue(policy bigint, who bigint) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
  found_sequence bigint;
  next_sequence bigint;
BEGIN
  SELECT sequence INTO found_sequence FROM coupon WHERE policy_id = policy AND user_id = who;
  IF FOUND THEN RETURN -found_sequence; END IF;
  UPDATE coupon_policy SET issued_count = issued_count + 1 WHERE id = policy AND issued_count < max_count
    RETURNING issued_count INTO next_sequence;
  IF NOT FOUND THEN RETURN 0; END IF;
  INSERT INTO coupon (policy_id, user_id, sequence) VALUES (policy, who, next_sequence) ON CONFLICT DO NOTHING;
  IF FOUND THEN RETURN next_sequence; END IF;
  UPDATE coupon_policy SET issued_count = issued_count - 1 WHERE id = policy;
  SELECT sequence INTO found_sequence FROM coupon WHERE policy_id = policy AND user_id = who;
  RETURN -found_sequence;
END $$;

-- The consumer of the plain Kafka draft: one row.
CREATE OR REPLACE FUNCTION save(policy bigint, who bigint) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO coupon (policy_id, user_id) VALUES (policy, who) ON CONFLICT DO NOTHING;
  IF FOUND THEN UPDATE coupon_policy SET issued_count = issued_count + 1 WHERE id = policy; END IF;
END $$;
)";

postgres::Address parse(const std::string& text) {
  auto address = postgres::Address::parse(text);
  if (!address.ok()) stop(address.error().message);
  return std::move(*address);
}

}  // namespace

postgres::DatabaseConnection connect(const std::string& address, std::vector<postgres::Prepared> statements) {
  // A hot row is waited for much longer than a node waits for anything.
  postgres::SessionSettings settings{.statement_timeout = milliseconds{0},
                                     .lock_timeout = milliseconds{0},
                                     .silence_timeout = milliseconds{60'000},
                                     .search_path = "peers"};
  postgres::DatabaseConnection database(parse(address), std::move(settings), std::move(statements));
  if (const Status opened = database.ensure(); !opened.ok()) stop(opened.error().message);
  return database;
}

postgres::Rows query(postgres::DatabaseConnection& database, const char* statement,
                     const postgres::Params& params) {
  auto rows = database.run(statement, params);
  if (!rows.ok()) stop(rows.error().message);
  return std::move(*rows);
}

void make_tables(const GateSettings& settings) {
  auto database = connect(settings.postgres, {});
  if (const Status made = database.execute(kTables); !made.ok()) stop(made.error().message);
  const std::string policy = "INSERT INTO coupon_policy (id, max_count) VALUES (" +
                             std::to_string(settings.policy.value) + ", " +
                             std::to_string(settings.max_count) + ") ON CONFLICT DO NOTHING";
  if (const Status made = database.execute(policy.c_str()); !made.ok()) stop(made.error().message);
}

}  // namespace firstcome::peers
