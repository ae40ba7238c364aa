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
  id              bigint PRIMARY KEY,
  name            text NOT NULL,
  max_count       bigint NOT NULL,
  issued_count    bigint NOT NULL,
  active_count    bigint NOT NULL,
  per_user_limit  integer NOT NULL,
  issue_starts_at timestamptz(3),
  issue_ends_at   timestamptz(3),
  valid_from      timestamptz(3),
  valid_until     timestamptz(3),
  state           smallint NOT NULL,
  revision        bigint NOT NULL,
  coupons_hash    bigint NOT NULL,
  -- The last defence of the promise that there are never more coupons than max_count.
  CONSTRAINT no_more_than_max_count CHECK (active_count BETWEEN 0 AND max_count)
) WITH (fillfactor = 50);
COMMENT ON COLUMN firstcome.coupon_policy.issued_count IS
  'Coupons ever issued, which is also the newest sequence; it never decreases.';
COMMENT ON COLUMN firstcome.coupon_policy.active_count IS 'Coupons that count against max_count now.';
COMMENT ON COLUMN firstcome.coupon_policy.issue_starts_at IS
  'The first instant at which the policy issues; null: at once.';
COMMENT ON COLUMN firstcome.coupon_policy.issue_ends_at IS
  'The first instant at which it no longer issues; null: no end.';
COMMENT ON COLUMN firstcome.coupon_policy.state IS '1 active, 2 paused, 3 closed, 4 importing.';

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
