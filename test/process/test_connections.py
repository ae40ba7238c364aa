"""Memory that connections give back, and attacks by one address on a real server."""

import pathlib
import re
import resource
import socket
import subprocess
import sys
import time

import pytest

from clients import Clients, Request
from server import DEADLINE, Server

CONNECTIONS = 1_900
BOUND = 10 * 1024  # bytes a connection: docs/operations/topology.md
KEPT = 64 * 2**20  # what may stay after a burst (docs/operations/topology.md), and the rest of the process
ATTACKER = pathlib.Path(__file__).resolve().parents[2] / "bench/attacker.py"


@pytest.fixture(name="server", scope="module")
def start_server(tmp_path_factory):
    """A server with a page of policies whose names are as long as they may be, also in JSON."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    with Server(tmp_path_factory.mktemp("connections"), "--max-connections", "2500", "--write-timeout", "60s") as server:
        for policy in range(1, 101):
            body = {"id": policy, "name": "\x01" * 200, "maxCount": 10_000}
            assert server.call("POST", "/v1/policies", body, admin=True)[0] == 201
        yield server
        server.stop()


def resident(server):
    status = pathlib.Path(f"/proc/{server.process.pid}/status").read_text()
    return int(re.search(r"VmRSS:\s+(\d+)", status)[1]) * 1024


def wait_until_at_most(server, most):
    """The memory of a burst is returned at most some seconds after it."""
    deadline = time.monotonic() + DEADLINE
    while resident(server) > most:
        assert time.monotonic() < deadline, f"{resident(server):,} bytes, not {most:,}"
        time.sleep(0.1)


def connect(server):
    """A client with a small buffer, so that its answer stays in the server until it reads."""
    one = socket.socket()
    one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    one.settimeout(DEADLINE)
    host, port = server.users.split(":")
    one.connect((host, int(port)))
    return one


def read_answer(one):
    header = b""
    while b"\r\n\r\n" not in header:
        header += one.recv(65536)
    head, body = header.split(b"\r\n\r\n", 1)
    left = int(re.search(rb"content-length: (\d+)", head, re.IGNORECASE)[1]) - len(body)
    while left > 0:
        left -= len(one.recv(65536))
    return head


@pytest.mark.parametrize("reads", [True, False], ids=["idle", "hung up"])
def test_connections_give_back_the_memory_of_the_largest_answer(server, reads):
    before = resident(server)
    clients = [connect(server) for _ in range(CONNECTIONS)]
    for one in clients:
        one.sendall(b"GET /v1/policies?limit=1000 HTTP/1.1\r\nHost: h\r\n\r\n")
    if reads:
        for one in clients:
            assert b" 200 " in read_answer(one)
    else:
        for one in clients:
            one.recv(1)
            one.close()
    wait_until_at_most(server, before + CONNECTIONS * BOUND + KEPT)
    for one in clients:
        one.close()
    assert server.text("/livez")[0] == 200


def test_connections_give_back_the_memory_of_large_requests(server):
    before = resident(server)
    clients = [connect(server) for _ in range(CONNECTIONS)]
    for one in clients:
        one.sendall(b"POST /v1/policies/1/coupons HTTP/1.1\r\nHost: h\r\nContent-Length: 60000\r\n\r\n" + b" " * 59_000)
    for one in clients:
        one.close()
    wait_until_at_most(server, before + CONNECTIONS * BOUND + KEPT)


@pytest.mark.parametrize("kind, connections", [("lists", 32), ("documents", 32), ("flood", 2_500)])
def test_customers_and_operators_are_answered_while_one_address_attacks(server, kind, connections):
    command = [sys.executable, str(ATTACKER), kind, server.users, str(connections)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as attacker:
        try:
            assert attacker.stdout.readline() == "attacking\n"
            first = {"lists": 0, "documents": 1_000, "flood": 2_000}[kind]
            answers = Clients().burst(server.users, [Request(1, first + user) for user in range(1, 201)])
            assert [one.result for one in answers] == ["SUCCESS"] * 200
            for command in ("pause", "resume"):
                assert server.call("POST", f"/v1/policies/2/{command}", admin=True)[0] == 200
            assert server.text("/readyz", admin=True)[0] == 200
        finally:
            attacker.kill()
    if kind == "flood":
        evicted = re.search(r"firstcome_connections_evicted_total (\d+)", server.text("/metrics", admin=True)[1])
        assert int(evicted[1]) > 0
        server.wait_for(r"Closed \d+ idle connections of 127\.0\.0\.2")
