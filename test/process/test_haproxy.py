"""HAProxy in front of edges that speak TLS, with the configuration that docs/operations/proxies.md shows. It passes TLS through
and names the clients by the PROXY protocol."""

import concurrent.futures
import contextlib
import json
import socket
import ssl
import time

import pytest
from proxy import Proxy, call_on, certificate, free_port, recipe, replaced
from server import DEADLINE, Server, run

PROXY = "127.0.0.9"  # the edges see HAProxy under this address


class HaProxy(Proxy):
    """HAProxy with the recipe of the page; only addresses and files are changed."""

    def __init__(self, folder, edges, trusted):
        port = free_port()
        text = replaced(recipe("haproxy"), "bind :443", f"bind 127.0.0.1:{port}")
        for old, new in zip(("10.0.0.7:8443", "10.0.0.8:8443"), edges):
            text = replaced(text, old, f"{new} source {PROXY}")
        text = replaced(text, "/etc/ssl/certs/ca-certificates.crt", trusted)
        text = replaced(text, "coupons.example", "localhost")
        config = folder / "haproxy.cfg"
        config.write_text(f"global\n  log stderr local0\n{text}")
        super().__init__(port, trusted, "haproxy", "-db", "-f", config)


class Edge(Server):
    def __init__(self, folder, *flags):
        self.certificate, key = certificate(folder / "tls")
        self.access_log = folder / "access.log"
        super().__init__(folder / "data", "--tls-cert", self.certificate, "--tls-key", key, "--proxy-protocol", "--trusted-proxies",
                         PROXY, "--press-rate", "1", "--access-log", str(self.access_log), *flags)
        created = run("policy", "create", "--id", "7", "--name", "A", "--max-count", "1000", "--ca", self.certificate, "--admin",
                      f"https://localhost:{self.admin.rpartition(':')[2]}")
        assert created[0] == 0, created

    def wait_for_line(self, **members):
        """Of the access log."""
        deadline = time.monotonic() + DEADLINE
        while True:
            lines = [json.loads(line) for line in self.access_log.read_text().splitlines()]
            if any(members.items() <= line.items() for line in lines):
                return
            assert time.monotonic() < deadline, (members, lines)
            time.sleep(0.02)


@contextlib.contextmanager
def edge_behind_haproxy(folder, *flags):
    """(haproxy, edge): the second edge of the recipe does not run."""
    with Edge(folder, *flags) as edge, HaProxy(folder, (edge.users, f"127.0.0.1:{free_port()}"), edge.certificate) as haproxy:
        yield haproxy, edge


@pytest.fixture
def behind_haproxy(tmp_path):
    with edge_behind_haproxy(tmp_path) as both:
        yield both


def test_customers_get_their_coupons_although_one_edge_is_down(behind_haproxy):
    haproxy, edge = behind_haproxy

    def ask_all(users):
        with haproxy.connection("127.0.0.2") as opened:
            return [call_on(opened, "POST", "/v1/policies/7/coupons", {"userId": user}) for user in users]

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        answers = sum(pool.map(ask_all, [range(1 + 25 * i, 26 + 25 * i) for i in range(8)]), [])
    assert {status for status, _ in answers} == {201}
    assert sorted(answer["sequence"] for _, answer in answers) == list(range(1, 201))
    edge.wait_for_line(address="127.0.0.2", status=201, result="SUCCESS")


def test_the_check_of_haproxy_reads_readyz_over_tls(behind_haproxy):
    _, edge = behind_haproxy
    edge.wait_for_line(address=PROXY, route="/readyz", status=200)


def test_limits_count_the_client_and_not_the_proxy(behind_haproxy):
    haproxy, _ = behind_haproxy
    assert 10 <= haproxy.presses_let_through("127.0.0.2") < 40
    assert haproxy.presses_let_through("127.0.0.3") >= 10, "another client has a bucket of its own"
    assert haproxy.presses_let_through("127.0.0.2", {"X-Forwarded-For": "203.0.113.9"}) < 10, "the PROXY header counts"


def test_the_limit_of_connections_does_not_count_those_of_the_proxy(tmp_path):
    with edge_behind_haproxy(tmp_path, "--address-connections", "2", "--address-connection-rate", "1") as (haproxy, _):
        with contextlib.ExitStack() as stack:
            opened = [stack.enter_context(haproxy.connection("127.0.0.2")) for _ in range(10)]
            assert [call_on(one, "GET", "/v1/policies/7")[0] for one in opened] == [200] * 10


def ends(connected):
    """The server closes without sending a response of HTTP."""
    with contextlib.suppress(ConnectionError):
        while received := connected.recv(4096):
            assert b"HTTP/1.1 2" not in received
    return True


def test_only_the_proxy_may_name_clients(behind_haproxy):
    haproxy, edge = behind_haproxy
    header = b"PROXY TCP4 203.0.113.9 127.0.0.1 1000 443\r\n"
    with haproxy.connect() as claims:  # a second header, behind that of HAProxy
        claims.sendall(header)
        claims.shutdown(socket.SHUT_WR)
        assert ends(claims)
    host, port = edge.users.split(":")
    with socket.create_connection((host, int(port)), timeout=DEADLINE) as direct:
        context = ssl.create_default_context(cafile=edge.certificate)
        with pytest.raises(OSError) as refused:
            direct.sendall(header)
            # A socket that is closed already would be taken without a handshake.
            context.wrap_socket(direct, server_hostname="localhost", do_handshake_on_connect=False).do_handshake()
        assert not isinstance(refused.value, TimeoutError)
    assert haproxy.call("GET", "/v1/policies/7")[0] == 200
    assert "203.0.113.9" not in edge.access_log.read_text()
