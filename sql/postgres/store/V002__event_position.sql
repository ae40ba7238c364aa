-- How far the events of each policy's coupons are published. Apart from coupon_policy, so that who publishes never
-- waits for who saves. Updated by every batch of events, so its pages keep room for new versions of its rows.
CREATE TABLE firstcome.event_position (
  policy_id          bigint PRIMARY KEY,
  published_sequence bigint NOT NULL
) WITH (fillfactor = 20);
COMMENT ON TABLE firstcome.event_position IS
  'The events of coupons 1 to published_sequence of a policy stand in the events'' topic; no row: of none.';
