-- Rights on the store. Run it as the owner of the tables (the role of `firstcome store migrate`), again after
-- every migration, with the names of your roles:
--
--   psql -v edge=firstcome_edge -v issuer=firstcome_issuer -f sql/postgres/grants.sql postgresql://owner@host/firstcome
--
-- Edges read. Issuers insert, and update policies, positions and the states of coupons. Only the owner changes or
-- deletes a row of coupon, of the history of a coupon, of a list of eligible users, or of a list of codes.
-- Both read `setting`, which holds the installation key: grant other readers tables by name instead. Imported codes are in
-- coupon_code as plain text, also those of coupons that no one has yet: who can read it can use them.
\set ON_ERROR_STOP on
BEGIN;
GRANT USAGE ON SCHEMA firstcome TO :"edge", :"issuer";
GRANT SELECT ON ALL TABLES IN SCHEMA firstcome TO :"edge", :"issuer";
GRANT INSERT ON firstcome.coupon, firstcome.coupon_life, firstcome.coupon_change, firstcome.coupon_policy,
  firstcome.policy_change, firstcome.journal_batch, firstcome.eligible_user, firstcome.coupon_code
  TO :"issuer";
GRANT UPDATE ON firstcome.coupon_life, firstcome.coupon_policy, firstcome.journal_position, firstcome.journal_batch
  TO :"issuer";
-- For batches that end before the topic begins: no replay needs them.
GRANT DELETE ON firstcome.journal_batch TO :"issuer";
GRANT INSERT, UPDATE ON firstcome.event_position TO :"issuer";
GRANT INSERT, DELETE ON firstcome.event_trace TO :"issuer";
-- Used once, when the first issuer fills the store for its journal.
GRANT INSERT ON firstcome.setting, firstcome.journal_position TO :"issuer";
COMMIT;
