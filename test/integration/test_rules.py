"""A new rules version in a mixed fleet: the binary of test/rules knows one version more, in which a coupon takes commands of two
references only.
"""

import os

from seal import produce_sealed
from server import run
from servers import eventually, wait_until_saved

NEXT = os.environ.get("FIRSTCOME_NEXT_BINARY", "build/release/test/rules/firstcome_next")
NEW, OTHER = 1, 2  # their homes are different partitions
UNKNOWN = "this version knows rules up to 1. Start a newer version of firstcome."


def issue(edge, policy, user):
    status, answer = edge.call("POST", f"/v1/policies/{policy}/coupons", {"userId": user})
    return status, answer["result"]


def command(edge, policy, sequence, name, reference, **more):
    path = f"/v1/policies/{policy}/coupons/{sequence}/{name}"
    status, answer = edge.call("POST", path, {"reference": reference, **more}, admin=True)
    assert status < 500, answer
    return answer["result"]


def three_references(edges, policy, sequence):
    """The results of three orders that hold the coupon, one after the other, at alternating edges."""
    results = []
    for number, order in enumerate(("first", "second", "third")):
        edge = edges[number % len(edges)]
        results.append(command(edge, policy, sequence, "reserve", order, holdFor="P1D"))
        if results[-1] == "ACCEPTED":
            assert command(edge, policy, sequence, "release", order) == "ACCEPTED"
    return results


def test_old_nodes_stop_at_new_rules_and_new_nodes_decide_by_them(place):
    old = [place.issuer(), place.edge()]
    new = [place.issuer(binary=NEXT), place.edge(binary=NEXT)]
    edges = [old[1], new[1]]
    for policy in (NEW, OTHER):
        edges[0].create_policy(policy, 10)
        for user in range(1, 5):
            assert issue(edges[user % 2], policy, user) == (201, "SUCCESS")
        assert three_references(edges, policy, 1) == ["ACCEPTED"] * 3, "all decide by rules 1"
    homes = place.homes((NEW, OTHER))
    assert homes[NEW] != homes[OTHER], homes

    at = produce_sealed(place, homes[NEW], '{"version":2}', {"kind": "rules"})
    message = f"Partition {homes[NEW]}, offset {at}: the journal goes on by rules 2, {UNKNOWN}"
    for node in old:
        eventually(lambda node=node: message in node.log_text(), f"{node.name} stops the partition and says why")
    assert edges[0].call("POST", f"/v1/policies/{NEW}/coupons", {"userId": 9})[0] == 503
    assert issue(edges[0], OTHER, 9) == (201, "SUCCESS"), "rules 1 are still in force in the other partitions"
    assert three_references(edges, OTHER, 2) == ["ACCEPTED"] * 3

    assert issue(edges[1], NEW, 9) == (201, "SUCCESS")
    assert three_references(edges[1:], NEW, 2) == ["ACCEPTED", "ACCEPTED", "REFUSED"], "rules 2 are in force"
    assert command(edges[1], NEW, 1, "use", "fourth") == "REFUSED"
    assert command(edges[1], NEW, 1, "release", "third") == "UNCHANGED", "what rules 1 accepted stays accepted"
    assert command(edges[1], NEW, 1, "use", "third") == "ACCEPTED"
    wait_until_saved(edges[1])  # also if an old issuer owns the partition
    rules = dict(row.split("|") for row in place.sql("SELECT partition, rules FROM firstcome.journal_position").split())
    assert rules == {str(partition): "2" if partition == homes[NEW] else "1" for partition in range(3)}, rules

    old[1].stop()
    again = place.edge()
    saved = f"Partition {homes[NEW]}: the store was saved by rules 2, {UNKNOWN}"
    eventually(lambda: saved in again.log_text(), "an old node that starts later stops, too")
    assert again.call("POST", f"/v1/policies/{NEW}/coupons", {"userId": 10})[0] == 503
    assert issue(again, OTHER, 10) == (201, "SUCCESS")
    assert issue(edges[1], NEW, 10) == (201, "SUCCESS"), "it halts nothing for the others"
    wait_until_saved(edges[1])
    place.stop()
    err = place.must_not("audit", *place.flags)
    assert "the journal continues with rules version 2, but this version of firstcome supports rules up to 1" in err, err
    code, out, err = run("audit", *place.flags, binary=NEXT)
    assert code == 0 and "clean" in out, out + err
