"""`firstcome dlt`: dead letters of a data folder are listed, shown, replayed and dropped."""

import json
import os
import pty
import subprocess

import pytest
from letters import GARBAGE, POLICY, plant_letters
from server import BINARY, Server, clean_environment, run

@pytest.fixture(name="data")
def fixture_data(tmp_path):
    """A policy and two dead letters: a request that was moved to a wrong partition, and garbage."""
    data = tmp_path / "data"
    with Server(data) as server:
        server.create_policy(POLICY, 10)
        server.stop()
    plant_letters(data)
    return data


def dlt(data, command, *words):
    code, out, err = run("dlt", command, "--data", str(data), *words)
    assert code == 0, (out, err)
    return out


def refused(data, command, *words, code=1):
    exit_code, out, err = run("dlt", command, "--data", str(data), *words)
    assert (exit_code, out) == (code, ""), (exit_code, out, err)
    return err


def test_list_and_show_have_the_origin_and_the_reason(data):
    with Server(data):  # the command runs at the same time
        lines = dlt(data, "list").splitlines()
        assert [line.split()[0] for line in lines] == ["0:1", "0:2"]
        assert "from coupon-issue-request 2:5" in lines[0] and "moved and still not at home" in lines[0]
        assert "replayed from 0:9" in lines[1]
        assert dlt(data, "list", "--limit", "1").splitlines() == lines[1:]
        listed = json.loads(dlt(data, "list", "--json"))
        assert listed["count"] == 2
        assert listed["deadLetters"][1] | {"partition": 0, "offset": 2, "bytes": len(GARBAGE), "originalPartition": 2,
                                         "originalOffset": 6, "reason": "the value is no JSON"} == listed["deadLetters"][1]
        shown = dlt(data, "show", "0:1")
        assert '"userId": 42' in shown and "__TypeId__: shop.Message" in shown and "moved and still not at home" in shown
        assert "\x1b" not in dlt(data, "show", "0:2")
        assert json.loads(dlt(data, "show", "0:2", "--json"))["value"] == {
            "hex": GARBAGE.hex(), "bytes": len(GARBAGE), "whole": True}
    assert "partition 0 has offsets 1 to 2" in refused(data, "show", "0:3")
    assert "no partition 1" in refused(data, "show", "1:1")
    assert "'0' is not a PARTITION:OFFSET" in refused(data, "show", "0", code=2)


def test_replay_issues_readable_letters_once_and_keeps_the_others(data):
    with Server(data):
        assert "is in use by process" in refused(data, "replay", "0:1")
    assert "nothing was appended" in refused(data, "replay", "0:1", "0:3")
    assert "either PARTITION:OFFSET or --all" in refused(data, "replay", code=2)
    assert "0:1 is appended to the journal" in dlt(data, "replay", "0:1")
    code, printed, err = run("dlt", "replay", "--data", str(data), "--all")
    assert (code, len(printed.splitlines())) == (1, 2) and "0:2: this version cannot read the record either" in printed, printed
    assert "1 appended, 1 not readable, 0 failed" in err, err
    code, printed, _ = run("dlt", "replay", "--data", str(data), "0:2", "--json")
    assert (code, json.loads(printed)) == (1, {"place": "0:2", "partition": None, "offset": None, "readable": False})
    with Server(data) as server:
        assert server.policy(POLICY)["issuedCount"] == 1
        server.stop()  # when everything is saved
    events = json.loads(run("explain", "--data", str(data), "--policy", str(POLICY), "--user", "42", "--json")[1])["events"]
    assert [event["result"] for event in events if "result" in event] == ["SUCCESS", "ALREADY_ISSUED"], events
    assert run("audit", "--data", str(data))[0] == 0
    letters = json.loads(dlt(data, "list", "--json"))["deadLetters"]
    assert [letter["offset"] for letter in letters] == [1, 2], letters


def typed(data, word):
    """The output of `dlt drop --all` after this answer to its question."""
    master, terminal = pty.openpty()
    os.write(master, word.encode() + b"\n")
    done = subprocess.run([BINARY, "dlt", "drop", "--all", "--data", data], stdin=terminal, capture_output=True, text=True,
                          timeout=30, env=clean_environment(), check=False)
    os.close(terminal)
    os.close(master)
    return done.returncode, done.stdout + done.stderr


def test_drop_needs_a_confirmation_and_removes_the_oldest_letters_first(data):
    assert "use --yes" in refused(data, "drop", "--all", code=2)
    assert "nothing was removed" in refused(data, "drop", "0:3", "--yes")
    with Server(data):
        assert "is in use by process" in refused(data, "drop", "0:1", "--yes")
    code, output = typed(data, "no")
    assert code == 1 and "removes 2 dead letters permanently" in output and "nothing was removed" in output, output
    assert dlt(data, "drop", "0:1", "--yes") == "1 dead letter removed\n"
    assert [line.split()[0] for line in dlt(data, "list").splitlines()] == ["0:2"]
    assert "nothing was removed: there is no dead letter 0:1; partition 0 has offsets 2 to 2" in refused(data, "drop", "0:1", "--yes")
    assert typed(data, "drop")[0] == 0
    assert dlt(data, "list") == ""
    assert "partition 0 has no dead letters" in refused(data, "show", "0:2")
