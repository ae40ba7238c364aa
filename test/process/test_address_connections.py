"""The limits of connections by address, for an address of this machine that is not loopback."""

import contextlib
import http.client
import re
import socket
import time

from server import DEADLINE, Server


def own_address():
    """Loopback, which has no limits, if the machine has no other. Sends nothing."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
        with contextlib.suppress(OSError):
            one.connect(("192.0.2.1", 9))
        address = one.getsockname()[0]
    return "127.0.0.1" if address == "0.0.0.0" else address


def answers(connection):
    """False: the server closed the connection."""
    try:
        connection.request("GET", "/livez")
        answer = connection.getresponse()
        answer.read()
        return answer.status == 200
    except (ConnectionError, http.client.BadStatusLine):
        return False


def test_an_address_has_its_connections_and_no_more(tmp_path):
    address = own_address()
    limited = not address.startswith("127.")
    listen = ("--listen", "0.0.0.0:0", "--admin-listen", "127.0.0.1:0", "--allow-anonymous")
    with Server(tmp_path / "data", "--address-connections", "3", listen=listen) as server:
        port = int(server.users.rpartition(":")[2])

        def connect(host):
            return http.client.HTTPConnection(host, port, timeout=DEADLINE)

        own = [connect(address) for _ in range(5)]
        assert [answers(one) for one in own] == [True] * 3 + [not limited] * 2
        assert all(answers(connect("127.0.0.1")) for _ in range(5)), "loopback has no limit"
        own[0].close()
        deadline = time.monotonic() + DEADLINE
        while not answers(connect(address)):  # until the server has seen that one is closed
            assert time.monotonic() < deadline
            time.sleep(0.02)
        metrics = server.text("/metrics", admin=True)[1]
        refused = int(re.search(r"^firstcome_connections_refused_by_address_total (\d+)$", metrics, re.M)[1])
        assert refused >= (2 if limited else 0)
        server.stop()


def test_an_address_has_its_new_connections_in_a_second_and_no_more(tmp_path):
    address = own_address()
    listen = ("--listen", "0.0.0.0:0", "--admin-listen", "127.0.0.1:0", "--allow-anonymous")
    with Server(tmp_path / "data", "--address-connection-rate", "1", listen=listen) as server:
        port = int(server.users.rpartition(":")[2])
        began = time.monotonic()
        admitted = sum(answers(http.client.HTTPConnection(address, port, timeout=DEADLINE)) for _ in range(30))
        seconds = time.monotonic() - began
        assert admitted == 30 if address.startswith("127.") else 1 <= admitted <= 2 + seconds, admitted
        server.stop()
