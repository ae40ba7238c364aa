"""`firstcome coupons export`: the coupons of a policy, from a folder or beside its server."""

import csv
import io
import json
import os
import pathlib
import re
import signal
import sqlite3
import stat
import subprocess

import pytest
from sanitized import MEMORY
from server import BINARY, DEADLINE, Server, clean_environment, eventually, run, run_into

POLICY, PLAIN, EMPTY = 7, 8, 9
HEADER = ["policy_id", "sequence", "user_id", "ordinal", "code", "state", "reference", "held_until", "issued_at", "valid_from",
          "expires_at"]
QUOTED = 'order "17", a part'


def export(data, *words, code=0):
    """(stdout, stderr)"""
    actual, out, err = run("coupons", "export", "--data", str(data), *words)
    assert actual == code, (words, out, err)
    return out, err


def rows_of(text):
    header, *rows = csv.reader(io.StringIO(text))
    assert header == HEADER
    return [dict(zip(header, row)) for row in rows]


def command(server, sequence, name, reference, **more):
    path = f"/v1/policies/{POLICY}/coupons/{sequence}/{name}"
    status, answer = server.call("POST", path, {"reference": reference, **more}, admin=True)
    assert status == 200, answer


def saved_states(server, policy):
    """The states of the coupons that are in the store."""
    status, answer = server.call("GET", f"/v1/policies/{policy}/coupons", admin=True)
    return [coupon["state"] for coupon in answer["coupons"]] if status == 200 else None


def check_counts(server):
    """The counts by state are those of the exported rows."""
    code, out, err = run("coupon", "count", "--policy", str(POLICY), "--admin", f"http://{server.admin}", "--json")
    assert (code, err) == (0, ""), err
    answer = json.loads(out)
    assert answer["counts"] == {"ISSUED": 4, "RESERVED": 1, "USED": 1, "CANCELLED": 1, "EXPIRED": 0}, answer
    assert answer["policyId"] == POLICY and answer["asOf"].keys() == {"partition", "offset", "at"}, answer
    code, out, err = run("coupon", "count", "--policy", str(POLICY), "--admin", f"http://{server.admin}")
    assert out.startswith("policy 7: 4 ISSUED, 1 RESERVED, 1 USED, 1 CANCELLED, 0 EXPIRED, as of 20"), out
    assert server.call("GET", "/v1/policies/99/coupons/counts", admin=True)[0] == 404
    assert server.call("GET", f"/v1/policies/{POLICY}/coupons/counts")[0] == 404, "only on the admin listener"


@pytest.fixture(name="shop", scope="module")
def fixture_shop(tmp_path_factory):
    """(data folder, what the server answers about the coupons, rows exported beside the server)"""
    data = tmp_path_factory.mktemp("export") / "data"
    with Server(data) as server:
        terms = {"id": POLICY, "name": "Noon", "maxCount": 10, "codes": "GENERATED", "codePrefix": "NOON",
                 "validFrom": "2020-01-01T00:00:00Z", "validUntil": "2099-01-01T00:00:00Z", "perUserLimit": 2}
        assert server.call("POST", "/v1/policies", terms, admin=True)[0] == 201
        server.create_policy(PLAIN, 3)
        server.create_policy(EMPTY, 3)
        for user in range(1, 6):
            assert server.call("POST", f"/v1/policies/{POLICY}/coupons", {"userId": user})[0] == 201
        assert server.call("POST", f"/v1/policies/{POLICY}/coupons", {"userId": 2**63 - 1})[0] == 201
        assert server.call("POST", f"/v1/policies/{POLICY}/coupons", {"userId": 5, "ordinal": 2})[0] == 201
        assert server.call("POST", f"/v1/policies/{PLAIN}/coupons", {"userId": 1})[0] == 201
        command(server, 2, "reserve", "order-18", holdFor="P7D")
        command(server, 3, "cancel", "ticket-4")
        command(server, 4, "use", "order-19")
        command(server, 4, "restore", "order-19")
        command(server, 1, "use", QUOTED)  # the last one
        eventually(lambda: saved_states(server, PLAIN) == ["ISSUED"] and saved_states(server, EMPTY) == [], "saved coupons")
        eventually(lambda: (saved_states(server, POLICY) or [""])[0] == "USED", "the last command is saved")
        answers = server.call("GET", f"/v1/policies/{POLICY}/coupons", admin=True)[1]["coupons"]
        beside = export(data, "--policy", str(POLICY))[0]
        check_counts(server)
        server.stop()
    return data, answers, beside


def test_csv_has_what_the_server_answers(shop):
    data, answers, beside = shop
    out, err = export(data, "--policy", str(POLICY))
    rows = rows_of(out)
    assert [row["sequence"] for row in rows] == [str(number) for number in range(1, 8)]
    assert [row["state"] for row in rows] == ["USED", "RESERVED", "CANCELLED", "ISSUED", "ISSUED", "ISSUED", "ISSUED"]
    names = {"sequence": "sequence", "user_id": "userId", "ordinal": "ordinal", "code": "code", "state": "state",
             "reference": "reference", "held_until": "heldUntil", "issued_at": "issuedAt", "valid_from": "validFrom",
             "expires_at": "expiresAt"}
    for row, answer in zip(rows, answers, strict=True):
        assert row == {"policy_id": str(POLICY), **{column: str(answer.get(name) or "") for column, name in names.items()}}
    assert rows[0]["reference"] == QUOTED and rows[0]["code"].startswith("NOON-")
    assert rows[3]["reference"] == "", "no order has it now"
    assert (rows[4]["ordinal"], rows[6]["ordinal"], rows[5]["user_id"]) == ("1", "2", str(2**63 - 1))
    assert out == beside, "the same beside a server"
    assert err.startswith("exported 7 coupons of policy 7 as of 20") and "before offset" in err, err


def test_lines_of_json_have_the_members_of_an_answer(shop):
    data, answers, _ = shop
    lines = [json.loads(line) for line in export(data, "--policy", str(POLICY), "--format", "jsonl")[0].splitlines()]
    assert lines == [{"policyId": POLICY, **answer} for answer in answers]
    text = [json.loads(line) for line in export(data, "--policy", str(POLICY), "--format", "jsonl", "--ids", "string")[0].splitlines()]
    assert [line["userId"] for line in text] == [str(answer["userId"]) for answer in answers]
    assert {line["policyId"] for line in text} == {str(POLICY)}


def test_a_policy_without_codes_and_one_without_coupons(shop):
    data = shop[0]
    row, = rows_of(export(data, "--policy", str(PLAIN))[0])
    assert (row["code"], row["valid_from"], row["expires_at"], row["held_until"]) == ("", "", "", "")
    out, err = export(data, "--policy", str(EMPTY))
    assert rows_of(out) == [] and err.startswith("exported 0 coupons of policy 9 "), (out, err)


def test_one_state(shop):
    data = shop[0]
    counts = {state: len(rows_of(export(data, "--policy", str(POLICY), "--state", state)[0]))
              for state in ("ISSUED", "RESERVED", "USED", "CANCELLED", "EXPIRED")}
    assert counts == {"ISSUED": 4, "RESERVED": 1, "USED": 1, "CANCELLED": 1, "EXPIRED": 0}


def test_a_file_is_private_and_replaces_the_old_one_when_it_is_complete(shop, tmp_path):
    data = shop[0]
    file = tmp_path / "coupons.csv"
    file.write_text("old")
    file.chmod(0o644)
    out, err = export(data, "--policy", str(POLICY), "--out", str(file))
    assert out == "" and err.startswith("exported 7 coupons"), (out, err)
    assert file.read_text() == shop[2] and stat.S_IMODE(file.stat().st_mode) == 0o600
    export(data, "--policy", "99", "--out", str(file), code=1)
    assert file.read_text() == shop[2], "an export that failed leaves the old file"
    assert os.listdir(tmp_path) == ["coupons.csv"]


def test_wrong_usage_and_missing_things_are_named(shop, tmp_path):
    data = shop[0]
    _, err = export(data, "--policy", "99", code=1)
    assert "firstcome coupons export: the store has no policy 99" in err, err
    _, err = export(data, "--policy", str(POLICY), "--out", str(tmp_path / "none" / "coupons.csv"), code=1)
    assert "--out: cannot write" in err and "No such file or directory" in err, err
    _, err = export(data, "--policy", str(POLICY), "--out", str(tmp_path), code=1)
    assert "Is a directory" in err, err
    _, err = export(data, "--policy", str(POLICY), "--out", "/dev/full", code=1)
    assert "cannot write /dev/full: No space left on device" in err, err
    for words, what in ((("--format", "xml"), "csv, jsonl"), (("--state", "LOST"), "EXPIRED"), (("--ids", "string"), "--format jsonl"),
                        (("--store", "postgresql://nobody@127.0.0.1/none"), "use either --store or --data")):
        _, err = export(data, "--policy", str(POLICY), *words, code=2)
        assert what in err, err
    _, err = export(data, code=2)
    assert "--policy" in err, err
    _, err = export(tmp_path / "elsewhere", "--policy", "7", code=2)
    assert "elsewhere" in err, err
    code, _, err = run("coupons", "export", "--policy", "7", "--store", "postgresql://user:secret@127.0.0.1/none")
    assert code == 2 and "secret" not in err, err


def many_coupons(data, count):
    """Adds rows to a stopped store, so that an export of them takes long enough for a test."""
    with sqlite3.connect(data / "store.sqlite") as store:
        store.execute(f"""WITH RECURSIVE n(i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i < {count})
            INSERT INTO coupon SELECT policy_id, i, user_id + i, journal_offset, issued_at, user_ordinal, era, journal_partition
            FROM coupon, n WHERE policy_id = {PLAIN} AND sequence = 1""")
    store.close()


@pytest.fixture(name="large", scope="module")
def fixture_large(shop, tmp_path_factory):
    data = tmp_path_factory.mktemp("large") / "data"
    subprocess.run(["cp", "-a", shop[0], data], check=True)
    many_coupons(data, 300_000)
    return data


def peak_memory(process):
    """In bytes, until now."""
    return int(re.search(r"VmHWM:\s+(\d+) kB", pathlib.Path(f"/proc/{process.pid}/status").read_text())[1]) * 1024


def test_memory_does_not_grow_with_the_coupons(large):
    megabyte = 1_000_000
    words = ["coupons", "export", "--data", str(large), "--policy", str(PLAIN)]
    with subprocess.Popen([BINARY, *words], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=clean_environment()) as process:
        process.stdout.read(megabyte)
        at_first = peak_memory(process)
        process.stdout.read(14 * megabyte)
        at_last = peak_memory(process)  # it waits until the rest is read
        assert len(process.stdout.read()) > megabyte, "the export was not at its end"
        assert process.wait(DEADLINE) == 0
    assert at_last - at_first < 4 * megabyte * MEMORY, (at_first, at_last)


def test_a_reader_that_ends_early_ends_the_export(large):
    command_line = [BINARY, "coupons", "export", "--data", str(large), "--policy", str(PLAIN)]
    with subprocess.Popen(command_line, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=clean_environment()) as export_process:
        assert export_process.stdout.readline().decode().split(",")[0] == "policy_id"
        export_process.stdout.close()
        err = export_process.stderr.read().decode()
        assert export_process.wait(DEADLINE) == -signal.SIGPIPE and err == "", err
    ignoring = lambda: signal.signal(signal.SIGPIPE, signal.SIG_IGN)  # noqa: E731
    with subprocess.Popen(command_line, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=clean_environment(), restore_signals=False,
                          preexec_fn=ignoring) as export_process:
        export_process.stdout.readline()
        export_process.stdout.close()
        err = export_process.stderr.read().decode()
        assert export_process.wait(DEADLINE) == 1, err
        assert err == "firstcome coupons export: standard output cannot be written: Broken pipe\n"


def test_a_full_disk_is_an_error_without_a_file(large, tmp_path):
    code, err = run_into("full", "coupons", "export", "--data", str(large), "--policy", str(PLAIN))
    assert (code, err) == (1, "firstcome coupons export: standard output cannot be written: No space left on device\n")
    file = tmp_path / "coupons.csv"
    limit = ["sh", "-c", 'ulimit -f 1000; trap "" XFSZ; exec "$@"', "sh", BINARY, "coupons", "export", "--data", str(large),
             "--policy", str(PLAIN), "--out", str(file)]
    done = subprocess.run(limit, capture_output=True, text=True, timeout=DEADLINE, env=clean_environment(), check=False)
    assert done.returncode == 1 and "coupons.csv.new: File too large" in done.stderr, done
    assert not list(tmp_path.iterdir())


def test_on_a_terminal_the_result_replaces_the_progress(large, tmp_path):
    master, terminal = os.openpty()
    command_line = [BINARY, "coupons", "export", "--data", str(large), "--policy", str(PLAIN), "--out", str(tmp_path / "coupons.csv")]
    done = subprocess.run(command_line, stderr=terminal, timeout=DEADLINE, env=clean_environment(), check=False)
    os.close(terminal)
    shown = os.read(master, 1 << 16).decode()
    os.close(master)
    assert done.returncode == 0 and shown.endswith("\r\n"), shown
    assert "exported 300,000 coupons of policy 8" in shown.splitlines()[-1], shown
