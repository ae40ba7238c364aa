"""Tokens signed by the class of docs/guide/tokens.md, with a server that verifies them."""

import pathlib
import re
import subprocess

import pytest
from server import DEADLINE, Server

ROOT = pathlib.Path(__file__).resolve().parents[2]
SHOP = ROOT / "test/spring/src/main/java/shop"
RULES = ("--jwt-issuer", "shop", "--jwt-audience", "firstcome", "--jwt-policies-claim", "policies")


def run(*command):
    return subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=DEADLINE, check=True).stdout


@pytest.fixture(scope="module")
def classes(tmp_path_factory):
    folder = tmp_path_factory.mktemp("classes")
    run("javac", "-d", str(folder), str(SHOP / "UserTokens.java"), str(SHOP / "SignTokens.java"))
    return folder


def test_the_guide_shows_the_tested_java():
    shown = re.findall(r"^```java\n(.*?)^```$", (ROOT / "docs/guide/tokens.md").read_text(), re.MULTILINE | re.DOTALL)
    assert shown[0] == (SHOP / "UserTokens.java").read_text().split("\n\n", 1)[1]


@pytest.mark.parametrize("algorithm", ["ES256", "HS256"])
def test_a_token_is_for_its_user_and_its_policies(tmp_path, classes, algorithm):
    keys = tmp_path / "jwks.json"
    keys.touch(mode=0o600)
    token, other = run("java", "-cp", str(classes), "shop.SignTokens", algorithm, str(keys), "42", "9223372036854775807").split()
    with Server(tmp_path / "data", "--jwt-keys", str(keys), *RULES) as server:
        for policy in (7, 8):
            server.create_policy(policy, 10)

        def ask(path, body, bearer):
            method = "POST" if body is not None else "GET"
            return server.call(method, path, body, headers={"Authorization": f"Bearer {bearer}"})

        status, answer = ask("/v1/policies/7/coupons", {}, token)
        assert (status, answer["userId"], answer["sequence"]) == (201, 42, 1)
        status, answer = ask("/v1/policies/7/coupons", {"userId": 9223372036854775807}, other)
        assert (status, answer["userId"], answer["sequence"]) == (201, 9223372036854775807, 2)
        assert ask("/v1/policies/7/coupons", {"userId": 43}, token)[0] == 403
        assert ask("/v1/policies/8/coupons", {}, token)[0] == 403
        assert [row["policyId"] for row in ask("/v1/users/me/coupons", None, token)[1]["coupons"]] == [7]
        assert ask("/v1/users/9223372036854775807/coupons", None, token)[0] == 403
        signature = token.rpartition(".")[2]
        assert ask("/v1/policies/7/coupons", {}, other.rpartition(".")[0] + "." + signature)[0] == 401
