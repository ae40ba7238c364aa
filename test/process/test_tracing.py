"""W3C Trace Context from the request to its answer, the access log and `firstcome explain`; and the spans of a sampled request, which
OpenTelemetry's own types decode."""

import http.client
import json
import time

import pytest
from collector import Collector, install_opentelemetry
from server import DEADLINE, Server, eventually, run

TRACE, SPAN = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
SAMPLED, UNSAMPLED = f"00-{TRACE}-{SPAN}-01", f"00-{TRACE}-{SPAN}-00"


@pytest.fixture(scope="module")
def programs():
    return install_opentelemetry()


@pytest.fixture
def collector(programs):
    collector = Collector(programs)
    yield collector
    collector.close()


def ask(server, user, headers, path="/v1/policies/7/coupons"):
    """(status, headers, JSON)"""
    connection = http.client.HTTPConnection(server.users, timeout=DEADLINE)
    try:
        connection.request("POST", path, json.dumps({"userId": user}), {"Content-Type": "application/json", **headers})
        answer = connection.getresponse()
        return answer.status, answer.headers, json.loads(answer.read())
    finally:
        connection.close()


def metric(server, series):
    page = server.text("/metrics", admin=True)[1]
    return next(float(line.rsplit(" ", 1)[1]) for line in page.splitlines() if line.startswith(f"{series} "))


def test_a_trace_goes_from_the_request_to_the_answer_the_log_and_explain(tmp_path):
    log = tmp_path / "access.log"
    with Server(tmp_path / "data", "--access-log", str(log)) as server:
        server.create_policy(7, 10)
        status, headers, _ = ask(server, 1, {"traceparent": SAMPLED, "tracestate": "congo=t61rcWkgMzE"})
        assert (status, headers["traceresponse"]) == (201, SAMPLED), "without an exporter it is passed on unchanged"
        for user, wrong in ((2, "garbage"), (3, SAMPLED.upper()), (4, f"00-{'0' * 32}-{SPAN}-01"), (5, SAMPLED + "-00")):
            status, headers, answer = ask(server, user, {"traceparent": wrong})
            assert (status, answer["result"], headers["traceresponse"]) == (201, "SUCCESS", None), wrong
        assert ask(server, 1, {"traceparent": UNSAMPLED})[1]["traceresponse"] == UNSAMPLED, "also of an early answer"
        assert ask(server, 6, {"traceparent": f"cc-{TRACE}-{SPAN}-01-later"})[1]["traceresponse"] == SAMPLED
        server.stop()
    lines = [json.loads(line) for line in log.read_text().splitlines()]
    issues = [line for line in lines if line["route"].endswith("/coupons")]
    assert [line.get("trace_id") for line in issues] == [TRACE, None, None, None, None, TRACE, TRACE]
    assert issues[0]["span_id"] == SPAN
    code, out, err = run("explain", "--data", str(tmp_path / "data"), "--policy", "7", "--user", "1")
    assert code == 0 and f"this request got coupon 1 of 10, trace {TRACE}\n" in out, (out, err)
    events = {}
    for user in (1, 2):
        story = json.loads(run("explain", "--data", str(tmp_path / "data"), "--policy", "7", "--user", str(user), "--json")[1])
        events[user] = next(event for event in story["events"] if event["kind"] == "request")
    assert events[1]["traceparent"] == SAMPLED and "traceparent" not in events[2]
    code, out, err = run("audit", "--data", str(tmp_path / "data"))
    assert code == 0, (out, err)


def test_a_sampled_request_has_spans_and_no_other(tmp_path, collector):
    before = time.time_ns()
    flags = ("--otlp-endpoint", collector.address + "/base/", "--otlp-service-name", "coupons")
    with Server(tmp_path / "data", *flags) as server:
        server.create_policy(7, 10)
        assert ask(server, 1, {})[0] == ask(server, 2, {"traceparent": UNSAMPLED})[0] == 201
        status, headers, answer = ask(server, 3, {"traceparent": SAMPLED, "tracestate": "congo=t61rcWkgMzE"})
        assert status == 201
        spans = {span["name"]: span for span in collector.spans(4)}
        # Answered without a record: a span of the request only.
        refused = ask(server, 4, {"traceparent": SAMPLED}, path="/v1/nothing")
        assert refused[0] == 404
        all_spans = collector.spans(5)
        assert metric(server, "firstcome_spans_exported_total") == 5
        assert metric(server, 'firstcome_spans_dropped_total{reason="collector"}') == 0
        server.stop()
    assert set(collector.requests) == {("/base/v1/traces", "application/json")}
    assert spans.keys() == {"POST /v1/policies/{policyId}/coupons", "append", "decide", "save"} and len(all_spans) == 5
    request = spans["POST /v1/policies/{policyId}/coupons"]
    assert (request["trace"], request["parent"], request["kind"], request["state"]) == (
        TRACE, SPAN, "SPAN_KIND_SERVER", "congo=t61rcWkgMzE")
    assert request["attributes"] == {
        "http.request.method": "POST", "http.route": "/v1/policies/{policyId}/coupons", "http.response.status_code": 201,
        "firstcome.result": "SUCCESS", "firstcome.listener": "users"}
    assert headers["traceresponse"] == f"00-{TRACE}-{request['id']}-01"
    steps = [spans[name] for name in ("append", "decide", "save")]
    assert [step["kind"] for step in steps] == ["SPAN_KIND_PRODUCER", "SPAN_KIND_INTERNAL", "SPAN_KIND_CLIENT"]
    assert all((step["trace"], step["parent"]) == (TRACE, request["id"]) for step in steps)
    assert len({span["id"] for span in all_spans}) == 5
    append, decide, save = steps
    assert before < request["begin"] <= append["begin"] <= append["end"] <= decide["end"] <= request["end"] < time.time_ns()
    assert decide["begin"] <= save["begin"] <= save["end"] and append["begin"] <= decide["begin"] <= decide["end"]
    offset = answer["ticket"] and decide["attributes"]["firstcome.offset"]
    # The policy and the requests may be saved by one batch, or each by its own.
    assert 1 <= save["attributes"].pop("firstcome.batch.records") <= 4
    assert save["attributes"] == {"db.system.name": "sqlite", "firstcome.offset": offset,
                                  "firstcome.partition": decide["attributes"]["firstcome.partition"]}
    resource = request["resource"]
    assert resource["service.name"] == "coupons" and resource["service.version"] and resource["host.name"]
    assert len(resource["service.instance.id"]) == 36 and all(span["resource"] == resource for span in all_spans)
    lost = next(span for span in all_spans if span["attributes"].get("http.response.status_code") == 404)
    assert lost["name"] == "POST" and lost["status"] == "STATUS_CODE_UNSET"
    code, out, _ = run("explain", "--data", str(tmp_path / "data"), "--policy", "7", "--user", "3", "--json")
    assert code == 0 and headers["traceresponse"] in out, "the record carries the span of the request"


def test_a_collector_that_fails_delays_nothing_and_its_spans_are_counted(tmp_path, collector):
    collector.status = 400
    with Server(tmp_path / "data", "--otlp-endpoint", collector.address) as server:
        server.create_policy(7, 10)
        assert ask(server, 1, {"traceparent": SAMPLED})[0] == 201
        eventually(lambda: metric(server, 'firstcome_spans_dropped_total{reason="collector"}') == 4, "they are counted")
        server.wait_for(r"spans are lost: .*/v1/traces did not take them: HTTP status 400")
        server.stop()
    with Server(tmp_path / "data", "--otlp-endpoint", "http://127.0.0.1:1") as server:
        assert ask(server, 2, {"traceparent": SAMPLED})[0] == 201
        server.wait_for(r"spans cannot be exported to http://127.0.0.1:1/v1/traces")
        server.stop()


def test_the_last_spans_go_out_at_a_stop(tmp_path, collector):
    with Server(tmp_path / "data", "--otlp-endpoint", collector.address) as server:
        server.create_policy(7, 10)
        assert ask(server, 1, {"traceparent": SAMPLED})[0] == 201
        server.stop()
    assert len(collector.spans(4)) == 4


def test_an_address_that_is_no_collector_is_refused(tmp_path):
    for address in ("collector:4318", "http://user:secret@collector:4318"):
        code, _, err = run("serve", "--data", str(tmp_path), "--otlp-endpoint", address)
        assert code == 2 and "is not the address of a collector" in err and "4318" in err and "secret" not in err, err
