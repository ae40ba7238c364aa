"""nginx in front of two edges, with the configuration that docs/operations/proxies.md shows."""

import concurrent.futures
import os
import re

import pytest
from proxy import PAGE, Proxy, call_on, certificate, free_port, recipe, replaced
from server import Server


def lines_for_tls_to_the_edges():
    return re.search(r"^```\n(    proxy_pass https:.*?)^```$", PAGE.read_text(), re.MULTILINE | re.DOTALL)[1]


class Nginx(Proxy):
    """nginx with the recipe of the page; only addresses and files are changed."""

    def __init__(self, folder, edges, files, tls_to_edges=False):
        port = free_port()
        trusted, key = files
        text = recipe("nginx")
        if tls_to_edges:
            text = replaced(text, "    proxy_pass http://firstcome;\n", lines_for_tls_to_the_edges())
            text = replaced(text, "coupons.internal", "localhost")
            text = replaced(text, "/etc/nginx/internal-ca.crt", trusted)
        text = replaced(text, "listen 443", f"listen 127.0.0.1:{port}")
        for old, new in zip(("10.0.0.7:8080", "10.0.0.8:8080"), edges):
            text = replaced(text, old, new)
        text = replaced(text, "/etc/nginx/coupons.example.crt", trusted)
        text = replaced(text, "/etc/nginx/coupons.example.key", key)
        text = replaced(text, "coupons.example", "localhost")
        paths = "\n".join(f"{name}_temp_path {folder / name};" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        user = "user root;" if os.geteuid() == 0 else ""
        config = folder / "nginx.conf"
        config.write_text(f"{user} daemon off; pid {folder}/nginx.pid; error_log stderr; events {{}}\n"
                          f"http {{ access_log off; {paths}\n{text} }}\n")
        super().__init__(port, trusted, "nginx", "-p", folder, "-c", config, "-e", folder / "error.log")


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
    assert 10 <= nginx.presses_let_through("127.0.0.2") < 40
    assert nginx.presses_let_through("127.0.0.3") >= 10, "another client has a bucket of its own"
    for claim in ({"X-Forwarded-For": "203.0.113.9"}, {"Forwarded": "for=203.0.113.9"},
                  {"X-Forwarded-For": "203.0.113.8", "Forwarded": "for=203.0.113.8"}):
        assert nginx.presses_let_through("127.0.0.2", claim) < 10, f"{claim} chose another address"
