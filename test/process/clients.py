"""Many clients in one thread, each with a connection and one request at a time, and their answers.

All requests go into one history, on one steady clock, and `firstcome check` judges it at the end:
docs/reference/history.md.
"""

import json
import re
import selectors
import socket
import time
from dataclasses import dataclass, field
from typing import Optional

from server import DEADLINE, run, where

LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)


ANSWER_FIELDS = ("result", "sequence", "issuedAt", "ticket", "asOf", "maxCount", "revision", "state")


def answer_fields(body):
    return {key: body[key] for key in ANSWER_FIELDS if key in body}


@dataclass
class Request:
    policy: int
    user: int
    sent: int = 0
    answered: Optional[int] = None  # None: the server died first
    status: Optional[int] = None
    body: Optional[dict] = None

    @property
    def result(self):
        return self.body["result"] if self.body else None

    def row(self):
        """Its line of the history."""
        line = {"asked": "coupon", "policyId": self.policy, "userId": self.user, "sent": self.sent}
        if self.body is not None:
            line |= {"answered": self.answered, "status": self.status, **answer_fields(self.body)}
        return line

    def encoded(self):
        body = b'{"userId":%d}' % self.user
        return (b"POST /v1/policies/%d/coupons HTTP/1.1\r\nHost: firstcome\r\nContent-Type: application/json\r\n"
                b"Content-Length: %d\r\n\r\n%s" % (self.policy, len(body), body))


@dataclass
class Connection:
    socket: socket.socket
    request: Optional[Request] = None
    received: bytes = b""


@dataclass
class Clients:
    """The answers to all clients of a test, over any number of restarts of the server."""

    requests: list = field(default_factory=list)
    others: list = field(default_factory=list)  # rows of tickets and commands

    def create_policy(self, server, policy, max_count):
        row = {"asked": "command", "command": "create", "policyId": policy, "status": 201}
        self.ask(row, lambda: server.create_policy(policy, max_count))

    def ticket(self, server, ticket):
        return self.ask({"asked": "ticket", "ticket": ticket, "status": 200}, lambda: server.ticket(ticket))

    def ask(self, row, call):
        row["sent"] = time.monotonic_ns()
        answer = call()
        self.others.append({**row, "answered": time.monotonic_ns(), **answer_fields(answer)})
        return answer

    def won(self, policy):
        """Users with SUCCESS."""
        return [r.user for r in self.requests if r.policy == policy and r.result == "SUCCESS"]

    def holders(self, policy):
        """Users who know their coupon, from the first answer or from a later one."""
        return {r.user for r in self.requests if r.policy == policy and r.result in ("SUCCESS", "ALREADY_ISSUED")}

    def settle(self, address, connections=16):
        """Repeats requests without a final answer (on a busy machine 202 and 503 are correct), until each of them has one."""
        assert {r.status for r in self.requests if r.status} <= {200, 201, 202, 409, 503}
        open_ones = {(r.policy, r.user) for r in self.requests if r.status in (202, 503)}
        deadline = time.monotonic() + 2 * DEADLINE
        while open_ones:
            assert time.monotonic() < deadline, f"{len(open_ones)} are still not decided"
            asked = self.burst(address, [Request(policy, user) for policy, user in open_ones], connections=connections)
            open_ones -= {(r.policy, r.user) for r in asked if r.status in (200, 201, 409)}

    def write_history(self, path):
        with open(path, "w", encoding="utf-8") as file:
            file.write('{"history":1,"maxStalenessMs":1000}\n')
            for row in [*self.others, *(request.row() for request in self.requests)]:
                file.write(json.dumps(row, separators=(",", ":")) + "\n")
        return path

    def check(self, data, *flags):
        """Verifies every promise by the answers, the store and the journal."""
        history = self.write_history(data.parent / f"{data.name}.history.jsonl")
        code, out, err = run("check", str(history), *where(data), *flags)
        assert code == 0, out + err

    def burst(self, address, requests, connections=64, after_answer=None):
        """Sends all requests as fast as answers come, to one address or to several in turn. `after_answer(count)` may end the
        server; requests in flight then stay unanswered. Returns the sent requests."""
        return _Burst(self, address, requests, connections, after_answer or (lambda count: None)).run()


class _Burst:
    def __init__(self, clients, address, requests, connections, after_answer):
        self.clients = clients
        self.waiting = iter(requests)
        self.after_answer = after_answer
        self.answers = 0
        self.sent = []
        self.selector = selectors.DefaultSelector()
        addresses = [address] if isinstance(address, str) else address
        self.open = 0
        for number in range(connections):
            host, port = addresses[number % len(addresses)].rsplit(":", 1)
            connected = socket.create_connection((host, int(port)), timeout=DEADLINE)
            connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.selector.register(connected, selectors.EVENT_READ, Connection(connected))
            self.open += 1

    def run(self):
        for key in list(self.selector.get_map().values()):
            self.send_next(key.data)
        while self.open:
            ready = self.selector.select(DEADLINE)
            assert ready, f"no answer within {DEADLINE} s; {self.open} connections are waiting"
            for key, _ in ready:
                self.receive(key.data)
        self.clients.requests += self.sent
        return self.sent

    def send_next(self, connection):
        connection.request = next(self.waiting, None)
        if connection.request is None:
            return self.close(connection)
        connection.request.sent = time.monotonic_ns()
        self.sent.append(connection.request)
        try:
            connection.socket.sendall(connection.request.encoded())
        except OSError:
            self.close(connection)

    def receive(self, connection):
        try:
            read = connection.socket.recv(65536)
        except OSError:
            read = b""
        if not read:
            return self.close(connection)
        connection.received += read
        head_end = connection.received.find(b"\r\n\r\n")
        if head_end < 0:
            return
        head = connection.received[:head_end]
        length = int(LENGTH.search(head).group(1))
        if len(connection.received) < head_end + 4 + length:
            return
        request = connection.request
        request.answered = time.monotonic_ns()
        request.status = int(head[9:12])
        request.body = json.loads(connection.received[head_end + 4:])
        asked_for = (request.policy, request.user)
        assert (request.body.get("policyId", request.policy), request.body.get("userId", request.user)) == asked_for
        connection.received = b""
        self.answers += 1
        self.after_answer(self.answers)
        self.send_next(connection)

    def close(self, connection):
        self.selector.unregister(connection.socket)
        connection.socket.close()
        self.open -= 1
