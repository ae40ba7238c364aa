"""`firstcome explain`: the history of one user's requests, by names and by ticket."""

import json
import re

import pytest
from clients import Clients, Request
from server import Server, run

POLICY, STOCK = 7, 3


@pytest.fixture(name="shop", scope="module")
def fixture_shop(tmp_path_factory):
    """(data folder, user → answer). Requests one after the other: users 1 to 10, then 2 again."""
    folder = tmp_path_factory.mktemp("shop") / "data"
    clients = Clients()
    with Server(folder) as server:
        server.create_policy(POLICY, STOCK)
        # In the first moments there are no early refusals: every answer has a ticket.
        for user in [*range(1, 11), 2]:
            clients.burst(server.users, [Request(POLICY, user)], connections=1)
        server.stop()
    return folder, clients.requests


def explain(folder, *words):
    code, out, err = run("explain", "--data", str(folder), *words)
    assert (code, err) == (0, ""), (out, err)
    return out


def test_explains_a_winner(shop):
    folder, _ = shop
    out = explain(folder, "--policy", "7", "--user", "2")
    assert "user 2 and policy 7 'Policy 7', whose home is partition" in out
    assert "the policy was created, name 'Policy 7', maxCount 3" in out
    assert re.search(r"offset 2 +the 2nd request for policy 7 \(requestedAt \d{4}-.*Z\): SUCCESS, this request got coupon 2 of 3", out)
    assert "user 2 holds coupon 2 of policy 7." in out
    assert "Early refusals" in out and "not in the journal" in out


def test_explains_a_loser_by_ticket(shop):
    folder, requests = shop
    loser = next((r for r in requests if r.result == "SOLD_OUT" and "ticket" in r.body), None)
    if loser is None:  # all of them were refused early, and the output shows it
        code, out, err = run("explain", "--data", str(folder), "--policy", "7", "--user", "10")
        assert (code, out) == (1, "") and "Early refusals" in err, err
        return
    out = explain(folder, "--ticket", loser.body["ticket"])
    assert re.search(r"SOLD_OUT, coupon 3 of 3 was issued at offset 3, \d+ ms earlier; \d+ requests? too late  <- the ticket", out), out
    assert f"user {loser.user} holds no coupon of policy 7." in out


def test_a_winners_ticket_as_json(shop):
    folder, requests = shop
    story = json.loads(explain(folder, "--ticket", requests[0].body["ticket"], "--json"))
    assert (story["userId"], story["policyId"], story["holds"]["sequence"]) == (1, 7, 1)
    asked_for = [event for event in story["events"] if event.get("ticket")]
    assert [(event["result"], event["sequence"], event["arrival"]) for event in asked_for] == [("SUCCESS", 1, 1)]
    assert story["holds"]["issuedAt"] == requests[0].body["issuedAt"]


def test_a_forged_ticket_is_reported(shop):
    folder, requests = shop
    ticket = requests[0].body["ticket"]
    forged = ticket[:20] + ("A" if ticket[20] != "A" else "B") + ticket[21:]
    for text in (forged, "nonsense"):
        code, out, err = run("explain", "--data", str(folder), "--ticket", text)
        assert (code, out) == (1, "") and "forged" in err, err


def test_a_ticket_of_other_data_is_reported(shop, tmp_path):
    with Server(tmp_path) as server:
        server.create_policy(POLICY, STOCK)
        server.stop()
    code, out, err = run("explain", "--data", str(tmp_path), "--ticket", shop[1][0].body["ticket"])
    assert (code, out) == (1, "") and "another data folder" in err, err


def test_while_a_server_runs(tmp_path):
    clients = Clients()
    with Server(tmp_path) as server:
        server.create_policy(POLICY, STOCK)
        clients.burst(server.users, [Request(POLICY, 42)], connections=1)
        assert "user 42 holds coupon 1 of policy 7." in explain(tmp_path, "--policy", "7", "--user", "42")
        server.stop()


@pytest.mark.parametrize("words, code, expected", [
    (("--policy", "8", "--user", "1"), 1, "policy 8 does not exist"),
    (("--policy", "7", "--user", "4711"), 1, "user 4711 has no request for policy 7 in the journal"),
    (("--policy", "7"), 2, "--policy and --user are required, or --ticket alone"),
    (("--policy", "7", "--user", "1", "--ticket", "x"), 2, "--policy and --user are required, or --ticket alone"),
    (("--policy", "seven", "--user", "1"), 2, "not a whole number"),
    (("--policy", "7", "--user", "1", "--data", "/nowhere"), 2, "no such folder"),
])
def test_a_request_without_a_record_is_reported(shop, words, code, expected):
    folder, _ = shop
    data = () if "--data" in words else ("--data", str(folder))
    exit_code, out, err = run("explain", *words, *data)
    assert (exit_code, out) == (code, "") and expected in err, err
