"""Dashboard, alerts, runbook and reference agree with a real page of metrics."""

import json
import pathlib
import re
import sqlite3
import time

import pytest
import yaml

import prometheus_text
from clients import Clients, Request
from server import DEADLINE, Server, run

ROOT = pathlib.Path(__file__).resolve().parents[2]
RULES = ROOT / "deploy/prometheus/firstcome.rules.yml"
DASHBOARD = ROOT / "deploy/grafana/firstcome.json"
RUNBOOK = ROOT / "docs/operations/runbook.md"
REFERENCE = ROOT / "docs/reference/metrics.md"
TARGET_LABELS = {"job", "instance"}  # added by Prometheus
MADE_BY_PROMETHEUS = {"up"}


def scrape(server):
    status, page = server.text("/metrics", admin=True)
    assert status == 200, page
    return page


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    """The page of a server with a sold-out policy."""
    with Server(tmp_path_factory.mktemp("metrics")) as server:
        server.create_policy(1, 100)
        Clients().burst(server.users, [Request(1, user) for user in range(1, 501)])
        text = scrape(server)
        server.stop()
    return text


@pytest.fixture(scope="module")
def families(page):
    return prometheus_text.parse(page)


def rules():
    return [rule for group in yaml.safe_load(RULES.read_text())["groups"] for rule in group["rules"]]


def panels():
    board = json.loads(DASHBOARD.read_text())
    return [one for panel in board["panels"] for one in [panel, *panel.get("panels", [])]]


def expressions():
    """(place, PromQL) for every expression under deploy/."""
    for rule in rules():
        yield rule["alert"], rule["expr"]
    for panel in panels():
        for target in panel.get("targets", []):
            yield panel["title"], target["expr"]


def test_every_used_metric_and_label_exists(families):
    series = {name: family for key, family in families.items() for name in family.series(key)}
    for where, expression in expressions():
        used = prometheus_text.uses(expression)
        assert used, f"{where}: reads nothing: {expression}"
        for name, matchers in used:
            if name in MADE_BY_PROMETHEUS:
                continue
            assert name in series, f"{where}: there is no {name}"
            for label, values in matchers.items():
                if label in TARGET_LABELS:
                    continue
                assert label in series[name].labels, f"{where}: {name} has no label {label}"
                for one in values:
                    assert one in series[name].labels[label], f"{where}: no {name} with {label}={one}"


def test_every_metric_is_on_the_dashboard(families):
    shown = {name for panel in panels() for target in panel.get("targets", [])
             for name, _ in prometheus_text.uses(target["expr"])}
    missing = [name for name, family in families.items() if not shown & set(family.series(name))]
    assert not missing, missing


def test_every_alert_has_its_entry_in_the_runbook_and_every_entry_its_alert():
    entries = re.findall(r"^## (\w+)$", RUNBOOK.read_text(), re.MULTILINE)
    assert sorted(rule["alert"] for rule in rules()) == sorted(entries)
    for rule in rules():
        assert rule["annotations"]["runbook_url"] == f"docs/operations/runbook.md#{rule['alert'].lower()}"
        assert rule["labels"]["severity"] in ("page", "ticket") and rule["annotations"]["summary"]
    for text in re.split(r"^## ", RUNBOOK.read_text(), flags=re.MULTILINE)[1:]:
        for part in ("**Means**", "**Users see**", "**Do**"):
            assert part in text, f"{part} is missing: {text.splitlines()[0]}"


def test_everything_that_the_runbook_names_exists(families):
    text = RUNBOOK.read_text()
    entries = {entry.lower() for entry in re.findall(r"^## (\w+)$", text, re.MULTILINE)}
    assert set(re.findall(r"\]\(#(\w+)\)", text)) <= entries
    known = {name for key, family in families.items() for name in [key, *family.series(key)]}
    assert set(re.findall(r"`((?:firstcome|process)_\w+)", text)) <= known


def reference_row(name, family):
    labels = ", ".join(f"`{label}`" for label in sorted(family.labels) if label != "le")
    return f"| `{name}` | {family.type} | {labels} | {family.help} |"


def test_the_reference_lists_every_metric_as_the_page_has_it(families):
    rows = [line for line in REFERENCE.read_text().splitlines() if re.match(r"\| `\w+` \| (counter|gauge|histogram) ", line)]
    expected = [reference_row(name, family) for name, family in families.items()]
    assert rows == expected, "it should read:\n" + "\n".join(expected)


def test_the_number_of_series_is_limited(page):
    assert len([line for line in page.splitlines() if not line.startswith("#")]) < 500


def wait_until(server, series, wanted):
    until = time.monotonic() + DEADLINE
    while prometheus_text.value(scrape(server), series) != wanted:
        assert time.monotonic() < until, f"{series} does not become {wanted}:\n{scrape(server)}"


def test_a_node_without_a_topic_of_events_has_none_to_publish(tmp_path):
    with Server(tmp_path) as server:
        server.create_policy(1, 10)
        Clients().burst(server.users, [Request(1, user) for user in range(1, 11)])
        wait_until(server, "firstcome_save_batch_records_sum", 11)  # with the policy
        assert prometheus_text.value(scrape(server), "firstcome_events_unpublished") == 0


def test_a_halt_is_shown_and_lifted_as_in_the_runbook(tmp_path):
    with Server(tmp_path) as server:
        server.create_policy(1, 10)
        with sqlite3.connect(tmp_path / "store.sqlite", timeout=DEADLINE) as store:
            store.execute("UPDATE journal_position SET halted_reason = 'as a test'")
        server.wait_for("partition 0 is HALTED: as a test")
        wait_until(server, "firstcome_ready", 0)
        assert prometheus_text.value(scrape(server), 'firstcome_partition_answered{partition="0"}') == 0
        assert prometheus_text.value(scrape(server), 'firstcome_partition_health{partition="0",health="halted"}') == 1
        status, answer = server.call("POST", "/v1/policies/1/coupons", {"userId": 1})
        assert status == 503 and answer["result"] == "UNAVAILABLE", answer
        assert "firstcome store unhalt --partition 0 --data ./firstcome-data" in RUNBOOK.read_text()
        assert run("store", "check", "--data", str(tmp_path))[0] == 1
        for partition in ("0", "1", "2"):
            code, out, err = run("store", "unhalt", "--partition", partition, "--data", str(tmp_path))
            assert (code, err) == (0, "") and f"partition {partition} was halted: as a test" in out, (out, err)
        wait_until(server, "firstcome_ready", 1)
        assert server.call("POST", "/v1/policies/1/coupons", {"userId": 1})[0] == 201
        server.stop()


def unanswered(server):
    """The reasons of the partitions that cannot be answered, and the node's readiness."""
    status, text = server.text("/readyz")
    return status, [one.get("reason", "") for one in json.loads(text)["partitions"] if not one["answers"]]


def test_failures_of_the_store_are_counted_and_issuing_continues(tmp_path):
    with Server(tmp_path, "--max-unsaved", "20") as server:
        server.create_policy(1, 100)
        store = sqlite3.connect(tmp_path / "store.sqlite", timeout=DEADLINE, isolation_level=None)
        store.execute("BEGIN IMMEDIATE")  # the issuer waits for the lock, and gives up
        assert server.call("POST", "/v1/policies/1/coupons", {"userId": 1})[0] == 201
        server.wait_for("saving failed: ")
        page = scrape(server)
        assert prometheus_text.value(page, 'firstcome_store_errors_total{operation="save",kind="retryable"}') >= 1
        assert prometheus_text.value(page, 'firstcome_saves_total{outcome="failed"}') >= 1
        lags = [prometheus_text.value(page, f'firstcome_save_lag_seconds{{partition="{p}"}}') for p in range(3)]
        assert max(lags) > 1, lags
        assert server.call("POST", "/v1/policies/1/coupons", {"userId": 2})[0] == 201
        assert unanswered(server) == (200, []) and '"warning":' in server.text("/readyz")[1]

        # It counts only from --max-unsaved on, and only for this partition.
        user = 3
        while (answer := server.call("POST", "/v1/policies/1/coupons", {"userId": user}))[0] != 503:
            assert user < 30, answer
            user += 1
        assert answer[1]["result"] == "OVERLOADED", answer
        until = time.monotonic() + DEADLINE
        while not (found := unanswered(server))[1]:
            assert time.monotonic() < until, found
        assert found[0] == 200 and "decisions are not saved yet; the limit is 20" in found[1][0], found
        store.execute("ROLLBACK")
        server.wait_for("works again")
        while (found := unanswered(server)) != (200, []):
            assert time.monotonic() < until, found
        store.close()
        server.stop()
