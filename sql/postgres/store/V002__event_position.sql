-- The position of event publishing for each policy. It is apart from coupon_policy, so that publishing never waits
-- for saving. Every batch of events updates it, so its pages keep free space for new versions of the rows.
CREATE TABLE firstcome.event_position (
  policy_id          bigint PRIMARY KEY,
  published_sequence bigint NOT NULL
) WITH (fillfactor = 20);
COMMENT ON TABLE firstcome.event_position IS
  'The events of coupons 1 to published_sequence of a policy are in the events'' topic; no row: no events.';
