"""Records of a shop's Spring services, in any partition that their keys select, while callers use HTTP."""

import json
from collections import Counter, defaultdict

from workload import POLICIES, STOCK, workload, create
from decided import ALREADY_ISSUED, DUPLICATE, FORWARDED, SOLD_OUT, SUCCESS, read_decided
from servers import eventually, metric, owned, wait_until_saved
from spring import Program

# Way of sending, Jackson's dates, keys: all variants of test/spring/src/main/java/shop/Requests.java.
WAYS = ("plain iso sequence", "plain array policy-long", "plain iso policy", "template array sequence-long",
        "template iso none", "untyped array sequence", "transaction iso sequence", "service array policy")


def judge_the_shop(place, homes, users):
    """Every record of the shop has one outcome, at home; winners of one source partition are in the order of that partition."""
    seen = read_decided(place)
    moved = Counter(one.origin for one in seen if one.origin and one.code != DUPLICATE)
    forwarded = [one.place for one in seen if one.code == FORWARDED]
    assert moved == Counter(forwarded), "each misrouted record is decided once at its home"
    final = Counter()
    sources = defaultdict(list)
    for one in seen:
        asked = json.loads(one.value)
        policy, user = asked.get("policyId"), asked.get("userId")
        if user is None:
            continue  # a command
        if one.code in (SUCCESS, ALREADY_ISSUED, SOLD_OUT):
            assert one.partition == homes[policy], one
            final[policy, user] += user in users
        else:
            assert one.code in (FORWARDED, DUPLICATE), one
        if one.origin is None:
            sources[one.partition, policy].append(user)
    assert +final == Counter({(policy, user): 1 for policy in homes for user in users})
    for policy in homes:
        rows = place.sql(f"SELECT user_id, sequence FROM firstcome.coupon WHERE policy_id = {policy}").split()
        sequence = {int(user): int(number) for user, number in (row.split("|") for row in rows)}
        assert sorted(sequence.values()) == list(range(1, STOCK + 1))
        for partition in {where for where, _ in sources}:
            won = [sequence[user] for user in sources[partition, policy] if user in sequence]
            assert won == sorted(won), f"policy {policy} in the order of partition {partition}"
    return forwarded


def test_each_record_of_a_shop_is_decided_once_at_its_home(servers, place, clients, chance):
    place.issuer()
    edge = place.edge()
    create(clients, edge)
    with Program("Requests", servers.bootstrap, place.name) as shop:
        for number, way in enumerate(WAYS):
            shop.begin(way, 10_000 + 100 * number, 60, *POLICIES)
            if number % 2 == 0:
                clients.burst(edge.users, workload(chance, users=15, first=1 + 15 * number), connections=16)
            assert shop.answer() == "done"
        assert shop.command("aborted iso sequence", 99_000, 20, *POLICIES) == "done"
    wait_until_saved(edge)
    place.stop()
    users = {10_000 + 100 * number + user for number in range(len(WAYS)) for user in range(60)}
    assert judge_the_shop(place, place.homes(POLICIES), users), "no record was misrouted"
    place.judge(clients, "--at-rest", "--others")


def moved_home(issuer):
    return metric(issuer, 'firstcome_relayed_records_total{to="home"}')


def test_no_record_is_lost_or_repeated_while_issuers_restart_and_a_leader_dies(servers, place, clients, chance):
    first = place.issuer()
    edge = place.edge()
    create(clients, edge)
    homes = place.homes(POLICIES)
    with Program("Requests", servers.bootstrap, place.name) as shop:
        shop.begin("plain iso sequence", 10_000, 3_000, *POLICIES)
        eventually(lambda: moved_home(first) > 0, "it moves records home")
        first.kill()
        assert shop.answer() == "done"
        second, third = place.issuer(), place.issuer()
        eventually(lambda: owned(second) > 0 and owned(third) > 0, "two share the partitions")
        before = moved_home(second)
        shop.begin("template array sequence-long", 20_000, 1_500, *POLICIES)
        eventually(lambda: moved_home(second) > before, "one of them moves records home")
        second.terminate()
        assert shop.answer() == "done" and second.wait() == 0
        leader, _ = servers.partitions(place.name)[homes[POLICIES[0]]]
        try:
            shop.begin("untyped iso sequence", 30_000, 1_500, *POLICIES)
            servers.kill_broker(leader)
            clients.burst(edge.users, workload(chance, users=50), connections=16)
            assert shop.answer() == "done"
        finally:
            servers.command(f"start {leader}")
    servers.wait_until_whole(place.name)
    wait_until_saved(edge)
    place.stop()
    users = {*range(10_000, 13_000), *range(20_000, 21_500), *range(30_000, 31_500)}
    assert judge_the_shop(place, homes, users)
    place.judge(clients, "--at-rest", "--others")
