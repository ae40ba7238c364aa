"""Many clients in one thread, each with a connection and one request under way, and what they were told.

Every send and every answer gets the next tick of one clock, so that "A was answered before B was sent" is
a comparison of two numbers, taken from what the clients saw and nothing else.
"""

import json
import re
import selectors
import socket
from dataclasses import dataclass, field
from typing import Optional

from server import DEADLINE

LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)


@dataclass
class Request:
    policy: int
    user: int
    sent: int = 0
    answered: Optional[int] = None  # never, when the server died first
    status: Optional[int] = None
    body: Optional[dict] = None

    @property
    def result(self):
        return self.body["result"] if self.body else None

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
    """What all clients of a test were told, over any number of lives of the server."""

    clock: int = 0
    requests: list = field(default_factory=list)

    def tick(self):
        self.clock += 1
        return self.clock

    def burst(self, address, requests, connections=64, after_answer=None):
        """Sends all requests as fast as answers come. `after_answer(count)` may end the server's life; what is
        under way then stays unanswered. Returns the requests that were sent."""
        return _Burst(self, address, requests, connections, after_answer or (lambda count: None)).run()


class _Burst:
    def __init__(self, clients, address, requests, connections, after_answer):
        self.clients = clients
        self.waiting = iter(requests)
        self.after_answer = after_answer
        self.answers = 0
        self.sent = []
        self.selector = selectors.DefaultSelector()
        host, port = address.rsplit(":", 1)
        self.open = 0
        for _ in range(connections):
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
        connection.request.sent = self.clients.tick()
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
        request.answered = self.clients.tick()
        request.status = int(head[9:12])
        request.body = json.loads(connection.received[head_end + 4:])
        connection.received = b""
        self.answers += 1
        self.after_answer(self.answers)
        self.send_next(connection)

    def close(self, connection):
        self.selector.unregister(connection.socket)
        connection.socket.close()
        self.open -= 1
