"""The commands that read or repair data on servers, while nodes run."""

import json
import re
import threading

from confluent_kafka.admin import ConfigResource
from workload import POLICIES, check_tickets, workload, create
from server import clean_environment, run, run_into
from servers import Place, eventually, ready, wait_until_saved


def wrong(*words):
    code, out, err = run(*words)
    assert code == 1, (words, out, err)
    return out + err


def test_audit_and_explain_while_nodes_run(place, clients, chance):
    place.issuer()
    edges = [place.edge(), place.edge()]
    create(clients, edges[0])
    at_work = threading.Thread(target=clients.burst, args=([edge.users for edge in edges], workload(chance, users=1_500)),
                               kwargs={"connections": 16})
    at_work.start()
    audits = [json.loads(place.must("audit", *place.flags, "--json")) for _ in range(3)]
    at_work.join()
    assert all(one["clean"] for one in audits), audits

    won = next(one for one in clients.requests if one.result == "SUCCESS")
    explained = json.loads(place.must("explain", *place.flags, "--policy", str(won.policy), "--user", str(won.user), "--json"))
    assert explained["holds"]["sequence"] == won.body["sequence"], explained
    by_ticket = json.loads(place.must("explain", *place.flags, "--ticket", won.body["ticket"], "--json"))
    assert [one["result"] for one in by_ticket["events"] if one.get("ticket")] == ["SUCCESS"], by_ticket
    place.stop()
    place.judge(clients, "--at-rest")


def test_bench_uses_two_edges_and_check_judges_its_history_with_the_servers(place, tmp_path):
    place.issuer()
    edges = [place.edge(), place.edge()]
    history = tmp_path / "history.jsonl"
    place.must("bench", "--server", ",".join(f"http://{edge.users}" for edge in edges), "--admin",
               f"http://{edges[0].admin}", "--max-count", "300", "--users", "1000", "--requests", "2000", "--twice", "10%",
               "--connections", "32", "--history", str(history))
    wait_until_saved(edges[0])
    place.must("check", str(history), *place.flags)
    place.stop()
    place.must("check", str(history), *place.flags, "--at-rest")
    place.must("audit", *place.flags)


def test_a_journal_and_a_store_of_different_data_are_distinguished(servers, place, tmp_path):
    place.issuer().stop()
    other = Place(servers, "of-other-data", tmp_path)
    other.must("topic", "create", *other.topics)
    mixed = ("--journal", other.journal, "--store", place.store())
    assert "but this journal is" in wrong("audit", *mixed)
    assert "but this journal is" in wrong("explain", *mixed, "--policy", "1", "--user", "1")


def test_a_halt_is_shown_and_lifted(place, clients, chance):
    place.issuer()
    edge = place.edge()
    create(clients, edge)
    clients.burst(edge.users, workload(chance, users=50), connections=16)
    wait_until_saved(edge)
    partition = str(place.homes(POLICIES)[POLICIES[0]])
    store = ("--store", place.store())
    assert f"partition {partition} is not halted" in wrong("store", "unhalt", *store, "--partition", partition)
    assert "the store has no partition 9" in wrong("store", "unhalt", *store, "--partition", "9")

    place.sql(f"UPDATE firstcome.journal_position SET halted_reason = 'as a test' WHERE partition = {partition}")
    edge.wait_for(f"partition {partition} is HALTED: as a test")
    def unanswered():
        return [(str(one["partition"]), one.get("reason")) for one in json.loads(edge.text("/readyz")[1])["partitions"]
                if not one["answers"]]

    eventually(lambda: unanswered() == [(partition, "as a test")], unanswered)
    assert ready(edge), "the other partitions can be answered"
    positions = json.loads(wrong("store", "check", *store, "--json"))["positions"]
    assert [str(one["partition"]) for one in positions if one["haltedReason"] == "as a test"] == [partition]
    assert "was halted: as a test" in place.must("store", "unhalt", *store, "--partition", partition)
    eventually(lambda: unanswered() == [], "every partition is answered again")
    place.must("store", "check", *store)
    clients.burst(edge.users, workload(chance, users=50, first=51), connections=16)
    place.stop()
    place.judge(clients, "--at-rest")


def test_manually_changed_rows_are_decided_again_from_the_journal(place, clients, chance):
    issuer, edge = place.issuer(), place.edge()
    create(clients, edge)
    clients.burst(edge.users, workload(chance, users=50), connections=16)
    wait_until_saved(edge)
    partition = str(place.homes(POLICIES)[POLICIES[0]])
    issuer.stop()
    place.sql(f"UPDATE firstcome.coupon SET user_id = 4711 WHERE policy_id = {POLICIES[0]} AND sequence = 2")
    place.issuer().wait_for("do not add up to the hash")
    edge.wait_for(f"partition {partition} is HALTED")
    audited = wrong("audit", *place.flags)
    assert f"partition {partition}: the store is wrong: it was changed after it was saved" in audited, audited
    assert f"firstcome store unhalt --partition {partition} --trust journal" in audited, audited

    unhalt = ("store", "unhalt", "--partition", partition, "--store", place.store())
    assert "do not add up" in wrong(*unhalt)
    code, _, err = run(*unhalt, "--trust", "journal")
    assert code == 2 and "--journal kafka://" in err, err
    place.must(*unhalt, "--trust", "journal", "--journal", place.journal)
    eventually(lambda: {one["health"] for one in json.loads(edge.text("/readyz")[1])["partitions"]} == {"SERVING"},
               "every partition serves again")
    check_tickets(clients, [edge], chance)
    clients.burst(edge.users, workload(chance, users=50, first=51), connections=16)
    wait_until_saved(edge)
    place.must("store", "rebuild", *place.flags, "--yes")
    def whole():
        audited = json.loads(run("audit", *place.flags, "--json")[1])
        return audited["clean"] and all(one["notYetSaved"] == 0 for one in audited["partitions"])

    eventually(whole, "the journal is decided again and saved")
    place.stop()
    place.judge(clients, "--at-rest")


def test_topics_are_created_once_and_a_setting_that_breaks_a_promise_is_named(servers, place):
    journal = place.topics
    checked = place.must("topic", "check", *journal)
    assert "has the required settings" in checked
    assert "warning: brokers 1, 2, 3: broker.session.timeout.ms is 4000 and should be 1500 at most" in checked
    assert checked.endswith("no setting breaks a promise\n")
    assert place.must("topic", "create", *journal).count("already exists and is not changed") == 3
    place.must("topic", "create", *journal, "--partitions", "3", "--replication", "3")
    output = wrong("topic", "create", *journal, "--partitions", "7")
    assert output.count("is not changed: it has 3 partitions, but --partitions requests 7") == 3, output
    fewer = json.loads(run("topic", "create", *journal, "--json", env=clean_environment(FIRSTCOME_REPLICATION="1"))[1])
    assert not fewer["fine"] and all(not one["made"] and one["replication"] == 3 for one in fewer["topics"]), fewer
    assert all("FIRSTCOME_REPLICATION requests 1" in one["differences"][0] for one in fewer["topics"]), fewer
    assert place.must("topic", "check", *journal).count("has the required settings") == 3, "nothing was changed"
    for command in (("topic", "check", *journal), ("topic", "create", *journal), ("store", "migrate", "--store", place.store())):
        code, err = run_into("full", *command)
        assert code == 1 and "standard output cannot be written" in err, err

    # As older tools change a setting: all settings that are not named return to the brokers' defaults.
    changed = ConfigResource(ConfigResource.Type.TOPIC, place.name, set_config={"retention.ms": "-1"})
    servers.admin.alter_configs([changed])[changed].result()
    eventually(lambda: run("topic", "check", *journal)[0] == 1, "it is noticed")
    output = wrong("topic", "check", *journal)
    assert re.search(r"broken: .* min.insync.replicas is 1 .* --add-config min.insync.replicas=2", output), output
    assert "min.insync.replicas is 1" in wrong("topic", "create", *journal)
