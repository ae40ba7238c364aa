"""`firstcome check`: it finds what was tampered with, and reports what it cannot read."""

import json
import sqlite3

import pytest
from clients import Clients, Request
from server import Server, run

POLICY, STOCK = 7, 20


@pytest.fixture(name="run_of_the_shop", scope="module")
def fixture_run_of_the_shop(tmp_path_factory):
    """The data folder and the history of a correct run."""
    folder = tmp_path_factory.mktemp("shop")
    data = folder / "data"
    clients = Clients()
    with Server(data) as server:
        clients.create_policy(server, POLICY, STOCK)
        clients.burst(server.users, [Request(POLICY, user) for user in range(1, 61)], connections=8)
        clients.settle(server.users)
        for request in [request for request in clients.requests if "ticket" in request.body][:10]:
            clients.ticket(server, request.body["ticket"])
        clients.burst(server.users, [Request(POLICY, user) for user in range(1, 61)], connections=1)
        server.stop()
    clients.check(data, "--at-rest")
    return data, clients.write_history(folder / "history.jsonl")


def test_each_count_has_the_number_of_its_rows(run_of_the_shop):
    data, history = run_of_the_shop
    rows = [json.loads(line) for line in history.read_text().splitlines()]
    unknown = sum(row.get("result") == "OUTCOME_UNKNOWN" for row in rows)  # on a busy machine
    for more in ((), ("--data", str(data))):
        code, out, _ = run("check", str(history), "--json", *more)
        verdicts = {check["check"]: check for check in json.loads(out)["checks"]}
        assert code == 0
        assert [(verdicts[name]["lookedAt"], verdicts[name]["unit"]) for name in ("C1", "C2", "C3")] == [
            (STOCK, "coupons"), (60, "users"), (STOCK, "coupons")], out
        assert verdicts["C10"]["lookedAt"] + verdicts["C10"]["notJudged"] == unknown, out
        assert unknown or verdicts["C10"]["verdict"] == "nothing to judge", out


def tampered(history, tmp_path, tamper):
    rows = [json.loads(line) for line in history.read_text().splitlines()]
    tamper(rows)
    path = tmp_path / "tampered.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return str(path)


def first(rows, result):
    return next(row for row in rows if row.get("result") == result and row["asked"] == "coupon")


def another_sequence(rows):
    first(rows, "SUCCESS")["sequence"] += 1


def another_user(rows):
    rows.append({**first(rows, "SUCCESS"), "userId": 4711})


def a_loser_before_all_winners(rows):
    loser = first(rows, "SOLD_OUT")
    loser["sent"], loser["answered"] = 1, 2


def a_winner_with_another_answer(rows):
    winner = first(rows, "SUCCESS")
    winner.update(result="SOLD_OUT", status=409)


@pytest.mark.parametrize("tamper, check, expected", [
    (another_sequence, "C2", "got two sequences"),
    (another_user, "C1", "both got sequence"),
    (a_loser_before_all_winners, "C6", "got SOLD_OUT before this request was sent"),
    (a_winner_with_another_answer, "C7", "the same ticket gave"),
])
def test_a_tampered_history_exits_1_and_names_the_error(run_of_the_shop, tmp_path, tamper, check, expected):
    data, history = run_of_the_shop
    path = tampered(history, tmp_path, tamper)
    for more in ((), ("--data", str(data))):
        code, out, _ = run("check", path, *more)
        assert code == 1 and expected in out, out
        code, out, _ = run("check", path, "--json", *more)
        verdicts = {verdict["check"]: verdict for verdict in json.loads(out)["checks"]}
        assert code == 1 and verdicts[check]["violations"] > 0, out


@pytest.mark.parametrize("statement, expected", [
    ("DELETE FROM coupon WHERE sequence = 3", "C5"),
    ("UPDATE coupon SET user_id = 4711 WHERE sequence = 3", "C5"),
    ("UPDATE coupon_policy SET issued_count = issued_count - 1", "C5"),
    ("UPDATE coupon_policy SET active_count = active_count - 1", "C5"),
    ("DELETE FROM journal_batch", "C8"),
])
def test_a_manually_changed_store_exits_1(run_of_the_shop, tmp_path, statement, expected):
    data, history = run_of_the_shop
    copy = tmp_path / "data"
    copy.mkdir()
    for file in data.iterdir():
        (copy / file.name).write_bytes(file.read_bytes())
    with sqlite3.connect(copy / "store.sqlite") as store:
        assert store.execute(statement).rowcount > 0
    store.close()
    code, out, _ = run("check", str(history), "--data", str(copy), "--json")
    verdicts = {verdict["check"]: verdict for verdict in json.loads(out)["checks"]}
    assert code == 1 and verdicts[expected]["violations"] > 0, out


def test_what_cannot_be_read_exits_2_and_names_the_line(run_of_the_shop, tmp_path):
    _, history = run_of_the_shop
    lines = history.read_text().splitlines(keepends=True)
    broken = tmp_path / "broken.jsonl"
    broken.write_text("".join(lines[:4]) + "{\"asked\":\"tea\"}\n" + "".join(lines[4:]))
    code, out, err = run("check", str(broken))
    assert (code, out) == (2, "") and "broken.jsonl:5: " in err, err
    for words in ((str(tmp_path / "none.jsonl"),), (str(history), "--data", str(tmp_path / "none"))):
        code, out, err = run("check", *words)
        assert (code, out) == (2, "") and "none" in err, err


def test_an_incomplete_last_line_is_a_warning(run_of_the_shop, tmp_path):
    _, history = run_of_the_shop
    torn = tmp_path / "torn.jsonl"
    torn.write_text(history.read_text()[:-20])
    code, out, err = run("check", str(torn))
    assert code == 0 and "C1" in out and "incomplete" in err, (out, err)
