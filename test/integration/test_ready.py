"""A node is ready while it can answer, and otherwise reports the reason."""

import json
import time

import pytest
from cuts import TO_BROKER, TO_CLIENT, CuttingProxies
from servers import Place, eventually, ready

UNREADY_WITHIN = 10  # seconds: 2, and a margin for a busy machine


@pytest.fixture
def proxies(servers):
    proxies = CuttingProxies(servers.facts["brokers"])
    yield proxies
    proxies.end()


@pytest.fixture
def place(servers, request, tmp_path):
    place = Place(servers, request.node.name.removeprefix("test_")[:40], tmp_path).make()
    request.node.place = place
    yield place
    place.end()


def reasons(node):
    return {one.get("reason", "") for one in json.loads(node.text("/readyz")[1])["partitions"]}


def unready_within_bounds(node, since):
    eventually(lambda: not ready(node), lambda: node.text("/readyz")[1])
    assert 1.5 < time.monotonic() - since < UNREADY_WITHIN


def test_an_edge_that_is_cut_off_from_kafka_is_not_ready_until_it_can_answer_again(place, proxies):
    place.issuer()
    beside = place.edge()
    place.journal = f"kafka://{proxies.bootstrap}/{place.name}"
    edge = place.edge()
    edge.create_policy(1, 1000)
    for policy in range(2, 32):  # one edge knows at once the command of another
        beside.create_policy(policy, 10)
        status, answer = (edge.call("POST", f"/v1/policies/{policy}/coupons", {"userId": 1}) if policy % 2
                          else edge.call("GET", f"/v1/policies/{policy}"))
        assert status == (201 if policy % 2 else 200), answer
    assert edge.call("GET", "/v1/policies/99")[0] == 404
    for number, ways in enumerate([(TO_BROKER,), (TO_CLIENT,)]):
        eventually(lambda: ready(edge), "it is ready")
        assert edge.call("POST", "/v1/policies/1/coupons", {"userId": 2 * number + 1})[0] == 201
        with proxies.losing(*ways):
            since = time.monotonic()
            status, answer = edge.call("POST", "/v1/policies/1/coupons", {"userId": 2 * number + 2})
            assert (status, answer["result"]) == (503, "OUTCOME_UNKNOWN"), answer
            unready_within_bounds(edge, since)
            assert all(reason.startswith("The journal") for reason in reasons(edge)), reasons(edge)
            assert ready(beside)
        eventually(lambda: ready(edge), lambda: f"ready again after {ways}: {edge.text('/readyz')[1]}")
    place.stop()


def test_every_node_is_unready_and_names_a_deleted_topic(servers, place):
    issuer, edge = place.issuer(), place.edge()
    edge.create_policy(1, 10)
    servers.admin.delete_topics([place.name])[place.name].result()
    for node in (issuer, edge):
        eventually(lambda: json.loads(node.text("/readyz", admin=True)[1])["ready"] is False,
                   lambda: node.text("/readyz", admin=True)[1])
    eventually(lambda: all(reason for reason in reasons(edge)), lambda: reasons(edge))
