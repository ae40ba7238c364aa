-- The store, in schema firstcome. Only issuers write it; see sql/postgres/grants.sql. Times are exact to the
-- millisecond. Hashes are unsigned 64-bit numbers, stored as signed ones with the same bits.

CREATE TABLE firstcome.setting (
  key   text PRIMARY KEY,
  value text NOT NULL
);
COMMENT ON TABLE firstcome.setting IS
  'Facts of the installation: partition_count, era, cluster_id (the journal''s identity), installation_key (64 hex digits, secret: the keys of tickets and record MACs are derived from it), incarnations (of tickets, "id:era:offset,offset,...;": the first offset in each partition).';

-- Every batch updates it, so its pages keep free space for new versions of the rows.
CREATE TABLE firstcome.journal_position (
  partition     integer PRIMARY KEY,
  era           integer NOT NULL,
  next_offset   bigint NOT NULL,
  clock         timestamptz(3) NOT NULL,
  rules         integer NOT NULL,
  origin_marks  text NOT NULL,
  checksum      bigint,
  state_hash    bigint NOT NULL,
  halted_reason text
) WITH (fillfactor = 10);
COMMENT ON TABLE firstcome.journal_position IS
  'The saved position of each partition, and the decider''s state there.';
COMMENT ON COLUMN firstcome.journal_position.origin_marks IS '"partition:offset,...": the highest origin offset of misrouted records, for each source partition.';
COMMENT ON COLUMN firstcome.journal_position.checksum IS
  'Checksum of the record before next_offset; null where the era begins.';
COMMENT ON COLUMN firstcome.journal_position.halted_reason IS
  'Null: not halted. Otherwise no node decides, answers or saves until an operator lifts the halt.';

CREATE TABLE firstcome.journal_batch (
  era          integer NOT NULL,
  partition    integer NOT NULL,
  first_offset bigint NOT NULL,
  codes        bytea NOT NULL,
  clock        timestamptz(3) NOT NULL,
  rules        integer NOT NULL,
  origin_marks text NOT NULL,
  state_hash   bigint NOT NULL,
  PRIMARY KEY (era, partition, first_offset)
);
COMMENT ON TABLE firstcome.journal_batch IS
  'The outcome of every offset, one byte each; batches tile the journal. The other columns are the state at the end of the batch.';

CREATE TABLE firstcome.coupon_policy (
  id               bigint PRIMARY KEY,
  name             text NOT NULL,
  max_count        bigint NOT NULL,
  issued_count     bigint NOT NULL,
  active_count     bigint NOT NULL,
  used_count       bigint NOT NULL,
  cancelled_count  bigint NOT NULL,
  listed_count     bigint NOT NULL,
  code_count       bigint NOT NULL,
  per_user_limit   integer NOT NULL,
  issue_starts_at  timestamptz(3),
  issue_ends_at    timestamptz(3),
  valid_from       timestamptz(3),
  valid_until      timestamptz(3),
  valid_for_ms     bigint,
  on_cancel        smallint NOT NULL,
  reissue          boolean NOT NULL,
  codes            smallint NOT NULL,
  code_prefix      text NOT NULL,
  eligible         smallint NOT NULL,
  create_key       text NOT NULL,
  state            smallint NOT NULL,
  revision         bigint NOT NULL,
  newest_issued_at timestamptz(3),
  coupons_hash     bigint NOT NULL,
  -- The last defence of the promise that there are never more coupons than max_count.
  CONSTRAINT no_more_than_max_count CHECK (active_count BETWEEN 0 AND max_count),
  CONSTRAINT no_more_than_issued
    CHECK (used_count >= 0 AND cancelled_count >= 0 AND used_count + cancelled_count <= issued_count)
) WITH (fillfactor = 50);
COMMENT ON COLUMN firstcome.coupon_policy.issued_count IS
  'Coupons ever issued, which is also the newest sequence; it never decreases.';
COMMENT ON COLUMN firstcome.coupon_policy.active_count IS
  'Coupons that count against max_count now: all but those that were cancelled under on_cancel 1.';
COMMENT ON COLUMN firstcome.coupon_policy.used_count IS 'Coupons in state 3 (used) now.';
COMMENT ON COLUMN firstcome.coupon_policy.cancelled_count IS 'Coupons in state 4 (cancelled).';
COMMENT ON COLUMN firstcome.coupon_policy.listed_count IS
  'Users that were added to the list of the policy, with repetitions, so it can be more than the rows of eligible_user.';
COMMENT ON COLUMN firstcome.coupon_policy.code_count IS 'The rows of the policy in coupon_code.';
COMMENT ON COLUMN firstcome.coupon_policy.issue_starts_at IS
  'The first instant at which the policy issues; null: at once.';
COMMENT ON COLUMN firstcome.coupon_policy.issue_ends_at IS
  'The first instant at which it no longer issues; null: no end.';
COMMENT ON COLUMN firstcome.coupon_policy.valid_from IS
  'The first instant at which a coupon can be used; null: at once.';
COMMENT ON COLUMN firstcome.coupon_policy.valid_until IS
  'The first instant at which a coupon is expired; null: no end.';
COMMENT ON COLUMN firstcome.coupon_policy.valid_for_ms IS
  'A coupon is expired also this number of milliseconds after it was issued; null: no such end.';
COMMENT ON COLUMN firstcome.coupon_policy.on_cancel IS
  'The place of a cancelled coupon: 1 it goes to the next arrival, 2 it stays taken.';
COMMENT ON COLUMN firstcome.coupon_policy.reissue IS
  'True: a user whose coupon was cancelled can get another in its place.';
COMMENT ON COLUMN firstcome.coupon_policy.codes IS 'Codes of the coupons: 1 none, 2 generated, 3 imported, see coupon_code.';
COMMENT ON COLUMN firstcome.coupon_policy.code_prefix IS 'The first characters of generated codes.';
COMMENT ON COLUMN firstcome.coupon_policy.eligible IS
  'Who can get a coupon: 1 everyone, 2 the users of the policy in eligible_user.';
COMMENT ON COLUMN firstcome.coupon_policy.create_key IS
  'The Idempotency-Key of the request that created the policy; empty: none.';
COMMENT ON COLUMN firstcome.coupon_policy.state IS '1 active, 2 paused, 3 closed, 4 importing.';
COMMENT ON COLUMN firstcome.coupon_policy.newest_issued_at IS
  'The latest issued_at of all coupons of the policy; null before the first.';

CREATE TABLE firstcome.coupon (
  policy_id         bigint NOT NULL,
  sequence          bigint NOT NULL,
  user_id           bigint NOT NULL,
  journal_offset    bigint NOT NULL,
  issued_at         timestamptz(3) NOT NULL,
  user_ordinal      integer NOT NULL,
  era               integer NOT NULL,
  journal_partition integer NOT NULL,
  PRIMARY KEY (policy_id, sequence)
);
COMMENT ON TABLE firstcome.coupon IS 'Rows are only inserted, never changed.';
COMMENT ON COLUMN firstcome.coupon.sequence IS '1, 2, 3 ... in the order of the journal.';

-- One coupon for each user, policy and ordinal. With the user first, the index also finds a user's coupons in
-- the order of policies, so a coupon costs one index entry at a random place instead of two.
CREATE UNIQUE INDEX coupon_of_user ON firstcome.coupon (user_id, policy_id, user_ordinal);

-- An order often holds a coupon first and then uses it, so the pages keep free space for new versions of the rows.
CREATE TABLE firstcome.coupon_life (
  policy_id       bigint NOT NULL,
  sequence        bigint NOT NULL,
  state           smallint NOT NULL,
  gave_back_place boolean NOT NULL,
  held_until      timestamptz(3),
  accepted        text NOT NULL,
  PRIMARY KEY (policy_id, sequence)
) WITH (fillfactor = 80);
COMMENT ON TABLE firstcome.coupon_life IS
  'The present state of the coupons that a command has changed. A coupon without a row is issued and was never changed.';
COMMENT ON COLUMN firstcome.coupon_life.state IS
  '1 issued, 2 reserved, 3 used, 4 cancelled. A coupon expires by the clock, without a new state.';
COMMENT ON COLUMN firstcome.coupon_life.gave_back_place IS
  'True for a cancelled coupon that does not count against max_count.';
COMMENT ON COLUMN firstcome.coupon_life.held_until IS
  'The first instant at which the hold of a reserved coupon is over; null in every other state.';
COMMENT ON COLUMN firstcome.coupon_life.accepted IS
  'The accepted commands, a line for each reference, the latest last: "reserve,use order-17".';

CREATE TABLE firstcome.coupon_change (
  policy_id         bigint NOT NULL,
  sequence          bigint NOT NULL,
  era               integer NOT NULL,
  journal_offset    bigint NOT NULL,
  journal_partition integer NOT NULL,
  at                timestamptz(3) NOT NULL,
  command           smallint NOT NULL,
  reference         text NOT NULL,
  held_until        timestamptz(3),
  reason            text NOT NULL,
  who               text NOT NULL,
  PRIMARY KEY (policy_id, sequence, era, journal_offset)
);
COMMENT ON TABLE firstcome.coupon_change IS
  'Every accepted command of a coupon, kept forever. Rows are only inserted, never changed.';
COMMENT ON COLUMN firstcome.coupon_change.command IS '1 reserve, 2 use, 3 release, 4 restore, 5 cancel.';
COMMENT ON COLUMN firstcome.coupon_change.reference IS 'The id of the order; for restore that of the use.';
COMMENT ON COLUMN firstcome.coupon_change.held_until IS 'The end of the hold; null for all commands but reserve.';

CREATE TABLE firstcome.eligible_user (
  policy_id         bigint NOT NULL,
  user_id           bigint NOT NULL,
  number            bigint NOT NULL,
  journal_offset    bigint NOT NULL,
  era               integer NOT NULL,
  journal_partition integer NOT NULL,
  PRIMARY KEY (policy_id, user_id)
);
COMMENT ON TABLE firstcome.eligible_user IS
  'The users who can get a coupon of a policy with eligible 2, kept forever. Rows are only inserted, never changed.';
COMMENT ON COLUMN firstcome.eligible_user.number IS
  '1, 2, 3 ... in the order in which users were listed. The number of a repeated user is left out.';

CREATE TABLE firstcome.coupon_code (
  policy_id         bigint NOT NULL,
  sequence          bigint NOT NULL,
  code              text NOT NULL,
  journal_offset    bigint NOT NULL,
  era               integer NOT NULL,
  journal_partition integer NOT NULL,
  PRIMARY KEY (policy_id, sequence)
);
COMMENT ON TABLE firstcome.coupon_code IS
  'The imported codes of a policy with codes 3, kept forever, also those of coupons that are not issued yet. Rows are only inserted, never changed.';
COMMENT ON COLUMN firstcome.coupon_code.sequence IS 'Of the coupon that has the code.';

CREATE TABLE firstcome.policy_change (
  policy_id         bigint NOT NULL,
  revision          bigint NOT NULL,
  at                timestamptz(3) NOT NULL,
  command           text NOT NULL,
  who               text NOT NULL,
  era               integer NOT NULL,
  journal_partition integer NOT NULL,
  journal_offset    bigint NOT NULL,
  PRIMARY KEY (policy_id, revision)
);
COMMENT ON TABLE firstcome.policy_change IS 'Every accepted command, kept forever. command: canonical JSON.';
