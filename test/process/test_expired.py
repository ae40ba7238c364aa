"""A policy that expired long ago leaves memory, although no operator closes it."""

import datetime
import itertools
import sqlite3
import time

from server import Server, eventually, run


def create_expiring(server, policy, seconds):
    """A policy that issues until then, and all of whose coupons expire then."""
    end = datetime.datetime.fromtimestamp(time.time() + seconds, datetime.timezone.utc).isoformat(timespec="milliseconds")
    body = {"id": policy, "name": "Short sale", "maxCount": 10, "issueEndsAt": end, "validUntil": end}
    status, answer = server.call("POST", "/v1/policies", body, admin=True)
    assert status == 201, answer


def test_a_policy_that_has_expired_is_closed_also_if_its_partition_gets_no_record(tmp_path):
    data = tmp_path / "data"
    users = itertools.count(1)
    with Server(data, "--close-expired", "1s") as server:
        server.create_policy(1, 1_000_000)
        create_expiring(server, 2, 3)  # its home is another partition
        status, answer = server.call("POST", "/v1/policies/2/coupons", {"userId": 5})
        assert status == 201, answer

        def is_closed():
            server.call("POST", "/v1/policies/1/coupons", {"userId": next(users)})  # the journal's clock moves
            return server.policy(2)["state"] == "CLOSED"

        eventually(is_closed, "the policy is closed")
        assert server.policy(2)["revision"] == 2
        assert server.policy(1)["state"] == "ACTIVE"
        server.wait_for("policy 2 has expired")
        server.stop()
    with sqlite3.connect(data / "store.sqlite") as store:
        assert list(store.execute("SELECT who FROM policy_change WHERE policy_id = 2 ORDER BY revision")) == [("admin",), ("firstcome",)]
    with Server(data) as server:
        assert server.call("POST", "/v1/policies/2/coupons", {"userId": 6})[1]["result"] == "CLOSED"
        command = server.call("POST", "/v1/policies/2/coupons/1/use", {"reference": "order-1"}, admin=True)
        assert command[1]["result"] == "EXPIRED", command
        assert [one["policyId"] for one in server.call("GET", "/v1/users/5/coupons")[1]["coupons"]] == [1, 2]
        server.stop()
    code, out, err = run("audit", "--data", str(data))
    assert code == 0, out + err
