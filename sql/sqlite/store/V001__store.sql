-- The embedded store. Times are milliseconds since 1970-01-01 UTC. Hashes are unsigned 64-bit numbers, stored as
-- signed ones with the same bits. Only the issuer writes it.

-- Facts of the installation: partition_count, era, cluster_id (the journal's identity), installation_key (64 hex
-- digits, secret: the keys of tickets and record MACs are derived from it). The list of incarnations of the
-- embedded form is in the journal, table meta.
CREATE TABLE setting (
  key   TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- The saved position of each partition, and the decider's state there. origin_marks: "partition:offset,...".
CREATE TABLE journal_position (
  partition     INTEGER PRIMARY KEY,
  era           INTEGER NOT NULL,
  next_offset   INTEGER NOT NULL,
  clock         INTEGER NOT NULL,
  rules         INTEGER NOT NULL,
  origin_marks  TEXT NOT NULL,
  checksum      INTEGER,          -- of the record before next_offset; null where the era begins
  state_hash    INTEGER NOT NULL,
  halted_reason TEXT              -- null: not halted
) STRICT;

-- The outcome of every offset, one byte each; batches tile the journal. The other columns are the
-- state at the end of the batch.
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

-- state: 1 active, 2 paused, 3 closed, 4 importing. issued_count: coupons ever issued, which is also the newest
-- sequence; it never decreases. active_count: coupons that count against max_count now; its CHECK is the last defence of
-- the promise that there are never more coupons than max_count.
CREATE TABLE coupon_policy (
  id              INTEGER PRIMARY KEY,
  name            TEXT NOT NULL,
  max_count       INTEGER NOT NULL,
  issued_count    INTEGER NOT NULL,
  active_count    INTEGER NOT NULL CHECK (active_count BETWEEN 0 AND max_count),
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

-- One coupon for each user, policy and ordinal. With the user first, the index also finds a user's coupons in
-- the order of policies, so a coupon costs one index entry at a random place instead of two.
CREATE UNIQUE INDEX coupon_of_user ON coupon (user_id, policy_id, user_ordinal);

-- Every accepted command, kept forever. command: canonical JSON.
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
