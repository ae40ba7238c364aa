"""A policy of another system is imported in chunks: by HTTP, through kill -9, and as the commands show it."""

from clients import Clients, Request
from coupons import Importer, import_hash
from server import Server, run

POLICY, STOCK = 7, 2_010
COUPONS = [[user, 1_795_442_400_000 + user // 3] for user in range(2_001, 1, -1)]


def press(server, clients, *users):
    return clients.burst(server.users, [Request(POLICY, user) for user in users], connections=1)


def test_an_import_continues_after_a_kill_and_then_coupons_are_issued(tmp_path):
    data, clients = tmp_path / "data", Clients()
    with Server(data) as server:
        importer = Importer(server, POLICY)
        importer.create(STOCK)
        assert importer.taken(1, COUPONS[:1000])["issuedCount"] == 1000
        assert [r.result for r in press(server, clients, 2_001, 5_000)] == ["ALREADY_ISSUED", "PAUSED"]
        server.kill()
    with Server(data) as server:
        importer = Importer(server, POLICY)
        assert server.policy(POLICY)["issuedCount"] == 1000
        assert "does not continue the import" in importer.refused(1, COUPONS[:1000])
        importer.taken(1001, COUPONS[1000:])
        assert "count or hash" in importer.refused(2001, [], count=2000, hash=import_hash(COUPONS[:1999]))
        opened = importer.taken(2001, [], count=2000, hash=import_hash(COUPONS), paused=True)
        assert opened["state"] == "PAUSED"
        assert [r.result for r in press(server, clients, 5_000)] == ["PAUSED"]
        assert server.call("POST", f"/v1/policies/{POLICY}/resume", admin=True)[0] == 200
        users = range(5_000, 5_012)
        answered = press(server, clients, *users, 2)
        assert [r.body.get("sequence") for r in answered] == [*range(2_001, 2_011), None, None, 2_000]
        assert [r.result for r in answered[-3:]] == ["SOLD_OUT", "SOLD_OUT", "ALREADY_ISSUED"]
        assert answered[-1].body["issuedAt"] == "2026-11-23T14:00:00.000Z"
        server.stop()
    clients.check(data, "--at-rest")
    code, out, err = run("audit", "--data", str(data))
    assert code == 0, out + err
    code, out, err = run("explain", "--data", str(data), "--policy", str(POLICY), "--user", "3")
    assert code == 0 and "user 3 holds imported coupon 1,999 of policy 7." in out, out + err


def test_a_broken_import_is_refused_and_can_be_closed(tmp_path):
    data = tmp_path / "data"
    with Server(data) as server:
        importer = Importer(server, POLICY)
        importer.create(3)
        assert "already has a coupon, or appears twice" in importer.refused(1, [[1, 1], [1, 2]])
        assert "would exceed maxCount" in importer.refused(1, [[1, 1], [2, 1], [3, 1], [4, 1]])
        importer.taken(1, [[1, 1], [2, 1]])
        assert "already has a coupon" in importer.refused(3, [[2, 5]])
        for method, path, body in (("PATCH", "", {"maxCount": 9}), ("POST", "/pause", None), ("POST", "/resume", None)):
            status, answer = server.call(method, f"/v1/policies/{POLICY}{path}", body, admin=True)
            assert status == 409 and "it can only be closed" in answer["detail"], answer
        status, answer = importer.send(3, [[0, 1]])
        assert status == 422 and "at most 1000 pairs" in answer["detail"], answer
        assert server.call("POST", f"/v1/policies/{POLICY}/import", {"first": 3}, admin=False)[0] == 404
        importer.close()
        server.create_policy(8, 1)
        assert "is not being imported" in Importer(server, 8).refused(1, [[1, 1]])
        server.stop()
    code, out, err = run("audit", "--data", str(data))
    assert code == 0, out + err
