"""`firstcome store restored`: tickets of a lost history return no coupon."""

import json

from workload import create
from servers import wait_until_saved

POLICY = 1


def win(edge, user):
    """The ticket."""
    status, answer = edge.call("POST", f"/v1/policies/{POLICY}/coupons", {"userId": user}, headers={"Prefer": "wait=10"})
    assert (status, answer["result"]) == (201, "SUCCESS"), answer
    return answer["ticket"]


def test_store_restored_invalidates_only_tickets_that_the_store_does_not_have(place, clients):
    """The state after a restore of both sides: the store ends before the answers of callers."""
    issuer, edge = place.issuer(), place.edge()
    create(clients, edge, (POLICY,))
    saved = win(edge, 42)
    wait_until_saved(edge)
    issuer.stop()
    lost = win(edge, 43)
    edge.kill()
    place.stop()

    store = ("--store", place.store())
    home = place.homes((POLICY,))[POLICY]
    printed = json.loads(place.must("store", "restored", *store, "--json"))
    assert [one["partition"] for one in printed["positions"]] == [0, 1, 2], printed
    end = printed["positions"][home]["nextOffset"]
    assert end > 0
    words = place.must("store", "restored", *store)
    assert f"partition {home}: tickets from before the restore with offset {end} or higher" in words, words
    assert words.endswith("Start the nodes now.\n")

    place.issuer()
    edge = place.edge()
    assert edge.ticket(saved)["result"] == "SUCCESS"
    status, answer = edge.call("GET", f"/v1/requests/{lost}?wait=10")
    assert (status, answer["result"]) == (410, "GONE"), answer
    status, answer = edge.call("POST", f"/v1/policies/{POLICY}/coupons", {"userId": 43})
    assert (status, answer["sequence"]) == (200, 2), "the journal is not lost, so the record is decided again"
    assert edge.ticket(answer["ticket"])["sequence"] == 2
