-- The position of event publishing for each policy. It is apart from coupon_policy, so that publishing never waits
-- for saving. Every batch of events updates it, so its pages keep free space for new versions of the rows.
CREATE TABLE firstcome.event_position (
  policy_id          bigint PRIMARY KEY,
  published_sequence bigint NOT NULL,
  published_revision bigint NOT NULL,
  era                integer NOT NULL,
  journal_offset     bigint NOT NULL,
  at                 timestamptz(3) NOT NULL,
  sold_out           boolean NOT NULL,
  stock_reported_at      timestamptz
) WITH (fillfactor = 20);
COMMENT ON TABLE firstcome.event_position IS
  'The events of a policy up to this place are in the events'' topic; no row: no events.';
COMMENT ON COLUMN firstcome.event_position.published_sequence IS
  'The events of coupons 1 to this sequence are published.';
COMMENT ON COLUMN firstcome.event_position.published_revision IS
  'The events of the policy''s changes 1 to this revision are published.';
COMMENT ON COLUMN firstcome.event_position.journal_offset IS
  'With era: the place of the newest published event. The events of all commands of coupons up to it are published.';
COMMENT ON COLUMN firstcome.event_position.at IS 'The latest time of the published events.';
COMMENT ON COLUMN firstcome.event_position.sold_out IS
  'The last published event about the stock: true sold out, false reopened or none.';
COMMENT ON COLUMN firstcome.event_position.stock_reported_at IS
  'When that event was published, by the clock of the database; null: none.';

-- Finds the changes of coupons after the place of a policy. Holds (1 and 3) have no events.
CREATE INDEX coupon_change_with_event ON firstcome.coupon_change (policy_id, era, journal_offset)
  WHERE command IN (2, 4, 5);
