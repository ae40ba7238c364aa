-- The embedded store. Times are milliseconds since 1970-01-01 UTC; hashes are unsigned 64-bit numbers kept as
-- SQLite's signed ones. Written by the issuer only.

-- Facts fixed when the data was created: partition_count, era, cluster_id (the journal's identity),
-- installation_key (64 hex digits, secret: tickets, record MACs and hashes take theirs from it),
-- incarnations (on servers: see the journal's of that name, which is the embedded one's list).
CREATE TABLE setting (
  key   TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- How far each partition is saved, and the decider's state there. origin_marks: "partition:offset,...".
CREATE TABLE journal_position (
  partition     INTEGER PRIMARY KEY,
  era           INTEGER NOT NULL,
  next_offset   INTEGER NOT NULL,
  clock         INTEGER NOT NULL,
  rules         INTEGER NOT NULL,
  origin_marks  TEXT NOT NULL,
  checksum      INTEGER,          -- of the record before next_offset; null where the era began
  state_hash    INTEGER NOT NULL,
  halted_reason TEXT              -- null: not halted
) STRICT;

-- The outcome of every offset, one byte each; batches tile the journal. The rest is the state at its end.
CREATE TABLE journal_batch (
  era          INTEGER NOT NULL,
  partition    INTEGER NOT NULL,
  first_offset INTEGER NOT NULL,
  codes        BLOB NOT NULL,
  clock        INTEGER NOT NULL,
  rules        INTEGER NOT NULL,
  origin_marks TEXT NOT NULL,
  state_hash   INTEGER NOT NULL,
  PRIMARY KEY (era, partition, first_offset)
) STRICT, WITHOUT ROWID;

-- state: 1 active, 2 paused, 3 closed, 4 importing. issued_count: coupons that stand; the check is the last line of defence
-- for "never more than max_count".
CREATE TABLE coupon_policy (
  id              INTEGER PRIMARY KEY,
  name            TEXT NOT NULL,
  max_count       INTEGER NOT NULL,
  issued_count    INTEGER NOT NULL CHECK (issued_count BETWEEN 0 AND max_count),
  last_sequence   INTEGER NOT NULL,
  per_user_limit  INTEGER NOT NULL,
  issue_starts_at INTEGER,
  issue_ends_at   INTEGER,
  valid_from      INTEGER,
  valid_until     INTEGER,
  state           INTEGER NOT NULL,
  revision        INTEGER NOT NULL,
  coupons_hash    INTEGER NOT NULL
) STRICT;

CREATE TABLE coupon (
  policy_id         INTEGER NOT NULL,
  sequence          INTEGER NOT NULL,
  user_id           INTEGER NOT NULL,
  user_ordinal      INTEGER NOT NULL,
  issued_at         INTEGER NOT NULL,
  era               INTEGER NOT NULL,
  journal_partition INTEGER NOT NULL,
  journal_offset    INTEGER NOT NULL,
  PRIMARY KEY (policy_id, sequence)
) STRICT, WITHOUT ROWID;

-- One coupon a user, policy and ordinal. With the user first the same index finds a user's coupons, by policy,
-- so that a coupon costs one entry at a random place instead of two.
CREATE UNIQUE INDEX coupon_of_user ON coupon (user_id, policy_id, user_ordinal);

-- Every accepted command, kept for ever. command: canonical JSON.
CREATE TABLE policy_change (
  policy_id         INTEGER NOT NULL,
  revision          INTEGER NOT NULL,
  at                INTEGER NOT NULL,
  command           TEXT NOT NULL,
  who               TEXT NOT NULL,
  era               INTEGER NOT NULL,
  journal_partition INTEGER NOT NULL,
  journal_offset    INTEGER NOT NULL,
  PRIMARY KEY (policy_id, revision)
) STRICT, WITHOUT ROWID;
