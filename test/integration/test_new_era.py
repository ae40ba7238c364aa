"""The old journal is lost permanently; the store continues with another one."""

import subprocess

from workload import STOCK, workload, create, sell_out
from server import BINARY, DEADLINE, clean_environment
from servers import eventually, ready, unsaved, wait_until_saved

POLICY = 1
HELD = "LOCK TABLE firstcome.journal_position IN SHARE MODE"  # no node saves


def tickets(clients):
    return {r.body["ticket"]: r.body["result"] for r in clients.requests if r.body and "ticket" in r.body}


def results(edge, asked):
    """The edge's answer for each ticket; None: 410."""
    found = {}
    for ticket in asked:
        status, answer = edge.call("GET", f"/v1/requests/{ticket}")
        found[ticket] = answer["result"] if status == 200 else None
        assert status in (200, 410), answer
    return found


def restart_nodes(place):
    """Nodes with the new journal."""
    place.journal += "-2"
    return place.issuer(), place.edge()


def new_journal(place):
    journal = f"{place.journal}-2"
    place.must("topic", "create", "--journal", journal, "--events", place.events)
    return journal


def judge(place, edge, clients):
    sell_out(clients, edge, (POLICY,))
    wait_until_saved(edge)
    place.stop()
    assert place.sql(f"SELECT count(*), max(sequence), count(DISTINCT user_id) FROM firstcome.coupon WHERE policy_id = {POLICY}") \
        == f"{STOCK}|{STOCK}|{STOCK}"
    place.must("audit", *place.flags)


def test_running_nodes_save_their_tails_before_they_stop_for_a_new_era(place, clients, chance):
    issuer, edge = place.issuer(), place.edge()
    create(clients, edge, (POLICY,), STOCK)
    clients.burst(edge.users, workload(chance, (POLICY,), users=20), connections=8)
    wait_until_saved(edge)
    journal = new_journal(place)
    begin = [BINARY, "store", "new-era", "--journal", journal, "--store", place.store(),
             "--node", f"http://{edge.admin}", "--node", f"http://{issuer.admin}"]
    with place.held(HELD):
        clients.burst(edge.users, workload(chance, (POLICY,), users=20, first=21), connections=8)
        assert unsaved(edge) > 0
        beginning = subprocess.Popen(begin, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=clean_environment())
        assert "records are saved" in beginning.stderr.readline()
    out, err = beginning.communicate(timeout=DEADLINE)
    assert beginning.returncode == 0 and "era 2 has begun" in out, (out, err)

    eventually(lambda: not ready(edge), "the old edge stops")
    edge.wait_for("the store is in era 2")
    assert edge.call("POST", f"/v1/policies/{POLICY}/coupons", {"userId": 99})[0] == 503
    for node in (edge, issuer):
        node.terminate()
        node.wait()
    again = place.must_not("store", "new-era", "--journal", journal, "--store", place.store(), "--accept-loss")
    assert "already follows this journal, in era 2" in again, again
    _, edge = restart_nodes(place)
    assert results(edge, tickets(clients)) == tickets(clients)
    judge(place, edge, clients)


def test_without_a_running_node_unsaved_coupons_are_lost_and_their_tickets_are_gone(place, clients, chance):
    issuer, edge = place.issuer(), place.edge()
    create(clients, edge, (POLICY,), STOCK)
    clients.burst(edge.users, workload(chance, (POLICY,), users=20), connections=8)
    wait_until_saved(edge)
    saved = tickets(clients)
    with place.held(HELD):
        clients.burst(edge.users, workload(chance, (POLICY,), users=20, first=21), connections=8)
        for node in (issuer, edge):
            node.kill()
    journal = new_journal(place)
    code_and_words = place.must("store", "new-era", "--journal", journal, "--store", place.store(), "--accept-loss")
    assert "era 1 ended at offset" in code_and_words, code_and_words
    _, edge = restart_nodes(place)
    expected = {ticket: saved.get(ticket) for ticket in tickets(clients)}
    assert None in expected.values() and results(edge, tickets(clients)) == expected
    status, answer = edge.call("POST", f"/v1/policies/{POLICY}/coupons", {"userId": 40})
    assert status == 201 and answer["sequence"] == 21, "it continues after the last saved coupon"
    judge(place, edge, clients)
