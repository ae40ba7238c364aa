"""Mistakes of operators are reported with clear messages."""

import subprocess

from confluent_kafka.admin import NewTopic
from workload import POLICIES, check_tickets, workload, create
from server import run
from servers import Place, eventually, metric, wait_until_saved

NOWHERE = ("--listen", "127.0.0.1:0", "--admin-listen", "127.0.0.1:0")


def refused(place, *flags, user="firstcome"):
    """The reason why serve does not start."""
    code, out, err = run("serve", *place.topics, "--store", place.store(user), *NOWHERE, *flags)
    assert (code, out) == (1, ""), (code, out, err)
    return err


def test_missing_topics_and_tables_are_named_with_the_command_that_creates_them(servers, place, tmp_path):
    nothing = Place(servers, "nothing-is-here", tmp_path)
    assert "firstcome topic create" in refused(nothing)
    nothing.must("topic", "create", *nothing.topics)
    assert 'database "nothing-is-here" does not exist' in refused(nothing)
    nothing.make_database()
    assert "firstcome store migrate" in refused(nothing)

    first = refused(place, "--role", "edge")
    assert "issuer" in first, first


def test_topics_that_break_a_promise_are_refused_with_the_setting_and_the_remedy(servers, tmp_path):
    place = Place(servers, "made-by-hand", tmp_path)
    place.make_database()
    place.must("store", "migrate", "--store", place.store())
    wrong = {"message.timestamp.type": "CreateTime", "min.insync.replicas": "1", "cleanup.policy": "compact"}
    made = servers.admin.create_topics([NewTopic(place.name, 3, 3, config=wrong)])
    made[place.name].result()
    output = refused(place)
    for setting in wrong:
        assert setting in output, (setting, output)
    assert "kafka-configs" in output, output


def test_serve_creates_topics_and_reads_properties_from_a_file(servers, tmp_path):
    place = Place(servers, "made-by-serve", tmp_path)
    place.make_database()
    place.must("store", "migrate", "--store", place.store())
    properties = tmp_path / "kafka.properties"
    properties.write_text("# secrets\nclient.id=from-a-file\n")
    node = place.node("all", "--create-topics", "--kafka-config", str(properties))
    assert sorted(servers.partitions(place.name)) == [0, 1, 2]
    node.stop()
    properties.write_text("acks=1\n")
    assert "'acks' must be all" in refused(place, "--kafka-config", str(properties))
    properties.write_text("no.such.property=1\n")
    assert "no property 'no.such.property'" in refused(place, "--kafka-config", str(properties))


def test_a_recreated_topic_stops_the_nodes_and_nothing_is_decided(servers, place, clients, chance):
    place.issuer()
    edge = place.edge()
    create(clients, edge)
    clients.burst(edge.users, workload(chance, users=20), connections=8)
    place.stop()
    before = place.sql("SELECT count(*), max(sequence) FROM firstcome.coupon")
    servers.admin.delete_topics([place.name])[place.name].result()
    eventually(lambda: place.name not in servers.admin.list_topics(timeout=10).topics, "it is gone")
    place.must("topic", "create", *place.topics)
    for role in ("edge", "issuer"):
        output = refused(place, "--role", role)
        assert "This is not the journal that the store has followed" in output, output
    assert place.sql("SELECT count(*), max(sequence) FROM firstcome.coupon") == before


def test_only_the_partition_whose_unsaved_records_were_removed_stops(servers, place, clients, chance, tmp_path):
    place.issuer()
    edge = place.edge()
    create(clients, edge)
    homes = place.homes(POLICIES)
    lost = homes[1]
    wait_until_saved(edge)
    place.stop()
    after = place.produce(lost, b'{"userId":1,"policyId":1,"sequenceNumber":1}') + 1
    servers.remove_records(place.name, lost, after, tmp_path)
    issuer, edge = place.issuer(), place.edge()
    for node in (issuer, edge):
        node.wait_for(f"partition {lost} (has STOPPED on this node|is HALTED): ")
    requests = clients.burst(edge.users, workload(chance, users=20), connections=8)
    assert {r.status for r in requests if homes[r.policy] == lost} == {503}
    assert {r.status for r in requests if homes[r.policy] != lost} == {201}
    for partition in set(homes.values()) - {lost}:
        eventually(lambda: metric(issuer, f'firstcome_save_lag_records{{partition="{partition}"}}') == 0, "it is saved")
    held = place.sql("SELECT count(*) FROM firstcome.coupon")
    assert int(held) == len([r for r in requests if r.status == 201])


def test_the_store_of_another_journal_is_refused(servers, place, tmp_path):
    place.issuer().stop()
    other = Place(servers, "of-another-journal", tmp_path)
    other.must("topic", "create", *other.topics)
    code, _, err = run("serve", *other.topics, "--store", place.store(), *NOWHERE)
    assert code == 1 and "but this journal is" in err, err


def test_an_edge_may_only_read_and_an_issuer_may_only_write(servers, place, clients, chance):
    place.grant_roles()
    issuer = place.issuer(user="an_issuer")
    edges = [place.edge(user="an_edge"), place.edge(user="an_edge")]
    create(clients, edges[0])
    clients.burst([edge.users for edge in edges], workload(chance, users=200), connections=32)
    wait_until_saved(edges[0])
    check_tickets(clients, edges, chance, most=20)
    issuer.stop()

    # An issuer with an edge's role does not start, and nothing is lost meanwhile.
    clients.burst(edges[0].users, workload(chance, users=20, first=201), connections=8)
    output = refused(place, "--role", "issuer", user="an_edge")
    assert "role an_edge may not INSERT coupon" in output and "grants.sql" in output, output
    place.issuer(user="an_issuer")
    wait_until_saved(edges[0])
    place.stop()
    place.judge(clients, "--at-rest")

    denied = subprocess.run(["psql", "-X", "-c", "DELETE FROM firstcome.coupon", place.store("an_issuer")],
                            capture_output=True, text=True, check=False)
    assert "permission denied" in denied.stderr, denied
