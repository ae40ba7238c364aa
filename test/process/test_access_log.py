"""The access log: a JSON line for each response, without users unless asked for, through a rotation."""

import fcntl
import json
import os
import signal
import time

from server import DEADLINE, Server


def lines_of(path, count):
    """The lines of the file, as soon as there are `count`."""
    deadline = time.monotonic() + DEADLINE
    while True:
        lines = path.read_text().splitlines() if path.exists() else []
        if len(lines) >= count:
            return [json.loads(line) for line in lines]
        assert time.monotonic() < deadline, lines


def test_a_line_says_who_called_what_and_how_it_ended(tmp_path):
    log = tmp_path / "access.log"
    with Server(tmp_path / "data", "--access-log", str(log)) as server:
        server.create_policy(1, 10)
        assert server.call("POST", "/v1/policies/1/coupons", {"userId": 987654321})[0] == 201
        assert server.call("GET", "/v1/users/987654321/coupons")[0] == 200
        assert server.call("GET", "/nothing")[0] == 404
        wrong = {"Authorization": "Bearer fck_wrong"}
        assert server.call("POST", "/v1/policies/1/coupons", {"userId": 1}, headers=wrong)[0] == 401
        lines = [line for line in lines_of(log, 5) if line["route"] != "/readyz"]
        server.stop()
    assert log.stat().st_mode & 0o777 == 0o600
    assert "987654321" not in log.read_text()
    seen = [(line["listener"], line["method"], line["route"], line["status"], line["result"]) for line in lines]
    assert seen == [
        ("admin", "POST", "/v1/policies", 201, "ACCEPTED"),
        ("users", "POST", "/v1/policies/{policyId}/coupons", 201, "SUCCESS"),
        ("users", "GET", "/v1/users/{userId}/coupons", 200, "OK"),
        ("users", "GET", "none", 404, "NOT_FOUND"),
        ("users", "POST", "/v1/policies/{policyId}/coupons", 401, "UNAUTHORIZED"),
    ]
    for line in lines:
        assert line["caller"] == "anonymous" and line["address"] == "127.0.0.1", line
        assert line["bytes"] > 100 and 0 <= line["microseconds"] < DEADLINE * 1_000_000, line
        assert "user" not in line
    assert lines[-1]["reason"] == "not_configured"


def test_users_are_named_on_request(tmp_path):
    log = tmp_path / "access.log"
    with Server(tmp_path / "data", "--access-log", str(log), "--access-log-users") as server:
        server.create_policy(1, 10)
        server.call("POST", "/v1/policies/1/coupons", {"userId": 987654321})
        server.call("GET", "/v1/users/987654321/coupons")
        assert [line.get("user") for line in lines_of(log, 3)] == [None, 987654321, 987654321]
        server.stop()


def test_a_rotation_loses_no_line(tmp_path):
    log, rotated = tmp_path / "access.log", tmp_path / "access.log.1"
    with Server(tmp_path / "data", "--access-log", str(log)) as server:
        server.create_policy(1, 1_000)
        for user in range(1, 50):
            server.call("POST", "/v1/policies/1/coupons", {"userId": user})
        os.rename(log, rotated)
        server.process.send_signal(signal.SIGHUP)
        for user in range(50, 100):
            server.call("POST", "/v1/policies/1/coupons", {"userId": user})
        server.stop()
    assert len(rotated.read_text().splitlines()) + len(log.read_text().splitlines()) == 100
    assert log.read_text()


def test_a_trusted_proxy_names_the_client(tmp_path):
    log = tmp_path / "access.log"
    forwarded = {"X-Forwarded-For": "198.51.100.9, 203.0.113.7"}
    with Server(tmp_path / "data", "--access-log", str(log), "--trusted-proxies", "127.0.0.1") as server:
        server.call("GET", "/v1/policies/1", headers=forwarded)
        server.call("GET", "/v1/policies/1", headers={**forwarded, "Authorization": "Bearer fck_wrong"})
        assert [line["address"] for line in lines_of(log, 2)] == ["203.0.113.7"] * 2
        server.wait_for("refused a credential from 203.0.113.7: ")
        server.stop()


def test_a_pipe_that_no_one_reads_delays_no_stop(tmp_path):
    """Such as a program for logs that hangs. The lines that do not fit into the pipe are dropped."""
    unread, stdout = os.pipe()
    fcntl.fcntl(stdout, fcntl.F_SETPIPE_SZ, 4096)
    with Server(tmp_path / "data", "--access-log", "-", stdout=stdout) as server:
        for _ in range(100):
            server.call("GET", "/v1/policies")
        server.stop()
        server.wait_for("lines of the access log were dropped: the disk is full, or the reader of stdout is too slow")
    os.close(stdout)
    with os.fdopen(unread) as pipe:
        for line in pipe.read().splitlines():
            assert json.loads(line)["status"] == 200
