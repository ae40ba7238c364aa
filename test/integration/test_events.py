"""Events of coupons and policies, while publishers fail."""

from confluent_kafka import Producer
from confluent_kafka.admin import ConfigResource
from workload import POLICIES, STOCK, workload, create
from events import STOCK_TYPES, read_all_events, read_events, saved_events
from server import DEADLINE
from servers import ROOT, eventually, metric, owned, samples, wait_until_saved
from spring import Program


def set_events_config(servers, place, **settings):
    names = {name.replace("_", "."): str(value) for name, value in settings.items()}
    changed = ConfigResource(ConfigResource.Type.TOPIC, place.events, set_config=names)
    servers.admin.alter_configs([changed])[changed].result()


def events_flow(issuer, coupons):
    """The created policies have events, too."""
    wanted = coupons + len(POLICIES)
    eventually(lambda: metric(issuer, "firstcome_events_published_total") == wanted, "events flow")


def test_a_spring_listener_gets_every_coupon_once_and_in_order_while_publishers_are_killed(servers, place, clients, chance):
    owner = place.issuer()
    edge = place.edge()
    create(clients, edge)
    other = place.issuer()
    eventually(lambda: owned(owner) > 0 and owned(other) > 0, "they share the partitions")

    def kill_while_it_publishes(count):
        if count == 1_000:
            eventually(lambda: metric(owner, "firstcome_events_published_total") > len(POLICIES), "it publishes")
            owner.kill()

    with Program("Coupons", servers.bootstrap, place.events) as shop:
        clients.burst(edge.users, workload(chance), connections=64, after_answer=kill_while_it_publishes)
        stock = dict(one.split("=") for one in shop.command(STOCK * len(POLICIES)).split())
    assert stock == {str(policy): ",".join(map(str, range(1, STOCK + 1))) for policy in POLICIES}
    wait_until_saved(edge)
    place.stop()
    place.judge(clients, "--at-rest")


def test_a_spring_listener_knows_what_happened_to_coupons_while_publishers_are_killed(servers, place, clients, chance):
    owner = place.issuer()
    edge = place.edge()
    policy = POLICIES[0]
    create(clients, edge, stock=40)
    other = place.issuer()
    eventually(lambda: owned(owner) > 0 and owned(other) > 0, "they share the partitions")
    clients.burst(edge.users, workload(chance, users=100), connections=32)
    eventually(lambda: stock_types(place, policy) == [STOCK_TYPES[0]], "it is reported as sold out")

    def give(sequence, verb, reference, **more):
        body = {"reference": reference, **more}
        status, answer = edge.call("POST", f"/v1/policies/{policy}/coupons/{sequence}/{verb}", body, admin=True)
        assert status == 200, answer

    for sequence in range(1, 41):
        give(sequence, "reserve", f"order-{sequence}", holdFor="PT10M")
        give(sequence, "use", f"order-{sequence}")
        if sequence == 20:
            owner.kill()
    for sequence in range(1, 11):
        give(sequence, "restore", f"order-{sequence}")
    for sequence in range(6, 16):
        if sequence > 10:
            give(sequence, "restore", f"order-{sequence}")
        give(sequence, "cancel", f"gone-{sequence}")
    wait_until_saved(edge)
    changes = 40 + 10 + 5 + 10
    with Program("Coupons", servers.bootstrap, place.events) as shop:
        found = dict(one.split("=") for one in shop.command(40 * len(POLICIES) + changes).split())
    expected = [f"{sequence}" if sequence <= 5 else f"{sequence}-cancelled" if sequence <= 15 else f"{sequence}-used"
                for sequence in range(1, 41)]
    assert found[str(policy)] == ",".join(expected)
    eventually(lambda: stock_types(place, policy) == [*STOCK_TYPES], "it has coupons again")
    place.stop()
    place.judge(clients, "--at-rest")
    assert len(saved_events(place)[policy]) == 1 + 40 + changes


def stock_types(place, policy):
    """Without repeats, which may have other ids: the publisher that was killed may have reported it before."""
    types = [kind for _, kind, _ in read_all_events(place)[policy] if kind in STOCK_TYPES]
    return list(dict.fromkeys(types))


def test_a_frozen_topic_of_events_delays_only_the_events(servers, place, clients, chance):
    issuer, edge = place.issuer(), place.edge()
    create(clients, edge)
    clients.burst(edge.users, workload(chance, POLICIES[:1], users=20), connections=8)
    events_flow(issuer, 20)
    set_events_config(servers, place, max_message_bytes=1)

    def refused():
        """Publishes events again, because brokers apply a setting only after a while."""
        place.sql("DELETE FROM firstcome.event_position")
        return samples(issuer, "firstcome_event_errors_total") > 0

    eventually(refused, "the topic takes no event")
    clients.burst(edge.users, workload(chance), connections=64)
    assert all(r.status in (200, 201, 409) for r in clients.requests), "a caller got no final answer"
    wait_until_saved(edge)
    eventually(lambda: metric(issuer, "firstcome_events_unpublished") >= STOCK, "events wait")
    assert samples(issuer, "firstcome_store_errors_total") == 0
    set_events_config(servers, place, max_message_bytes=1 << 20)
    eventually(lambda: metric(issuer, "firstcome_events_unpublished") == 0, "events are published")
    place.stop()
    place.judge(clients, "--at-rest")


def test_a_deleted_topic_of_events_is_reported_and_filled_after_it_is_recreated(
        servers, place, clients, chance):
    issuer, edge = place.issuer(), place.edge()
    create(clients, edge)
    clients.burst(edge.users, workload(chance, POLICIES[:1], users=20), connections=8)
    events_flow(issuer, 20)
    servers.admin.delete_topics([place.events])[place.events].result()
    eventually(lambda: place.events not in servers.admin.list_topics(timeout=10).topics, "it is gone")
    issuer.stop()
    again = place.must_not("serve", *place.topics, "--store", place.store(), "--admin-listen", "127.0.0.1:0")
    assert place.events in again and "firstcome topic create" in again and "--events none" in again, again

    silent = place.issuer("--events", "none")
    clients.burst(edge.users, workload(chance, users=50, first=21), connections=16)
    wait_until_saved(edge)
    silent.stop()
    place.must("topic", "create", *place.topics)
    issuer = place.issuer()
    eventually(lambda: metric(issuer, "firstcome_events_published_total") == 50 * len(POLICIES), "the missed events are published")
    place.stop()
    published = {policy: [one for one, _ in events] for policy, events in read_events(place).items()}
    assert {policy: len(set(ids)) for policy, ids in published.items()} == dict.fromkeys(POLICIES, 50)
    # As in the guide.
    place.sql("DELETE FROM firstcome.event_position")
    place.issuer()
    eventually(lambda: len(read_events(place)[1]) == 50 + 70, "all events are published again")
    place.stop()
    place.judge(clients)


def test_an_issuer_refuses_a_topic_that_has_events_of_another_installation(servers, place, clients, chance):
    issuer, edge = place.issuer(), place.edge()
    create(clients, edge)
    clients.burst(edge.users, workload(chance, POLICIES[:1], users=20), connections=8)
    events_flow(issuer, 20)
    issuer.stop()
    issuer = place.issuer()  # its own events do not count as those of another installation
    issuer.stop()
    producer = Producer({"bootstrap.servers": servers.bootstrap, "log_level": 0})
    producer.produce(place.events, key="1", value=b"{}", headers={"ce_installation": "0123456789abcdef"})
    assert producer.flush(DEADLINE) == 0
    refused = place.must_not("serve", *place.topics, "--store", place.store(), "--role", "issuer", "--admin-listen", "127.0.0.1:0")
    assert "events of another installation (0123456789abcdef" in refused and "--events" in refused, refused
    place.issuer("--events", "none").stop()
    edge.stop()


def test_the_guide_shows_the_tested_listener():
    guide = (ROOT / "docs" / "guide" / "events.md").read_text()
    for name in ("CouponEvent", "Wallets", "CouponListener", "CouponListening"):
        path = f"test/spring/src/main/java/shop/{name}.java"
        assert f"](../../{path})" in guide, name
    listener = (ROOT / "test/spring/src/main/java/shop/CouponListener.java").read_text()
    assert f"```java\n{listener.split(chr(10) * 2, 1)[1]}```" in guide
