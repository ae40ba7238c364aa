"""docs/guide/orders.md: an order service uses each coupon once, whenever it dies."""

import re
from concurrent.futures import ThreadPoolExecutor

import pytest
from confluent_kafka import Consumer, TopicPartition
from events import judge_events
from orders import HeldAnswers, OrderService
from server import DEADLINE, run

from servers import ROOT, eventually

POLICY = 7
PROJECT = ROOT / "test" / "orders"
GUIDE = ROOT / "docs" / "guide" / "orders.md"
CLIENTS_GUIDE = ROOT / "docs" / "guide" / "clients.md"
USE = 2  # the number of the command in coupon_change
pytestmark = pytest.mark.timeout(600)  # the first one fetches Spring Boot and builds the starter


class Shop:
    """firstcome with a policy, one coupon for each of its users (sequence = user), and the shop's database."""

    def __init__(self, place, folder, users):
        self.place, self.name = place, f"{place.name}-shop"
        self.keys = folder / "keys.toml"
        self.own = {"Authorization": f"Bearer {self.key('test', 'issue,read,use,admin')}"}
        place.servers.sql(f'CREATE DATABASE "{self.name}"')
        place.issuer()
        self.edge = place.edge("--keys-file", str(self.keys))
        created = self.call("POST", "/v1/policies", {"id": POLICY, "name": "Orders", "maxCount": 100}, admin=True)
        assert created[0] == 201, created
        for user in range(1, users + 1):
            status, coupon = self.call("POST", f"/v1/policies/{POLICY}/coupons", {"userId": user})
            assert (status, coupon["sequence"]) == (201, user), coupon

    def key(self, name, scopes):
        code, key, err = run("key", "new", "--name", name, "--scopes", scopes, "--keys-file", str(self.keys))
        assert code == 0, err
        return key.strip()

    def call(self, method, path, body=None, admin=False):
        return self.edge.call(method, path, body, admin=admin, headers=self.own)

    def coupon(self, sequence):
        status, coupon = self.call("GET", f"/v1/policies/{POLICY}/coupons/{sequence}")
        assert status == 200, coupon
        return coupon["state"], coupon.get("reference")

    def sql(self, statement):
        return self.place.servers.sql(statement, self.name)

    def start(self, key, *firstcome, **settings):
        """An order service that finds firstcome there, and waits for its answers as long as it lives."""
        return OrderService(key, **{
            "firstcome.url": ",".join(f"http://{edge}" for edge in firstcome), "spring.datasource.url": f"jdbc:{self.place.servers.address(self.name)}"
            .replace("firstcome@", "") + "?user=firstcome", "spring.kafka.bootstrap-servers": self.place.servers.bootstrap,
            "spring.application.name": self.name, "orders.coupon-events": self.place.events,
            "firstcome.attempt-timeout": "1h", "firstcome.total-timeout": "1h", "orders.send-again-after": "1s",
            # The group removes a killed listener after this time.
            "spring.kafka.consumer.properties[session.timeout.ms]": 3000,
            "spring.kafka.consumer.properties[heartbeat.interval.ms]": 300, **settings})

    def events(self):
        """(events in the topic, those that the order service has processed)"""
        asked = Consumer({"bootstrap.servers": self.place.servers.bootstrap, "group.id": self.name, "log_level": 0})
        try:
            partitions = asked.list_topics(self.place.events, timeout=DEADLINE).topics[self.place.events].partitions
            all_of_it = [TopicPartition(self.place.events, number) for number in partitions]
            ends = [asked.get_watermark_offsets(one, timeout=DEADLINE)[1] for one in all_of_it]
            done = [max(one.offset, 0) for one in asked.committed(all_of_it, timeout=DEADLINE)]
            return sum(ends), sum(done)
        finally:
            asked.close()

    def report(self):
        """(used, restored, cancelled)"""
        rows = self.sql(f"SELECT used, restored, cancelled FROM coupon_report WHERE policy_id = {POLICY}")
        return tuple(map(int, rows.split("|"))) if rows else (0, 0, 0)


@pytest.fixture
def shop(place, tmp_path):
    return Shop(place, tmp_path, users=12)


def order_paid(service, user):
    order = service.place(user, POLICY, user)
    service.wait_for(order, "RESERVED")
    service.post(order, "payment-authorised")
    service.wait_for(order, "PAID")
    return order


def coupons_follow_orders(shop, service):
    """Each way that an order can go, without failures."""
    paid = order_paid(service, 1)
    assert shop.coupon(1) == ("USED", f"order-{paid}")
    assert service.call("POST", f"/orders/{paid}/payment-failed")[0] == 409, "it is paid"
    service.post(paid, "payment-authorised")  # again: it stays paid
    service.post(paid, "refund")
    service.wait_for(paid, "REFUNDED")
    assert shop.coupon(1)[0] == "ISSUED"
    again = order_paid(service, 1)
    assert shop.coupon(1) == ("USED", f"order-{again}")

    failed = service.place(2, POLICY, 2)
    service.post(failed, "payment-failed")
    service.wait_for(failed, "ABORTED")
    eventually(lambda: shop.coupon(2)[0] == "ISSUED", "its coupon is free")

    slow = service.place(3, POLICY, 3)
    service.wait_for(slow, "RESERVED")
    other = service.place(3, POLICY, 3)
    service.wait_for(other, "REFUSED")  # the first order holds it
    shop.sql(f"UPDATE shop_order SET pay_until = now() WHERE id = {slow}")
    service.wait_for(slow, "ABORTED")
    eventually(lambda: shop.coupon(3)[0] == "ISSUED", "its coupon is free")
    assert service.call("POST", f"/orders/{slow}/payment-authorised")[0] == 409, "it came too late"

    # The use of the refused order comes nevertheless, as a second copy of its record.
    status, answer = shop.call("POST", f"/v1/policies/{POLICY}/coupons/3/use", {"reference": f"order-{other}"})
    assert (status, answer["result"]) == (200, "ACCEPTED"), answer
    eventually(lambda: shop.coupon(3)[0] == "ISSUED", "the service restores the coupon")

    service.wait_for(service.place(4, POLICY, 5), "REFUSED")  # that coupon is of another user
    body = {"userId": 6, "policyId": POLICY, "sequence": 6, "reference": "support-4711"}
    assert service.call("POST", "/coupons/give-back", body)[0] == 202
    eventually(lambda: shop.coupon(6) == ("CANCELLED", "support-4711"), "it is cancelled")


def test_each_order_uses_its_coupon_once_through_a_crash_and_repeated_events(shop, place):
    key = shop.key("orders", "use")
    with HeldAnswers(shop.edge.users) as firstcome:
        with shop.start(key, firstcome.address) as service:
            coupons_follow_orders(shop, service)
            users = range(7, 13)
            orders = {user: service.place(user, POLICY, user) for user in users}
            for order in orders.values():
                service.wait_for(order, "RESERVED")
            firstcome.hold()
            service.post(orders[7], "payment-authorised")
            firstcome.wait_until_held()
            for user in users[1:]:
                service.post(orders[user], "payment-authorised")
            # kill -9: one use is decided, and its answer is lost. The others are committed, and not sent.
        assert shop.coupon(7) == ("USED", f"order-{orders[7]}")
        assert {shop.coupon(user)[0] for user in users[1:]} == {"RESERVED"}
        firstcome.release()
        with shop.start(key, firstcome.address) as service:
            for order in orders.values():
                service.wait_for(order, "PAID")
            results = shop.sql(f"SELECT result FROM coupon_outbox WHERE command = 'USE' AND order_id >= {orders[7]} ORDER BY id")
            assert results.split() == ["UNCHANGED"] + 5 * ["ACCEPTED"]
            everything = (2 + 6 + 1, 1 + 1, 1)
            eventually(lambda: shop.report() == everything, lambda: f"the report is {everything}; it is {shop.report()}")
            count, _ = shop.events()
            place.sql("DELETE FROM firstcome.event_position")  # publishes all events again
            eventually(lambda: shop.events() == (2 * count, 2 * count), lambda: f"they come again: {shop.events()} of {2 * count}")
            assert shop.report() == everything
    uses = place.sql("SELECT reference, count(*) FROM firstcome.coupon_change "
                     f"WHERE command = {USE} AND sequence <> 3 GROUP BY reference")
    used = shop.sql("SELECT 'order-' || id || '|1' FROM shop_order WHERE state IN ('PAID', 'REFUNDED')")
    assert sorted(uses.split()) == sorted(used.split())
    assert shop.sql("SELECT count(*) FROM coupon_outbox WHERE result IS NULL") == "0"
    place.stop()
    place.must("audit", *place.flags)
    judge_events(place)


def test_each_press_of_the_button_has_one_final_answer_while_an_edge_is_killed(shop, place):
    second = place.edge("--keys-file", str(shop.keys))
    key = shop.key("button", "issue,read")
    won = 12  # by the users of the fixture
    users = range(1_000, 1_300)
    with shop.start(key, shop.edge.users, second.users,
                    **{"firstcome.attempt-timeout": "5s", "firstcome.total-timeout": f"{DEADLINE}s"}) as service:

        def press(user):
            status, answer = service.call("POST", f"/campaigns/{POLICY}/coupon", {"userId": user})
            if user == users[100]:
                second.kill()
            assert status == 200, answer
            return answer["result"], answer["sequence"]

        with ThreadPoolExecutor(16) as pool:
            answers = list(pool.map(press, users))
        sequences = sorted(sequence for result, sequence in answers if result in ("SUCCESS", "ALREADY_ISSUED"))
        assert sequences == list(range(won + 1, 101)), "each coupon has one user"
        assert sum(result == "SOLD_OUT" for result, _ in answers) == len(users) - len(sequences)
    place.stop()
    place.must("audit", *place.flags)


def stripped(text):
    return "\n".join(line.strip() for line in text.strip().splitlines())


def test_the_guide_shows_the_tested_service():
    files = [file for file in (PROJECT / "src").rglob("*") if file.is_file()]
    sources = [stripped(file.read_text()) for file in files]
    shown = re.findall(r"^```(?:java|sql|yaml)\n(.*?)^```$", GUIDE.read_text(), re.MULTILINE | re.DOTALL)
    assert shown
    button = re.findall(r"^```java\n(  @PostMapping.*?)^```$", CLIENTS_GUIDE.read_text(), re.MULTILINE | re.DOTALL)
    assert len(button) == 1
    shown += button
    for block in shown:
        assert any(stripped(block) in source for source in sources), block
    for file in files:
        assert f"](../../{file.relative_to(ROOT)})" in GUIDE.read_text(), file
