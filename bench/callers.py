"""What credentials cost: winners with a key, and with a user token that the edge has verified before, against winners without a
credential. One server for each, with one edge thread; every request wins a coupon.
"""

import base64
import hashlib
import hmac
import json
import pathlib
import re
import statistics
import subprocess
import sys
import tempfile
import time

from figures import Figure
from machine import ROOT, Server, call

LUA = ROOT / "bench" / "callers.lua"
PORT = 19180
USERS = 20_000  # fewer than a worker's cache of verified tokens holds
FIRST = 100_000_000
CONNECTIONS = 256
WARM = 1  # the first of the policies that every user asks for before the measurement, so that tokens are verified


def base64url(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def token(secret, user, expires):
    text = base64url(b'{"alg":"HS256","kid":"bench"}') + "." + base64url(json.dumps({"sub": str(user), "exp": expires}).encode())
    return text + "." + base64url(hmac.new(secret, text.encode(), hashlib.sha256).digest())


def private(path, text):
    path.touch(0o600)
    path.write_text(text)
    return path


class Credentials:
    """The files of a server with keys and user tokens, and of its callers."""

    def __init__(self, binary, folder):
        secret = b"0123456789abcdef0123456789abcdef"
        self.keys = folder / "keys.toml"
        key = subprocess.run([binary, "key", "new", "--name", "shop", "--scopes", "issue,read,admin", "--keys-file", self.keys],
                             capture_output=True, text=True, check=True).stdout
        self.key = private(folder / "shop.key", key)
        jwk = {"kty": "oct", "kid": "bench", "alg": "HS256", "k": base64url(secret)}
        self.jwks = private(folder / "jwks.json", json.dumps({"keys": [jwk]}))
        expires = int(time.time()) + 3600
        self.tokens = private(folder / "tokens", "".join(token(secret, FIRST + user, expires) + "\n" for user in range(USERS)))
        self.flags = ("--keys-file", self.keys, "--jwt-keys", self.jwks)


def create_policies(server, first, count, key=None):
    headers = {"Authorization": f"Bearer {key.read_text().strip()}"} if key else {}
    for number in range(first, first + count):
        call("POST", f"{server.admin}/v1/policies", {"id": number, "name": f"policy {number}", "maxCount": USERS}, headers)


def wins(server, policy, credentials, seconds):
    """Winners per second."""
    command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "-s", str(LUA), server.users, "--",
               str(policy), str(FIRST), str(USERS), str(credentials)]
    output = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    if "Socket errors" in output or "Non-2xx" in output:
        sys.exit(f"not every request won: {output}")
    return float(re.search(r"Requests/sec:\s+([\d.]+)", output)[1])


def run(settings):
    with tempfile.TemporaryDirectory(prefix="firstcome-bench-") as name:
        given = Credentials(settings.binary, pathlib.Path(name))
        flags = ("--threads", "1", "--press-rate", "0")
        policies = 10 * settings.seconds  # more than a run reaches
        with Server(settings.binary, PORT, *flags) as none, Server(settings.binary, PORT + 2, *flags, *given.flags) as keyed:
            cases = {"none": (none, "-", None, 1_000), "key": (keyed, given.key, given.key, 1_000),
                     "token": (keyed, given.tokens, given.key, 500_000)}
            create_policies(none, WARM, policies)
            create_policies(keyed, WARM, policies, given.key)
            for server, sent, _, _ in cases.values():
                wins(server, WARM, sent, settings.seconds)
            rates = {name: [] for name in cases}
            for number in range(settings.rounds):
                for case, (server, sent, key, first) in cases.items():
                    policy = first + number * policies
                    create_policies(server, policy, policies, key)
                    server.settle()
                    rates[case].append(wins(server, policy, sent, settings.seconds))
                print(f"round {number + 1} of {settings.rounds}: " +
                      ", ".join(f"{case} {values[-1]:,.0f}/s" for case, values in rates.items()), file=sys.stderr)
    figures = [Figure(f"winners with {words} / without a credential", [a / b for a, b in zip(rates[case], rates["none"])], 0.95,
                      rates={f"{one}, answers/s": statistics.median(rates[one]) for one in (case, "none")})
               for case, words in (("key", "a key"), ("token", "a cached token"))]
    return figures, {"rates": rates}
