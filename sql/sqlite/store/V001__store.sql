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

-- The terms of a policy, and the counts of its coupons.
-- state: 1 active, 2 paused, 3 closed, 4 importing. issued_count: coupons ever issued, which is also the newest
-- sequence; it never decreases. active_count: coupons that count against max_count now, which are all but those that
-- were cancelled under on_cancel 1; its CHECK is the last defence of the promise that there are never more coupons than
-- max_count. used_count, cancelled_count: coupons in that state now. newest_issued_at: the latest issued_at of all
-- coupons; null before the first. valid_for_ms: a coupon is expired also this number of milliseconds after it was
-- issued. on_cancel: the place of a cancelled coupon, 1 goes to the next arrival, 2 stays taken. reissue: 1 if a user
-- whose coupon was cancelled can get another in its place. codes: 1 none, 2 generated, with
-- code_prefix, 3 imported, the code_count rows of the policy in coupon_code.
-- eligible: who can get a coupon, 1 everyone, 2 the users of the policy in eligible_user. listed_count: users that were
-- added to that list, with repetitions, so it can be more than the rows of eligible_user.
-- create_key: the Idempotency-Key of the request that created the policy; empty: none.
CREATE TABLE coupon_policy (
  id               INTEGER PRIMARY KEY,
  name             TEXT NOT NULL,
  max_count        INTEGER NOT NULL,
  issued_count     INTEGER NOT NULL,
  active_count     INTEGER NOT NULL CHECK (active_count BETWEEN 0 AND max_count),
  used_count       INTEGER NOT NULL,
  cancelled_count  INTEGER NOT NULL,
  listed_count     INTEGER NOT NULL,
  code_count       INTEGER NOT NULL,
  per_user_limit   INTEGER NOT NULL,
  issue_starts_at  INTEGER,
  issue_ends_at    INTEGER,
  valid_from       INTEGER,
  valid_until      INTEGER,
  valid_for_ms     INTEGER,
  on_cancel        INTEGER NOT NULL,
  reissue          INTEGER NOT NULL,
  codes            INTEGER NOT NULL,
  code_prefix      TEXT NOT NULL,
  eligible         INTEGER NOT NULL,
  create_key       TEXT NOT NULL,
  state            INTEGER NOT NULL,
  revision         INTEGER NOT NULL,
  newest_issued_at INTEGER,
  coupons_hash     INTEGER NOT NULL,
  CHECK (used_count >= 0 AND cancelled_count >= 0 AND used_count + cancelled_count <= issued_count)
) STRICT;

-- Rows are only inserted, never changed.
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

-- The present state of the coupons that a command has changed. A coupon without a row is issued and was never
-- changed. state: 1 issued, 2 reserved, 3 used, 4 cancelled; a coupon expires by the clock, without a new state.
-- gave_back_place: 1 for a cancelled coupon that does not count against max_count. held_until: the first instant at
-- which the hold of a reserved coupon is over; null in every other state. accepted: the accepted commands, a line for
-- each reference, the latest last: "reserve,use order-17". Orders use coupons in any order. So this table and
-- coupon_change are in the order of the commands, and only their indexes, which are small, change at random places.
CREATE TABLE coupon_life (
  policy_id       INTEGER NOT NULL,
  sequence        INTEGER NOT NULL,
  state           INTEGER NOT NULL,
  gave_back_place INTEGER NOT NULL,
  held_until      INTEGER,
  accepted        TEXT NOT NULL,
  PRIMARY KEY (policy_id, sequence)
) STRICT;

-- Every accepted command of a coupon, kept forever. Rows are only inserted. command: 1 reserve, 2 use, 3 release,
-- 4 restore, 5 cancel. reference: the id of the order; for restore that of the use. held_until: the end of the hold;
-- null for all commands but reserve.
CREATE TABLE coupon_change (
  policy_id         INTEGER NOT NULL,
  sequence          INTEGER NOT NULL,
  era               INTEGER NOT NULL,
  journal_offset    INTEGER NOT NULL,
  journal_partition INTEGER NOT NULL,
  at                INTEGER NOT NULL,
  command           INTEGER NOT NULL,
  reference         TEXT NOT NULL,
  held_until        INTEGER,
  reason            TEXT NOT NULL,
  who               TEXT NOT NULL,
  PRIMARY KEY (policy_id, sequence, era, journal_offset)
) STRICT;

-- The users who can get a coupon of a policy with eligible 2, kept forever. Rows are only inserted. number: 1, 2, 3 ...
-- in the order in which users were listed; the number of a repeated user is left out.
CREATE TABLE eligible_user (
  policy_id         INTEGER NOT NULL,
  user_id           INTEGER NOT NULL,
  number            INTEGER NOT NULL,
  journal_offset    INTEGER NOT NULL,
  era               INTEGER NOT NULL,
  journal_partition INTEGER NOT NULL,
  PRIMARY KEY (policy_id, user_id)
) STRICT, WITHOUT ROWID;

-- The imported codes of a policy with codes 3, kept forever, also those of coupons that are not issued yet. Rows are only
-- inserted. sequence: of the coupon that has the code.
CREATE TABLE coupon_code (
  policy_id         INTEGER NOT NULL,
  sequence          INTEGER NOT NULL,
  code              TEXT NOT NULL,
  journal_offset    INTEGER NOT NULL,
  era               INTEGER NOT NULL,
  journal_partition INTEGER NOT NULL,
  PRIMARY KEY (policy_id, sequence)
) STRICT, WITHOUT ROWID;

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
