-- Traces of records whose events are not published yet. Only records that carry a trace have a row. Publishing removes the
-- rows that it has used.
CREATE TABLE firstcome.event_trace (
  policy_id      bigint NOT NULL,
  era            integer NOT NULL,
  journal_offset bigint NOT NULL,
  traceparent    text NOT NULL,
  tracestate     text NOT NULL,
  PRIMARY KEY (policy_id, era, journal_offset)
);
COMMENT ON TABLE firstcome.event_trace IS
  'W3C trace context of records whose events wait to be published. No part of the state: it may be deleted at any time, and then those events have no trace.';
COMMENT ON COLUMN firstcome.event_trace.journal_offset IS 'With era: the place of the record in the home of the policy.';
COMMENT ON COLUMN firstcome.event_trace.tracestate IS 'Empty: none.';
