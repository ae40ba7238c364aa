"""The events in a test's topic, compared with its store."""

import json
from collections import defaultdict

from decided import read_topic

ISSUED = "firstcome.coupon.issued.v1"
STOCK_TYPES = ("firstcome.policy.soldout.v1", "firstcome.policy.reopened.v1")
TIME = "to_char({} AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.MS\"Z\"')"


def read_all_events(place):
    """Policy → its events as (ce_id, ce_type, value), in the order of the topic, with repeats."""
    events = defaultdict(list)
    for one in read_topic(place.servers, place.events):
        policy = int(one.key)
        event = json.loads(one.value)
        headers = {name: value.decode() for name, value in one.headers}
        assert event["policyId"] == policy and event.get("ticket", headers["ce_id"]) == headers["ce_id"], one
        coupon = f"/coupons/{event['sequence']}" if "sequence" in event else ""
        assert headers["ce_subject"] == f"policies/{policy}{coupon}", one
        events[policy].append((headers["ce_id"], headers["ce_type"], one.value))
    return events


def read_events(place):
    """Policy → the events of its issued coupons as (ce_id, value), in the order of the topic, with repeats."""
    return {policy: [(one, value) for one, kind, value in events if kind == ISSUED]
            for policy, events in read_all_events(place).items()}


def saved_events(place):
    """Policy → the (ce_type, data) of its events without those of the stock and without tickets, by the store."""
    rows = place.sql(f"""
        SELECT json_build_array(policy_id, type, data) FROM (
          SELECT policy_id, era, journal_offset, 1 AS kind, sequence, '{ISSUED}' AS type,
                 json_build_object('policyId', policy_id, 'userId', user_id, 'sequence', sequence,
                                   'ordinal', user_ordinal, 'issuedAt', {TIME.format("issued_at")}) AS data
          FROM firstcome.coupon
          UNION ALL
          SELECT c.policy_id, c.era, c.journal_offset, 2, c.sequence, 'firstcome.coupon.' || word || '.v1',
                 json_strip_nulls(json_build_object(
                   'policyId', c.policy_id, 'userId', user_id, 'sequence', c.sequence, 'ordinal', user_ordinal,
                   'reference', reference,
                   word || 'At', {TIME.format("at")}, 'reason', nullif(reason, ''), 'who', who))
          FROM firstcome.coupon_change c JOIN firstcome.coupon USING (policy_id, sequence)
               JOIN (VALUES (2, 'used'), (4, 'restored'), (5, 'cancelled')) AS words(number, word) ON command = number
          UNION ALL
          SELECT policy_id, era, journal_offset, 3, revision, 'firstcome.policy.' || word || '.v1',
                 json_build_object('policyId', policy_id, 'revision', revision, word || 'At', {TIME.format("at")},
                                   'command', command::json)
          FROM firstcome.policy_change, LATERAL (SELECT CASE WHEN revision = 1 THEN 'created' ELSE 'changed' END) AS words(word)
        ) AS events ORDER BY policy_id, era, journal_offset, kind, sequence""")
    saved = defaultdict(list)
    for line in rows.splitlines():
        policy, kind, data = json.loads(line)
        saved[policy].append((kind, data))
    return saved


def judge_events(place):
    """Every coupon, command and change has its event; first occurrences are in their order; repeats equal the first."""
    events, saved = read_all_events(place), saved_events(place)
    repeats = 0
    for policy in saved.keys() | events.keys():
        first = {one: (kind, value) for one, kind, value in reversed(events[policy])}  # by id
        assert all(first[one] == (kind, value) for one, kind, value in events[policy]), f"an event of policy {policy} changed"
        published = []
        for one in dict.fromkeys(one for one, _, _ in events[policy]):  # in the order of their first occurrence
            kind, data = first[one][0], json.loads(first[one][1])
            if kind in STOCK_TYPES:
                assert (data["activeCount"] >= data["maxCount"]) == (kind == STOCK_TYPES[0]), data
                continue
            data.pop("ticket", None)
            data.pop("code", None)
            published.append((kind, data))
        assert published == saved[policy], f"policy {policy}: {len(published)} events of {len(saved[policy])}"
        repeats += len(events[policy]) - len(first)
    return repeats
