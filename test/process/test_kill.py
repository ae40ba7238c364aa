"""kill -9 at random moments of a burst; the promises are verified by the answers that the clients recorded."""

import os
import random

from clients import Clients, Request
from server import Server

KILLS = 20
KILLS_A_POLICY = 5
STOCK, USERS = 1_000, 2_500
BURST = 700  # maximum number of requests between two kills


def burst_until_killed(chance, clients, server, policy):
    kill_after = chance.randrange(1, BURST - 100)

    def after_answer(count):
        if count == kill_after:
            server.kill()

    requests = [Request(policy, chance.randrange(1, USERS + 1)) for _ in range(BURST)]
    clients.burst(server.users, requests, connections=chance.choice([8, 64, 128]), after_answer=after_answer)


def ask_again(clients, server, requests):
    """Every ticket, and every winner's second request: no answer may have changed."""
    for request in requests:
        ticket = request.body.get("ticket")
        if ticket:
            clients.ticket(server, ticket)
    winners = [Request(r.policy, r.user) for r in requests if r.result == "SUCCESS"]
    clients.burst(server.users, winners, connections=16)


def fill_up(clients, server, policy):
    """The remaining coupons go to new users, until the policy is sold out."""
    sent = clients.burst(server.users, [Request(policy, USERS + n) for n in range(1, STOCK + 2)], connections=32)
    assert sent[-1].result == "SOLD_OUT" or any(r.result == "SOLD_OUT" for r in sent)


def test_answers_stay_true_over_twenty_kills(tmp_path):
    seed = int(os.environ.get("SEED", "0")) or random.SystemRandom().randrange(1, 2**32)
    print(f"seed {seed}; again: SEED={seed}")
    chance = random.Random(seed)
    clients = Clients()
    server = Server(tmp_path)
    try:
        for life in range(KILLS):
            policy = 1 + life // KILLS_A_POLICY
            if life % KILLS_A_POLICY == 0:
                clients.create_policy(server, policy, STOCK)
            before = len(clients.requests)
            burst_until_killed(chance, clients, server, policy)
            server = Server(tmp_path)

            answered = [r for r in clients.requests if r.body is not None]
            new = [r for r in clients.requests[before:] if r.body is not None]
            old = chance.sample(answered, min(50, len(answered)))
            ask_again(clients, server, new + old)
            clients.check(tmp_path)
            if life % KILLS_A_POLICY == KILLS_A_POLICY - 1:
                fill_up(clients, server, policy)
                assert server.policy(policy)["issuedCount"] == STOCK
        server.stop()
    finally:
        server.__exit__()

    unanswered = [r for r in clients.requests if r.body is None]
    assert unanswered, "no kill happened during a request"
    clients.check(tmp_path, "--at-rest")
