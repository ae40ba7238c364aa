"""A program that may write to the topic can send requests for any user, and nothing else: records of nodes carry a MAC."""

import json

from workload import create
from decided import INVALID, SUCCESS, read_decided, read_topic
from seal import produce_sealed
from server import run
from servers import eventually, wait_until_saved

POLICY = 7
CLOSE = json.dumps({"command": "close", "policyId": POLICY, "revision": 1})
NEWEST = json.dumps({"version": 2**31 - 1})


def issued(edge, user):
    status, answer = edge.call("POST", f"/v1/policies/{POLICY}/coupons", {"userId": user})
    return status, answer["result"]


def forge(place, home):
    """Returns the offsets of records that must be INVALID; each would stop or command a partition."""
    request = json.dumps({"userId": 1, "policyId": POLICY})
    return [place.produce(home, NEWEST, headers={"kind": "rules"}),
            place.produce(home, request, headers={"origin": f"{home}:9000000000000000000"}),
            place.produce(home, CLOSE, headers={"kind": "policy"}),
            produce_sealed(place, (home + 1) % 3, CLOSE, {"kind": "policy"}, to=home),
            produce_sealed(place, home, NEWEST, {"kind": "rules"}, era=2)]


def test_forged_records_are_invalid_and_a_mistaken_rules_record_is_skipped(servers, place, clients):
    issuer, edge = place.issuer(), place.edge()
    create(clients, edge, policies=(POLICY,))
    home = place.homes((POLICY,))[POLICY]
    forged = forge(place, home)
    assert issued(edge, 42) == (201, "SUCCESS")
    created = next(one for one in read_topic(servers, place.name) if ("kind", b"policy") in one.headers)
    place.produce(home, created.value, headers=[(name, value) for name, value in created.headers])
    assert issued(edge, 43) == (201, "SUCCESS")

    wrong = produce_sealed(place, home, NEWEST, {"kind": "rules"})
    flags = ("--partition", str(home), "--offset")
    advice = f"firstcome store skip-rules --partition {home} --offset {wrong}"
    for node in (issuer, edge):
        eventually(lambda node=node: advice in node.log_text(), "the message has the solution")
    assert edge.call("POST", f"/v1/policies/{POLICY}/coupons", {"userId": 44})[0] == 503
    assert "has no rules record with an unsupported version" in place.must_not("store", "skip-rules", *flags, str(wrong - 1), *place.flags)
    assert "Restart every node" in place.must("store", "skip-rules", *flags, str(wrong), *place.flags)
    place.stop()

    place.issuer()
    edge = place.edge()
    eventually(lambda: issued(edge, 44)[1] in ("SUCCESS", "ALREADY_ISSUED"), "the partition serves on")
    wait_until_saved(edge)
    place.stop()
    decided = {one.offset: one.code for one in read_decided(place) if one.partition == home}
    assert [decided[offset] for offset in (*forged, wrong)] == [INVALID] * 6
    assert sum(code == SUCCESS for code in decided.values()) == 3
    code, out, err = run("audit", *place.flags)
    assert code == 0, out + err
