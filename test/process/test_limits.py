"""The limit of presses under load: one user who presses all the time gets 429, and 500 others behind the same address and the
same key get their coupons."""

import concurrent.futures
import http.client
import json
import threading
import time

from server import DEADLINE, Server, run

HONEST = 500
RATE, BURST = 5, 10  # the defaults of --press-rate and --press-burst


class Client:
    """A connection that stays open."""

    def __init__(self, server, key):
        self.connection = http.client.HTTPConnection(server.users, timeout=DEADLINE)
        self.headers = {"Content-Type": "application/json", "Authorization": f"Bearer {key}"}

    def press(self, user):
        self.connection.request("POST", "/v1/policies/1/coupons", json.dumps({"userId": user}), self.headers)
        answer = self.connection.getresponse()
        answer.read()
        return answer


def press_until(over, server, key, user):
    client = Client(server, key)
    answers = []
    while not over.is_set():
        answer = client.press(user)
        answers.append((answer.status, answer.headers))
    return answers


def press_once_each(server, key, users):
    client = Client(server, key)
    return [client.press(user).status for user in users]


def test_a_user_who_presses_all_the_time_delays_no_other(tmp_path):
    keys = tmp_path / "keys.toml"
    key = run("key", "new", "--name", "shop", "--scopes", "issue,admin", "--keys-file", str(keys))[1].strip()
    over = threading.Event()
    with Server(tmp_path / "data", "--keys-file", str(keys), "--press-rate", str(RATE)) as server, \
            concurrent.futures.ThreadPoolExecutor(12) as threads:
        body = {"id": 1, "name": "A", "maxCount": 10_000}
        assert server.call("POST", "/v1/policies", body, admin=True, headers={"Authorization": f"Bearer {key}"})[0] == 201
        began = time.monotonic()
        pressing = [threads.submit(press_until, over, server, key, 1) for _ in range(4)]
        honest = [threads.submit(press_once_each, server, key, range(2 + part, 2 + HONEST, 8)) for part in range(8)]
        won = [status for one in honest for status in one.result()]
        over.set()
        answers = [answer for one in pressing for answer in one.result()]
        seconds = time.monotonic() - began
        server.stop()
    assert won == [201] * HONEST
    allowed = [status for status, _ in answers if status != 429]
    assert allowed.count(201) == 1 and set(allowed) <= {200, 201}, allowed
    assert len(allowed) <= BURST + RATE * seconds + 1, (len(allowed), seconds)
    refused = [headers for status, headers in answers if status == 429]
    assert refused, len(answers)
    for headers in refused:
        assert int(headers["Retry-After"]) >= 1
        assert headers["RateLimit-Policy"] == f'"press";q={BURST};w={BURST // RATE}'
        assert headers["RateLimit"].startswith('"press";r=0;t=')
