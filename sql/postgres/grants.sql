-- Who may do what with the store. Run it as the tables' owner (who ran `firstcome store migrate`), and again
-- after every migration, with the names of your roles:
--
--   psql -v edge=firstcome_edge -v issuer=firstcome_issuer -f sql/postgres/grants.sql postgresql://owner@host/firstcome
--
-- Edges read. Issuers insert, and move on what moves on; nobody but the owner changes or deletes a coupon.
-- Both read `setting`, which holds the installation key: give other readers the tables by name instead.
\set ON_ERROR_STOP on
BEGIN;
GRANT USAGE ON SCHEMA firstcome TO :"edge", :"issuer";
GRANT SELECT ON ALL TABLES IN SCHEMA firstcome TO :"edge", :"issuer";
GRANT INSERT ON firstcome.coupon, firstcome.coupon_policy, firstcome.policy_change, firstcome.journal_batch
  TO :"issuer";
GRANT UPDATE ON firstcome.coupon_policy, firstcome.journal_position, firstcome.journal_batch TO :"issuer";
-- Batches that end before the topic begins: nothing can be replayed from them.
GRANT DELETE ON firstcome.journal_batch TO :"issuer";
GRANT INSERT, UPDATE ON firstcome.event_position TO :"issuer";
-- Once, when the store is filled for its journal.
GRANT INSERT ON firstcome.setting, firstcome.journal_position TO :"issuer";
COMMIT;
