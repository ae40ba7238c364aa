"""nginx in front of two edges, with the configuration that docs/operations/proxies.md shows."""

import concurrent.futures
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

import pytest
from server import DEADLINE, Server

PAGE = pathlib.Path(__file__).resolve().parents[2] / "docs" / "operations" / "proxies.md"


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def recipe():
    return re.search(r"^```nginx\n(.*?)^```$", PAGE.read_text(), re.MULTILINE | re.DOTALL)[1]


def lines_for_tls_to_the_edges():
    return re.search(r"^```\n(    proxy_pass https:.*?)^```$", PAGE.read_text(), re.MULTILINE | re.DOTALL)[1]


def certificate(folder):
    """(certificate, key) of localhost"""
    folder.mkdir()
    files = str(folder / "localhost.crt"), str(folder / "localhost.key")
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
                    "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-out", files[0], "-keyout", files[1]],
                   check=True, capture_output=True)
    return files


def replaced(text, old, new):
    assert old in text, f"the recipe has no '{old}'"
    return text.replace(old, new)


class Nginx:
    """nginx with the recipe of the page; only addresses and files are changed."""

    def __init__(self, folder, edges, files, tls_to_edges=False):
        self.port = free_port()
        self.certificate, key = files
        text = recipe()
        if tls_to_edges:
            text = replaced(text, "    proxy_pass http://firstcome;\n", lines_for_tls_to_the_edges())
            text = replaced(text, "coupons.internal", "localhost")
            text = replaced(text, "/etc/nginx/internal-ca.crt", self.certificate)
        text = replaced(text, "listen 443", f"listen 127.0.0.1:{self.port}")
        for old, new in zip(("10.0.0.7:8080", "10.0.0.8:8080"), edges):
            text = replaced(text, old, new)
        text = replaced(text, "/etc/nginx/coupons.example.crt", self.certificate)
        text = replaced(text, "/etc/nginx/coupons.example.key", key)
        text = replaced(text, "coupons.example", "localhost")
        paths = "\n".join(f"{name}_temp_path {folder / name};" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        user = "user root;" if os.geteuid() == 0 else ""
        config = folder / "nginx.conf"
        config.write_text(f"{user} daemon off; pid {folder}/nginx.pid; error_log stderr; events {{}}\n"
                          f"http {{ access_log off; {paths}\n{text} }}\n")
        self.process = subprocess.Popen([shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin"), "-p", str(folder), "-c",
                                         str(config), "-e", str(folder / "error.log")], stdin=subprocess.DEVNULL)

    def __enter__(self):
        deadline = time.monotonic() + DEADLINE
        while True:  # nginx reports nothing when it is ready
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), timeout=1):
                return self
            assert self.process.poll() is None and time.monotonic() < deadline
            time.sleep(0.02)

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(DEADLINE)

    @contextlib.contextmanager
    def connection(self, source="127.0.0.1"):
        context = ssl.create_default_context(cafile=self.certificate)
        # The name of the certificate, the address of nginx: /etc/hosts may know another one.
        raw = socket.create_connection(("127.0.0.1", self.port), timeout=DEADLINE, source_address=(source, 0))
        raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        opened = http.client.HTTPConnection("localhost", self.port, timeout=DEADLINE)
        opened.sock = context.wrap_socket(raw, server_hostname="localhost")
        try:
            yield opened
        finally:
            opened.close()

    def call(self, method, path, body=None, source="127.0.0.1", headers=None):
        """(status, JSON or text)"""
        with self.connection(source) as opened:
            return call_on(opened, method, path, body, headers)


def call_on(opened, method, path, body=None, headers=None):
    sent = {"Content-Type": "application/json"} if body is not None else {}
    opened.request(method, path, None if body is None else json.dumps(body), {**sent, **(headers or {})})
    answer = opened.getresponse()
    text = answer.read().decode()
    return answer.status, json.loads(text) if "json" in answer.headers.get("Content-Type", "") else text


@pytest.fixture
def behind_nginx(tmp_path):
    """(nginx, server): the second edge of the recipe does not run."""
    with Server(tmp_path / "data", "--trusted-proxies", "127.0.0.1", "--press-rate", "1") as server:
        server.create_policy(7, 1000)
        with Nginx(tmp_path, (server.users, f"127.0.0.1:{free_port()}"), certificate(tmp_path / "tls")) as nginx:
            yield nginx, server


def test_customers_get_their_coupons_although_one_edge_is_down(behind_nginx):
    nginx, server = behind_nginx

    def ask_all(users):
        with nginx.connection() as opened:
            return [call_on(opened, "POST", "/v1/policies/7/coupons", {"userId": user}) for user in users]

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        answers = sum(pool.map(ask_all, [range(1 + 25 * i, 26 + 25 * i) for i in range(8)]), [])
    assert {status for status, _ in answers} == {201}
    assert sorted(answer["sequence"] for _, answer in answers) == list(range(1, 201))
    assert server.policy(7)["issuedCount"] == 200
    ticket = answers[0][1]["ticket"]
    assert nginx.call("GET", f"/v1/requests/{ticket}")[1]["result"] == "SUCCESS"


@pytest.mark.parametrize("trusted", [True, False])
def test_nginx_verifies_edges_that_speak_tls(tmp_path, trusted):
    of_nginx, another = certificate(tmp_path / "nginx_tls"), certificate(tmp_path / "edge_tls")
    of_edge = of_nginx if trusted else another
    with Server(tmp_path / "data", "--tls-cert", of_edge[0], "--tls-key", of_edge[1]) as server:
        with Nginx(tmp_path, (server.users, f"127.0.0.1:{free_port()}"), of_nginx, tls_to_edges=True) as nginx:
            assert nginx.call("GET", "/v1/policies/7")[0] == (404 if trusted else 502)


def test_nothing_but_the_calls_of_users_is_forwarded(behind_nginx):
    nginx, _ = behind_nginx
    for path in ("/metrics", "/readyz", "/livez", "/openapi.json", "/", "/v1/../metrics", "/v1/%2e%2e/metrics"):
        assert nginx.call("GET", path)[0] == 404, path
    for method, path in (("POST", "/v1/policies"), ("POST", "/v1/policies/7/pause"), ("PATCH", "/v1/policies/7")):
        status, _ = nginx.call(method, path, {"name": "Mine", "maxCount": 5})
        assert status in (404, 405), (method, path, status)


def test_a_wrong_credential_is_refused_and_not_dropped_by_the_proxy(behind_nginx):
    nginx, _ = behind_nginx
    status, answer = nginx.call("POST", "/v1/policies/7/coupons", {"userId": 1}, headers={"Authorization": "Bearer fck_wrong"})
    assert status == 401, answer


def test_limits_count_the_client_and_not_the_proxy(behind_nginx):
    nginx, _ = behind_nginx

    def let_through(source, headers=None):
        """Of 40 presses of one user at once. A client with a bucket of its own has 10."""
        with nginx.connection(source) as opened:
            answers = [call_on(opened, "POST", "/v1/policies/7/coupons", {"userId": 42}, headers)[0] for _ in range(40)]
        assert set(answers) <= {200, 201, 429}, answers
        return sum(status != 429 for status in answers)

    assert 10 <= let_through("127.0.0.2") < 40
    assert let_through("127.0.0.3") >= 10, "another client has a bucket of its own"
    for claim in ({"X-Forwarded-For": "203.0.113.9"}, {"Forwarded": "for=203.0.113.9"},
                  {"X-Forwarded-For": "203.0.113.8", "Forwarded": "for=203.0.113.8"}):
        assert let_through("127.0.0.2", claim) < 10, f"{claim} chose another address"
