"""The users of a test."""

from clients import Request

STOCK = 300
POLICIES = (1, 2, 3, 4, 5, 6)  # their homes are all three partitions


def workload(chance, policies=POLICIES, users=600, times=1, first=1):
    """Every user requests a coupon of every policy, in random order."""
    requests = [Request(policy, user) for policy in policies for user in range(first, first + users)
                for _ in range(times)]
    chance.shuffle(requests)
    return requests


def create(clients, edge, policies=POLICIES, stock=STOCK):
    for policy in policies:
        clients.create_policy(edge, policy, stock)


def check_tickets(clients, edges, chance, most=150):
    """Every edge returns for each ticket what the first answer was."""
    tickets = [r.body["ticket"] for r in clients.requests if r.body is not None and "ticket" in r.body]
    for ticket in chance.sample(tickets, min(most, len(tickets))):
        for edge in edges:
            clients.ticket(edge, ticket)


def sell_out(clients, edge, policies=POLICIES, stock=STOCK):
    """Remaining coupons go to other users; then each policy has issued exactly its stock."""
    for policy in policies:
        while edge.policy(policy)["issuedCount"] < stock:
            left = stock - edge.policy(policy)["issuedCount"]
            first = 1_000_000 + len(clients.requests)
            clients.burst(edge.users, [Request(policy, first + n) for n in range(left)], connections=8)
    for policy in policies:
        assert edge.policy(policy)["issuedCount"] == stock


def answered_after(requests, since, policies=POLICIES):
    """Milliseconds from `since` to the first final answer to a later request; None: there was none."""
    answered = [r.answered for r in requests if r.policy in policies and r.sent > since and r.status in (200, 201, 409)]
    return (min(answered) - since) // 1_000_000 if answered else None
