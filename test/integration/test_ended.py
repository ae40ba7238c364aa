"""Policies that expired long ago: issuers close them, edges forget them, and a node starts quickly beside them."""

import datetime
import itertools
import json
import os
import pathlib
import subprocess
import time

from servers import eventually

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ["FIRSTCOME_BINARY"]).resolve().parents[1]
LIVE, EXPIRING = 1, (2, 3)  # their homes are different partitions


def create_expiring(edge, policy, end):
    body = {"id": policy, "name": "Short sale", "maxCount": 10, "issueEndsAt": end, "validUntil": end}
    status, answer = edge.call("POST", "/v1/policies", body, admin=True)
    assert status == 201, answer


def test_an_issuer_closes_expired_policies_and_every_node_forgets_them(place):
    place.issuer("--close-expired", "1s")
    edges = [place.edge(), place.edge()]
    edges[0].create_policy(LIVE, 1_000_000)
    end = datetime.datetime.fromtimestamp(time.time() + 5, datetime.timezone.utc).isoformat(timespec="milliseconds")
    for policy in EXPIRING:
        create_expiring(edges[0], policy, end)
        assert edges[0].call("POST", f"/v1/policies/{policy}/coupons", {"userId": 42})[0] == 201
    users = itertools.count(1)

    def all_closed():
        edges[0].call("POST", f"/v1/policies/{LIVE}/coupons", {"userId": next(users)})  # the journal's clock moves
        return all(edge.policy(policy)["state"] == "CLOSED" for edge in edges for policy in EXPIRING)

    eventually(all_closed, "the policies are closed")
    edges.append(place.edge())  # its start reads no coupon of them
    for edge in edges:
        for policy in EXPIRING:
            command = edge.call("POST", f"/v1/policies/{policy}/coupons/1/use", {"reference": "order-1"}, admin=True)
            assert command[1]["result"] == "EXPIRED", command
            assert edge.call("POST", f"/v1/policies/{policy}/coupons", {"userId": 43})[1]["result"] == "CLOSED"
        assert edge.policy(LIVE)["state"] == "ACTIVE"
    closes = place.sql("SELECT policy_id, who FROM firstcome.policy_change WHERE revision = 2 ORDER BY 1")
    assert closes.split() == ["2|firstcome", "3|firstcome"]
    place.stop()
    place.must("audit", *place.flags)


def test_the_benchmark_finds_ended_policies_in_both_stores(tmp_path):
    out = tmp_path / "results.json"
    subprocess.run([ROOT / "bench/run", "--tiny", "--build", BUILD, "--out", out, "ended"], check=True)
    figures = json.loads(out.read_text())["scenarios"]["ended"]["figures"]
    assert len(figures) == 4 and all(figure["median"] > 0 for figure in figures)
