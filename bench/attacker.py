#!/usr/bin/env python3
"""One address that attacks a server, for bench/fairness.py and tests: bench/attacker.py KIND HOST:PORT CONNECTIONS.

  lists      pages of policies, as many and as large as possible, pipelined on every connection
  documents  the same with /openapi.json
  flood      opens all connections it can get, again when they are closed, and sends one request on each

It prints `attacking` when every connection has been used, and runs until it is ended.
"""

import resource
import selectors
import socket
import sys
import time

SOURCE = "127.0.0.2"
BIND_ADDRESS_NO_PORT = 24  # IP_BIND_ADDRESS_NO_PORT of Linux: the port is chosen by connect()
PIPELINED = 16
OPENED_AT_ONCE = 256
AGAIN = 0.01  # seconds until refused connections are opened again
TARGETS = {"lists": "/v1/policies?limit=1000", "documents": "/openapi.json", "flood": "/livez"}


class Attacker:
    def __init__(self, kind, address, connections):
        host, port = address.rsplit(":", 1)
        self.address, self.connections, self.pipelines = (host, int(port)), connections, kind != "flood"
        request = f"GET {TARGETS[kind]} HTTP/1.1\r\nHost: attacker\r\n\r\n".encode()
        self.bytes = request * (PIPELINED if self.pipelines else 1)
        self.selector = selectors.DefaultSelector()
        self.unsent = {}  # socket → what is left of self.bytes
        self.used = 0

    def open(self):
        one = socket.socket()
        one.setsockopt(socket.IPPROTO_IP, BIND_ADDRESS_NO_PORT, 1)
        one.bind((SOURCE, 0))
        one.setblocking(False)
        one.connect_ex(self.address)
        self.unsent[one] = self.bytes
        self.selector.register(one, selectors.EVENT_READ | selectors.EVENT_WRITE)

    def close(self, one):
        self.selector.unregister(one)
        del self.unsent[one]
        one.close()

    def send(self, one):
        if not self.unsent[one]:
            self.unsent[one] = self.bytes
        self.unsent[one] = self.unsent[one][one.send(self.unsent[one]):]
        if not self.unsent[one] and not self.pipelines:
            self.selector.modify(one, selectors.EVENT_READ)

    def serve(self, one, events):
        try:
            if events & selectors.EVENT_WRITE:
                self.send(one)
            if events & selectors.EVENT_READ:
                if not one.recv(1 << 18):
                    return self.close(one)
                self.used += 1
        except BlockingIOError:
            pass
        except OSError:
            self.close(one)

    def run(self):
        announced, again = False, 0.0
        while True:
            missing = self.connections - len(self.unsent)
            if missing > 0 and time.monotonic() >= again:
                for _ in range(min(missing, OPENED_AT_ONCE)):
                    self.open()
                again = time.monotonic() + AGAIN
            for key, events in self.selector.select(AGAIN):
                self.serve(key.fileobj, events)
            if not announced and self.used >= self.connections * 0.8:
                announced = True
                print("attacking", flush=True)


if __name__ == "__main__":
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    Attacker(sys.argv[1], sys.argv[2], int(sys.argv[3])).run()
