"""The order service of docs/guide/orders.md, and a proxy that can keep firstcome's answers from it."""

import contextlib
import http.client
import json
import socket
import subprocess
import sys
import threading

from log_lines import LogLines
from server import DEADLINE, clean_environment

from servers import ROOT, eventually

sys.path.insert(0, str(ROOT / "scripts" / "cluster"))
from jars import compiled, installed  # noqa: E402

JVM = ("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xshare:auto", "-Xmx256m")  # for a quick start
START_WITHIN = 2 * DEADLINE


class OrderService:
    """The real program. `settings` are properties of Spring, over those of its application.yaml."""

    def __init__(self, key, **settings):
        starter = installed(ROOT / "clients", ROOT / "build" / "clients")
        path = compiled(ROOT / "test" / "orders", ROOT / "build" / "orders", "Spring Boot", starter)
        properties = [f"--{name}={value}" for name, value in settings.items()]
        self.process = subprocess.Popen(["java", *JVM, "-cp", path, "shop.orders.OrderService", "--server.port=0", *properties],
                                        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                                        env=clean_environment(FIRSTCOME_KEY=key))
        self.log = LogLines(self.process.stdout, START_WITHIN)
        try:
            self.port = int(self.log.wait_for(r"Tomcat started on port (\d+)").group(1))
            self.log.wait_for("Started OrderService")
        except AssertionError:
            self.kill()
            raise

    def __enter__(self):
        return self

    def __exit__(self, failed, *_):
        self.kill()
        if failed:
            print(self.log.text())

    def kill(self):
        self.process.kill()
        self.process.wait(DEADLINE)
        self.log.wait_for_end()

    def call(self, method, path, body=None):
        """(status, JSON)"""
        with contextlib.closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=DEADLINE)) as connection:
            connection.request(method, path, json.dumps(body or {}), {"Content-Type": "application/json"})
            answer = connection.getresponse()
            text = answer.read()
            return answer.status, json.loads(text) if text else None

    def place(self, user, policy, sequence):
        """The id of a new order."""
        status, order = self.call("POST", "/orders", {"userId": user, "policyId": policy, "sequence": sequence})
        assert status == 201, order
        return order["id"]

    def post(self, order, what):
        status, answer = self.call("POST", f"/orders/{order}/{what}")
        assert status == 200, answer

    def wait_for(self, order, state):
        def found():
            return self.call("GET", f"/orders/{order}")[1]["state"]

        eventually(lambda: found() == state, lambda: f"order {order} is {state}; it is {found()}\n{self.log.text()}")


class HeldAnswers:
    """A proxy in front of an edge. After hold() it keeps the answers; requests still reach the edge."""

    def __init__(self, address):
        host, port = address.split(":")
        self.edge = host, int(port)
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.address = f"127.0.0.1:{self.listener.getsockname()[1]}"
        self._holds = threading.Event()
        self._held = threading.Event()
        threading.Thread(target=self._accept, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.listener.close()

    def hold(self):
        self._held.clear()
        self._holds.set()

    def wait_until_held(self):
        """The edge has answered, and the client does not have the answer."""
        assert self._held.wait(DEADLINE), "no answer came"

    def release(self):
        """Later answers pass. Those that were held are lost."""
        self._holds.clear()

    def _accept(self):
        with contextlib.suppress(OSError):
            while True:
                client, _ = self.listener.accept()
                edge = socket.create_connection(self.edge, timeout=DEADLINE)
                threading.Thread(target=self._pass_on, args=(client, edge, False), daemon=True).start()
                threading.Thread(target=self._pass_on, args=(edge, client, True), daemon=True).start()

    def _pass_on(self, source, target, answers):
        with contextlib.suppress(OSError), source, target:
            while data := source.recv(65536):
                if answers and self._holds.is_set():
                    self._held.set()
                    continue
                target.sendall(data)
