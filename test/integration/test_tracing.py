"""A trace through the distributed form: an edge, an issuer, the journal's topic and the topic of events."""

import json

import pytest
from collector import Collector, install_opentelemetry
from decided import read_topic
from server import DEADLINE
from servers import eventually
from workload import POLICIES

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
SHOP = f"00-{TRACE}-00f067aa0ba902b7-01"


@pytest.fixture
def collector():
    collector = Collector(install_opentelemetry())
    yield collector
    collector.close()


def headers_of(one):
    return {name: value.decode("latin-1") for name, value in one.headers}


def test_an_edge_and_an_issuer_export_one_trace_and_the_event_continues_it(place, collector):
    flags = ("--otlp-endpoint", collector.address)
    issuer, edge = place.issuer(*flags), place.edge(*flags)
    policy = POLICIES[0]
    edge.create_policy(policy, 10)
    trace = {"traceparent": SHOP, "tracestate": "congo=t61rcWkgMzE"}
    assert edge.call("POST", f"/v1/policies/{policy}/coupons", {"userId": 42}, headers=trace)[0] == 201
    # As the Kafka instrumentation of another program writes it, into a partition that is not the home of the policy.
    elsewhere = next(partition for partition in range(3) if partition != place.homes([policy])[policy])
    other = f"00-{TRACE}-00000000000000aa-00"
    place.produce(elsewhere, json.dumps({"userId": 43, "policyId": policy}), headers={"traceparent": other})

    def both():
        seen = read_topic(place.servers, place.events)
        return seen if sum(b'"ticket"' in one.value for one in seen) == 2 else None

    events = eventually(both, "both coupons have events")
    spans = {span["name"]: span for span in collector.spans(4)}
    assert place.sql("SELECT count(*) FROM firstcome.event_trace").strip() in ("0", "1"), "published ones are removed"
    place.stop()

    request = spans["POST /v1/policies/{policyId}/coupons"]
    carried = f"00-{TRACE}-{request['id']}-01"
    assert len(collector.spans(4)) == 4 and request["parent"] == SHOP[36:52]
    for name in ("append", "decide", "save"):
        assert (spans[name]["trace"], spans[name]["parent"]) == (TRACE, request["id"]), name
    assert spans["save"]["attributes"]["db.system.name"] == "postgresql"
    instances = {name: span["resource"]["service.instance.id"] for name, span in spans.items()}
    assert instances["append"] == instances["decide"] != instances["save"], "the issuer has saved it"
    records = {}
    for one in read_topic(place.servers, place.name):
        records.setdefault(json.loads(one.value).get("userId"), []).append(headers_of(one))
    assert records[42] == [{"traceparent": carried, "tracestate": "congo=t61rcWkgMzE"}]
    misrouted, moved = sorted(records[43], key=len)
    assert misrouted == {"traceparent": other} and moved["traceparent"] == other and moved.keys() >= {"origin", "mac"}
    issued = {json.loads(one.value)["userId"]: headers_of(one) for one in events if b'"ticket"' in one.value}
    assert issued[42]["traceparent"] == carried and issued[42]["tracestate"] == "congo=t61rcWkgMzE"
    assert issued[43]["traceparent"] == other and "tracestate" not in issued[43]
    created = next(headers_of(one) for one in events if b'"command"' in one.value)
    assert "traceparent" not in created
    assert issuer.process.wait(DEADLINE) == 0
    place.must("audit", *place.flags)
