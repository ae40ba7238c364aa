"""The events in a test's topic, compared with its store."""

import json
from collections import defaultdict

from decided import read_topic


def read_events(place):
    """Policy → its events as (ce_id, value), in the order of the topic, with repeats."""
    events = defaultdict(list)
    for one in read_topic(place.servers, place.events):
        policy = int(one.key)
        event = json.loads(one.value)
        headers = {name: value.decode() for name, value in one.headers}
        assert event["policyId"] == policy and event["ticket"] == headers["ce_id"], one
        assert headers["ce_subject"] == f"policies/{policy}/coupons/{event['sequence']}", one
        events[policy].append((headers["ce_id"], one.value))
    return events


def judge_events(place):
    """Every coupon has its event; first occurrences are in the order of the coupons; repeats equal the first."""
    events = read_events(place)
    rows = [row.split("|") for row in place.sql(
        "SELECT policy_id, user_id, sequence, to_char(issued_at AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.MS\"Z\"') "
        "FROM firstcome.coupon ORDER BY policy_id, sequence").split()]
    coupons = defaultdict(list)
    for policy, user, sequence, issued_at in rows:
        coupons[int(policy)].append({"policyId": int(policy), "userId": int(user), "sequence": int(sequence),
                                     "issuedAt": issued_at})
    repeats = 0
    for policy in coupons.keys() | events.keys():
        first = dict(reversed(events[policy]))  # by id
        assert all(first[one] == value for one, value in events[policy]), f"an event of policy {policy} changed"
        in_order = dict(events[policy])  # by id, in the order of their first occurrence
        published = [{name: value for name, value in json.loads(value).items() if name != "ticket"}
                for value in in_order.values()]
        assert published == coupons[policy], f"policy {policy}: {len(published)} events of {len(coupons[policy])} coupons"
        repeats += len(events[policy]) - len(in_order)
    return repeats
