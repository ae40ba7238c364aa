"""A real proxy in front of edges, with a recipe of docs/operations/proxies.md, and calls through it over TLS."""

import contextlib
import http.client
import json
import os
import pathlib
import re
import shutil
import socket
import ssl
import subprocess
import time

from server import DEADLINE

PAGE = pathlib.Path(__file__).resolve().parents[2] / "docs" / "operations" / "proxies.md"


def recipe(language):
    return re.search(rf"^```{language}\n(.*?)^```$", PAGE.read_text(), re.MULTILINE | re.DOTALL)[1]


def replaced(text, old, new):
    assert old in text, f"the recipe has no '{old}'"
    return text.replace(old, new)


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def certificate(folder):
    """(certificate, key) of localhost"""
    folder.mkdir()
    files = str(folder / "localhost.crt"), str(folder / "localhost.key")
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
                    "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-out", files[0], "-keyout", files[1]],
                   check=True, capture_output=True)
    return files


def call_on(opened, method, path, body=None, headers=None):
    sent = {"Content-Type": "application/json"} if body is not None else {}
    opened.request(method, path, None if body is None else json.dumps(body), {**sent, **(headers or {})})
    answer = opened.getresponse()
    text = answer.read().decode()
    return answer.status, json.loads(text) if "json" in answer.headers.get("Content-Type", "") else text


class Proxy:
    """A program that listens on `port` of 127.0.0.1; `trusted` is the certificate that its clients see."""

    def __init__(self, port, trusted, program, *arguments):
        self.port, self.certificate = port, trusted
        path = shutil.which(program, path=f"{os.environ['PATH']}:/usr/sbin")
        self.process = subprocess.Popen([path, *map(str, arguments)], stdin=subprocess.DEVNULL)

    def __enter__(self):
        deadline = time.monotonic() + DEADLINE
        while True:  # these programs report nothing when they are ready
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), timeout=1):
                return self
            assert self.process.poll() is None and time.monotonic() < deadline
            time.sleep(0.02)

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(DEADLINE)

    def connect(self, source="127.0.0.1"):
        connected = socket.create_connection(("127.0.0.1", self.port), timeout=DEADLINE, source_address=(source, 0))
        connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return connected

    @contextlib.contextmanager
    def connection(self, source="127.0.0.1"):
        context = ssl.create_default_context(cafile=self.certificate)
        # The name of the certificate, the address of the proxy: /etc/hosts may know another one.
        opened = http.client.HTTPConnection("localhost", self.port, timeout=DEADLINE)
        opened.sock = context.wrap_socket(self.connect(source), server_hostname="localhost")
        try:
            yield opened
        finally:
            opened.close()

    def call(self, method, path, body=None, source="127.0.0.1", headers=None):
        """(status, JSON or text)"""
        with self.connection(source) as opened:
            return call_on(opened, method, path, body, headers)

    def presses_let_through(self, source, headers=None):
        """Of 40 presses of one user at once, with --press-rate 1. A client with a bucket of its own has 10."""
        with self.connection(source) as opened:
            answers = [call_on(opened, "POST", "/v1/policies/7/coupons", {"userId": 42}, headers)[0] for _ in range(40)]
        assert set(answers) <= {200, 201, 429}, answers
        return sum(status != 429 for status in answers)
