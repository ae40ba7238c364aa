"""Bytes that no correct client sends. Each gets the right status or a close, with bounded memory, and the server continues."""

import contextlib
import random
import re
import resource
import socket
import struct

import pytest
from sanitized import MEMORY
from server import DEADLINE, Server

BODY = b'{"userId":42}'
TARGET = b"/v1/policies/1/coupons"
OTHER_BODY = b'{"userId":43}'


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    # Opening all connections takes long on a busy machine; none may be closed as idle before it is used.
    flags = ("--max-connections", "25000", "--idle-timeout", "600s")
    with Server(tmp_path_factory.mktemp("hostile") / "data", *flags) as server:
        server.create_policy(1, 1000)
        yield server
        server.stop()


def connect(server):
    host, port = server.users.split(":")
    return socket.create_connection((host, int(port)), timeout=DEADLINE)


def post(headers=b"Content-Length: 13\r\n", body=BODY, line=b"POST " + TARGET + b" HTTP/1.1"):
    return line + b"\r\nHost: a\r\nContent-Type: application/json\r\n" + headers + b"\r\n" + body


def json(body):
    return post(b"Content-Length: %d\r\n" % len(body), body)


def chunked(body):
    return post(b"Transfer-Encoding: chunked\r\n", body)


def get(path=b"/livez", headers=b"Host: a\r\n", version=b"HTTP/1.1"):
    return b"GET " + path + b" " + version + b"\r\n" + headers + b"\r\n"


def statuses(connection):
    """The status of every response until the server closes."""
    received = b""
    while chunk := connection.recv(65536):
        received += chunk
    return [int(status) for status in re.findall(rb"HTTP/1\.1 (\d\d\d) ", received)]


def answers(server, raw, then=b""):
    """Sends `raw` and then the end of the stream, so that a kept connection also ends."""
    with connect(server) as connection:
        with contextlib.suppress(ConnectionError):  # it may close before everything is sent
            connection.sendall(raw + then)
            connection.shutdown(socket.SHUT_WR)
        return statuses(connection)


def serves(server):
    assert answers(server, json(BODY)) in ([200], [201])


# Bytes that could be read as two different requests are refused, and nothing after them is read as a request.
SMUGGLED = {
    "two lengths": post(b"Content-Length: 13\r\nContent-Length: 5\r\n"),
    "length and chunked": post(b"Content-Length: 13\r\nTransfer-Encoding: chunked\r\n", b"d\r\n" + BODY + b"\r\n0\r\n\r\n"),
    "chunked and length": post(b"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", b"d\r\n" + BODY + b"\r\n0\r\n\r\n"),
    "chunked twice": post(b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", b"0\r\n\r\n"),
    "chunked in HTTP/1.0": post(b"Connection: keep-alive\r\nTransfer-Encoding: chunked\r\n", b"d\r\n" + BODY + b"\r\n0\r\n\r\n",
                                line=b"POST " + TARGET + b" HTTP/1.0"),
    "a bare LF in the header": post().replace(b"json\r\n", b"json\n"),
    "a bare CR in the header": post(b"X: a\rb\r\nContent-Length: 13\r\n"),
    "a blank before the colon": post(b"Content-Length : 13\r\n"),
    "a tab before the colon": post(b"Content-Length\t: 13\r\n"),
    "a blank before the first name": post().replace(b"\r\nHost", b"\r\n Host"),
    "a length with a sign": post(b"Content-Length: +13\r\n"),
    "a negative length": post(b"Content-Length: -1\r\n"),
    "a length in hexadecimal": post(b"Content-Length: 0x0d\r\n"),
    "a length beyond 64 bits": post(b"Content-Length: 99999999999999999999999\r\n"),
    "no length where one is named": post(b"Content-Length: \r\n"),
    "a negative chunk": chunked(b"-d\r\n" + BODY + b"\r\n0\r\n\r\n"),
    "a chunk beyond 64 bits": chunked(b"fffffffffffffffff\r\n" + BODY + b"\r\n0\r\n\r\n"),
    "a chunk longer than its size": chunked(b"d\r\n" + BODY + b"XX0\r\n\r\n"),
    "two hosts": get(headers=b"Host: a\r\nHost: b\r\n"),
    "no host": get(headers=b""),
    "a NUL in the header": get(headers=b"Host: a\r\nX: a\0b\r\n"),
    "a NUL in the path": get(b"/liv\0ez"),
    "two blanks": get(b" /livez"),
    "no version": b"GET /livez\r\n\r\n",
}


@pytest.mark.parametrize("raw", SMUGGLED.values(), ids=SMUGGLED)
def test_an_ambiguous_request_is_400_and_closes_the_connection(server, raw):
    assert answers(server, raw, then=get()) == [400]
    serves(server)


NO_HTTP = {
    "of another protocol": bytes.fromhex("1603010200010001fc0303") + bytes(range(100)),
    "NUL": bytes(500),
    "random": random.Random(7).randbytes(4096),
}


@pytest.mark.parametrize("raw", NO_HTTP.values(), ids=NO_HTTP)
def test_bytes_that_are_no_http_are_400_and_close_the_connection(server, raw):
    assert answers(server, raw) == [400]


OTHER_VERSIONS = {
    "2.0": get(version=b"HTTP/2.0"),
    "1.2": get(version=b"HTTP/1.2"),
    "the preface of HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "a blank in the path": get(b"/livez foo"),
}


@pytest.mark.parametrize("raw", OTHER_VERSIONS.values(), ids=OTHER_VERSIONS)
def test_other_versions_are_505_and_close_the_connection(server, raw):
    assert answers(server, raw, then=get()) == [505]


UNMET = {
    "another coding": (post(b"Transfer-Encoding: gzip, chunked\r\n"), 501),
    "a coding that only looks like it": (post(b"Transfer-Encoding: xchunked\r\n"), 501),
    "another expectation": (post(b"Expect: 200-ok\r\nContent-Length: 13\r\n"), 417),
    "a header of a megabyte": (get(headers=b"Host: a\r\nX: " + b"x" * 1_000_000 + b"\r\n"), 431),
    "100,000 headers": (get(headers=b"Host: a\r\n" + b"X: y\r\n" * 100_000), 431),
    "a header without an end": (b"GET /livez HTTP/1.1\r\nX: " + b"x" * 10_000_000, 431),
    "a path of a megabyte": (get(b"/" + b"x" * 1_000_000), 431),
    "a body of ten megabytes": (json(b" " * 10_000_000), 413),
    "a body that would be of a terabyte": (post(b"Content-Length: 1000000000000\r\n"), 413),
    "chunks of ten megabytes": (chunked(b"10000\r\n" + b" " * 65536 + b"\r\n" + (b"10000\r\n" + b" " * 65536 + b"\r\n") * 160), 413),
}


@pytest.mark.parametrize("raw, status", UNMET.values(), ids=UNMET)
def test_a_refused_request_gets_its_status_and_closes_the_connection(server, raw, status):
    assert answers(server, raw, then=get()) == [status]
    serves(server)


TAKEN = {
    "the same length twice": post(b"Content-Length: 13\r\nContent-Length: 13\r\n"),
    "chunks with extensions": chunked(b"d;name=value\r\n" + BODY + b"\r\n0\r\n\r\n"),
    "chunks with trailers": chunked(b"d\r\n" + BODY + b"\r\n0\r\nX: y\r\n\r\n"),
    "chunks of one byte": chunked(b"".join(b"1\r\n%c\r\n" % byte for byte in BODY) + b"0\r\n\r\n"),
    "empty lines before it": b"\r\n\r\n" + post(),
    "an absolute target": post(line=b"POST http://a" + TARGET + b" HTTP/1.1"),
}


@pytest.mark.parametrize("raw", TAKEN.values(), ids=TAKEN)
def test_an_unusual_valid_request_is_accepted_and_so_is_the_next_one(server, raw):
    first, second = answers(server, raw, then=get())
    assert first in (200, 201) and second == 200


@pytest.mark.parametrize("method", ["PUT", "DELETE", "TRACE", "CONNECT", "PATCH", "get", "A" * 100])
def test_wrong_methods_are_refused_and_the_next_request_is_accepted(server, method):
    raw = method.encode() + b" " + TARGET + b" HTTP/1.1\r\nHost: a\r\n\r\n"
    assert answers(server, raw, then=get()) == [405, 200]


NOT_JSON = {
    "nothing": b"", "blanks": b"   ", "a byte order mark": b'\xef\xbb\xbf{"userId":42}', "a comment": b'{"userId":42/*a*/}',
    "something behind it": BODY + b" x", "a NUL behind it": BODY + b"\0", "NaN": b'{"userId":NaN}', "a leading zero": b'{"userId":042}',
    "invalid UTF-8": b'{"userId":42,"x":"\xff\xfe"}', "half a surrogate": b'{"userId":42,"x":"\\ud800"}',
    "UTF-16": '{"userId":42}'.encode("utf-16"), "a control character": b'{"userId":42,"x":"\x01"}',
    "deep nesting": b'{"userId":42,"x":' + b"[" * 5_000 + b"]" * 5_000 + b"}", "half of it": b'{"userId":4',
}


@pytest.mark.parametrize("body", NOT_JSON.values(), ids=NOT_JSON)
def test_bodies_that_are_no_json_are_400_and_the_next_request_is_accepted(server, body):
    assert answers(server, json(body), then=get()) == [400, 200]


WRONG = {
    "twice": b'{"userId":42,"userId":43}', "twice, once in other letters": b'{"userId":42,"user\\u0049d":43}', "2^63": b'{"userId":9223372036854775808}', "-1": b'{"userId":-1}',
    "0": b'{"userId":0}', "4.5": b'{"userId":4.5}', "4.0": b'{"userId":4.0}', "4e2": b'{"userId":4e2}',
    "true": b'{"userId":true}', "null": b'{"userId":null}', "missing": b"{}", "an object": b'{"userId":{}}',
    "no number as a string": b'{"userId":"4 2"}', "a sign": b'{"userId":"+42"}', "leading zero": b'{"userId":"042"}',
    "2^64 as a string": b'{"userId":"18446744073709551616"}', "an array for all": b"[42]", "a number for all": b"42",
}


@pytest.mark.parametrize("body", WRONG.values(), ids=WRONG)
def test_invalid_users_are_422_and_the_next_request_is_accepted(server, body):
    assert answers(server, json(body), then=get()) == [422, 200]


@pytest.mark.parametrize("path", [b"/v1/policies/0", b"/v1/policies/-1", b"/v1/policies/1.5", b"/v1/policies/%2F1",
                                  b"/v1/../livez", b"/v1/policies/9223372036854775808", b"//livez", b"/livez/",
                                  b"/v1/users/x/coupons", b"/v1/requests/forged"])
def test_unknown_paths_are_404(server, path):
    assert answers(server, get(path), then=get()) == [404, 200]


def test_half_a_request_has_no_effect(server):
    for cut in (1, 10, 40, len(post()) - 1):
        assert answers(server, post()[:cut]) in ([], [400])
    serves(server)


@pytest.fixture(scope="module")
def hasty(tmp_path_factory):
    """A server with short timeouts."""
    timeouts = ("--request-timeout", "500ms", "--idle-timeout", "500ms", "--write-timeout", "500ms")
    with Server(tmp_path_factory.mktemp("hasty") / "data", "--max-connections", "100", *timeouts) as server:
        server.create_policy(1, 1000)
        yield server
        server.stop()


def drip(connection, raw):
    """Sends one byte after the other, slowly, until an answer comes: its status, and whether the connection is closed."""
    connection.settimeout(0.05)
    for byte in raw:
        with contextlib.suppress(ConnectionError):
            connection.send(bytes([byte]))
        try:
            received = connection.recv(65536)
            break
        except TimeoutError:
            continue
    else:
        raise AssertionError("the server waits without a limit")
    connection.settimeout(DEADLINE)
    return received[9:12], connection.recv(65536)


@pytest.mark.parametrize("raw", [b"GET /livez HTTP/1.1\r\nX: " + b"x" * 1000, post(b"Content-Length: 1000\r\n", b" " * 1000)],
                         ids=["header", "body"])
def test_single_bytes_do_not_keep_a_connection_open(hasty, raw):
    with contextlib.ExitStack() as held:
        slow = [held.enter_context(connect(hasty)) for _ in range(50)]
        for connection in slow:
            connection.sendall(raw[:20])
        assert drip(slow[0], raw[20:]) == (b"408", b"")
        serves(hasty)
        for connection in slow[1:]:
            assert statuses(connection) == [408]


def test_a_connection_without_a_request_is_closed_without_an_answer(hasty):
    with connect(hasty) as silent, connect(hasty) as asked_once:
        asked_once.sendall(get())
        assert statuses(silent) == []
        assert statuses(asked_once) == [200]


def test_a_caller_who_does_not_read_answers_is_disconnected(hasty):
    with connect(hasty) as greedy:
        with pytest.raises(ConnectionError):
            for _ in range(10_000):  # until the server, which waits for this client, reads no more
                greedy.sendall(get(b"/v1/policies") * 100)
    serves(hasty)


def test_callers_who_disconnect_in_the_middle_of_an_answer_affect_no_other_caller(server):
    before = server.policy(1)["issuedCount"]
    for user in range(1_000, 1_200):
        with connect(server) as connection:
            connection.sendall(json(b'{"userId":%d}' % user))
            # Closed with a reset, which the server receives while it answers or before.
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    serves(server)
    assert before <= server.policy(1)["issuedCount"] <= before + 201


def test_20_000_connections_are_held_at_once_and_served(server, many_files):
    many = min(20_000, many_files - 500)  # the limit of this machine for one process
    before = memory(server)
    with contextlib.ExitStack() as held:
        connections = [held.enter_context(connect(server)) for _ in range(many)]
        for connection in connections:
            connection.sendall(get())
        for connection in connections:
            assert connection.recv(65536).startswith(b"HTTP/1.1 200 ")
        each = (memory(server) - before) // many
        print(f"{many} connections, {each} bytes each")
        assert each < 16 * 1024 * MEMORY
        serves(server)
    serves(server)


@pytest.fixture
def many_files():
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    yield hard
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def memory(server):
    """Resident memory, in bytes."""
    with open(f"/proc/{server.process.pid}/statm", encoding="ascii") as statm:
        return int(statm.read().split()[1]) * resource.getpagesize()
