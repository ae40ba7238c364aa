"""A coupon's life on servers: two edges decide the same, whatever races, and whichever node dies."""

import collections
import http.client
import json
import threading

from servers import eventually, wait_until_saved

POLICIES = (1, 2, 3)  # their homes are different partitions
STOCK = 40
ORDERS = 4
ATTEMPTS = 20


class Shop:
    """Sends commands of coupons, as an order service does: again after any answer that is not final."""

    def __init__(self, edges):
        self.edges = edges
        self.answers = []  # (policy, sequence, command, reference, result)

    def command(self, first_edge, policy, sequence, name, reference, **more):
        path = f"/v1/policies/{policy}/coupons/{sequence}/{name}"
        for attempt in range(ATTEMPTS):
            edge = self.edges[(first_edge + attempt) % len(self.edges)]
            try:
                status, answer = edge.call("POST", path, {"reference": reference, **more}, admin=True)
            except (OSError, http.client.HTTPException):
                continue  # the edge died: ask the other one
            if status < 500:
                self.answers.append((policy, sequence, name, reference, answer["result"]))
                return answer["result"]
        raise AssertionError(f"{path} got no answer")

    def results(self, name):
        """(policy, sequence) → reference → result of its last answer"""
        found = collections.defaultdict(dict)
        for policy, sequence, command, reference, result in self.answers:
            if command == name:
                found[policy, sequence][reference] = result
        return found


def issue_all(edges):
    for policy in POLICIES:
        edges[0].create_policy(policy, STOCK)
        for user in range(1, STOCK + 1):
            status, answer = edges[user % 2].call("POST", f"/v1/policies/{policy}/coupons", {"userId": user})
            assert status == 201, answer


def together(*calls):
    threads = [threading.Thread(target=call) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_one_order_uses_a_coupon_and_one_user_gets_the_place_that_came_back(place):
    issuer = place.issuer()
    edges = [place.edge(), place.edge()]
    issue_all(edges)
    shop = Shop(edges)
    newcomers = collections.Counter()

    def orders(number):
        """Every order tries to use every coupon, at its own edge; half of the coupons are cancelled meanwhile."""
        for sequence in range(1, STOCK + 1):
            for policy in POLICIES:
                shop.command(number % 2, policy, sequence, "use", f"order-{number}")

    def cancels():
        for sequence in range(2, STOCK + 1, 2):
            for policy in POLICIES:
                shop.command(sequence % 2, policy, sequence, "cancel", "given back", reason="too small")

    def arrivals():
        for user in range(1_000, 1_000 + STOCK):
            for policy in POLICIES:
                try:
                    _, answer = edges[0].call("POST", f"/v1/policies/{policy}/coupons", {"userId": user})
                except (OSError, http.client.HTTPException):
                    return
                newcomers[policy] += answer["result"] == "SUCCESS"

    def deaths():
        eventually(lambda: len(shop.answers) > 150, "commands were answered")
        issuer.kill()
        eventually(lambda: len(shop.answers) > 300, "commands are answered without an issuer")
        place.issuer()
        edges[0].kill()

    together(*(lambda number=number: orders(number) for number in range(ORDERS)), cancels, arrivals, deaths)

    uses, given_back = shop.results("use"), shop.results("cancel")
    for policy in POLICIES:
        for sequence in range(1, STOCK + 1):
            used = [reference for reference, result in uses[policy, sequence].items() if result in ("ACCEPTED", "UNCHANGED")]
            cancelled = given_back[policy, sequence].get("given back") in ("ACCEPTED", "UNCHANGED")
            assert len(used) + cancelled == 1, (policy, sequence, uses[policy, sequence], given_back[policy, sequence])
    wait_until_saved(edges[1])
    for policy in POLICIES:
        shown = edges[1].policy(policy)
        cancelled = sum(r.get("given back") in ("ACCEPTED", "UNCHANGED") for (p, _), r in given_back.items() if p == policy)
        assert shown["cancelledCount"] == cancelled, shown
        assert shown["usedCount"] == STOCK - cancelled, shown
        assert shown["activeCount"] <= STOCK and shown["issuedCount"] >= STOCK + newcomers[policy], (shown, newcomers)
        assert shown["issuedCount"] - shown["activeCount"] == cancelled, shown
    rows = place.sql("SELECT l.policy_id, l.sequence, l.state, count(*) FROM firstcome.coupon_life l "
                     "JOIN firstcome.coupon_change c USING (policy_id, sequence) GROUP BY 1, 2, 3")
    assert len(rows.split()) == len(POLICIES) * STOCK, "each coupon was touched, and has its history"
    place.stop()
    place.must("audit", *place.flags)


def test_a_hold_and_its_history_survive_a_restart(place):
    issuer = place.issuer()
    edge = place.edge()
    edge.create_policy(1, 5)
    assert edge.call("POST", "/v1/policies/1/coupons", {"userId": 42})[0] == 201
    shop = Shop([edge])
    assert shop.command(0, 1, 1, "reserve", "cart", holdFor="P1D") == "ACCEPTED"
    edge.kill()
    issuer.kill()
    place.issuer()
    again = Shop([place.edge()])
    assert again.command(0, 1, 1, "use", "another cart") == "RESERVED"
    assert again.command(0, 1, 1, "reserve", "cart", holdFor="P1D") == "ACCEPTED", "the holder extends it"
    assert again.command(0, 1, 1, "use", "cart") == "ACCEPTED"
    assert again.command(0, 1, 1, "use", "cart") == "UNCHANGED"
    assert again.command(0, 1, 1, "restore", "cart") == "ACCEPTED"
    assert again.command(0, 1, 1, "use", "cart") == "UNCHANGED", "its use was taken back"
    status, shown = again.edges[0].call("GET", "/v1/policies/1/coupons/1", admin=True)
    assert (status, shown["state"], shown["userId"]) == (200, "ISSUED", 42), shown
    place.stop()
    place.must("audit", *place.flags)


def test_an_export_on_servers_has_what_an_edge_answers(place, tmp_path):
    place.issuer()
    edge = place.edge()
    terms = {"id": 1, "name": "Noon", "maxCount": STOCK, "codes": "GENERATED", "codePrefix": "NOON", "validFor": "P30D"}
    assert edge.call("POST", "/v1/policies", terms, admin=True)[0] == 201
    for user in range(1, STOCK + 1):
        assert edge.call("POST", "/v1/policies/1/coupons", {"userId": user})[0] == 201
    shop = Shop([edge])
    for sequence, name, more in ((1, "use", {}), (2, "reserve", {"holdFor": "P1D"}), (3, "cancel", {"reason": "too small"})):
        assert shop.command(0, 1, sequence, name, f'order "{sequence}"', **more) == "ACCEPTED"
    wait_until_saved(edge)
    place.grant_roles()
    answers = edge.call("GET", "/v1/policies/1/coupons?limit=1000", admin=True)[1]["coupons"]
    words = ("coupons", "export", "--policy", "1", "--store", place.store("an_edge"))
    lines = [json.loads(line) for line in place.must(*words, "--format", "jsonl").splitlines()]
    assert lines == [{"policyId": 1, **answer} for answer in answers]
    file = tmp_path / "coupons.csv"
    assert place.must(*words, "--out", str(file)) == ""
    place.sql("CREATE TABLE exported (policy_id bigint, sequence bigint, user_id bigint, ordinal integer, code text, state text, "
              "reference text, held_until timestamptz, issued_at timestamptz, valid_from timestamptz, expires_at timestamptz)")
    place.sql(f"\\copy exported FROM '{file}' (FORMAT csv, HEADER)")
    assert place.sql("SELECT count(*) FROM exported e JOIN firstcome.coupon c USING (policy_id, sequence, user_id, issued_at)") == str(STOCK)
    assert place.sql("SELECT state, reference FROM exported WHERE sequence <= 3 ORDER BY sequence").splitlines() == \
        ['USED|order "1"', 'RESERVED|order "2"', 'CANCELLED|order "3"']
    assert "the store has no policy 99" in place.must_not("coupons", "export", "--policy", "99", "--store", place.store("an_edge"))
    place.stop()
