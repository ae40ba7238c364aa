"""Names and texts of others are shown without the characters that command a terminal."""

import json
import re
import sqlite3

from server import Server, run

# C0, C1, DEL, a bidirectional override and a forged line.
NAME = "Sale \x1b[2J \u009b31m \x7f \u202e \u2066 \u2028\nclean: the store matches the journal 가을 ✓"
SHOWN = r"Sale \u001b[2J \u009b31m \u007f \u202e \u2066 \u2028\u000aclean: the store matches the journal 가을 ✓"
CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")


def shown(code, *words):
    actual, out, err = run(*words)
    assert actual == code, (words, out, err)
    assert not CONTROLS.search(out + err), (words, out, err)
    return out + err


def test_names_cannot_command_a_terminal(tmp_path):
    data = str(tmp_path / "data")
    with Server(data) as server:
        where = ("--server", f"http://{server.users}", "--admin", f"http://{server.admin}")
        status, _ = server.call("POST", "/v1/policies", {"id": 7, "name": NAME, "maxCount": 3}, admin=True)
        assert status == 201
        for words in (("policy", "get", "7"), ("policy", "list"), ("policy", "pause", "7"), ("policy", "resume", "7")):
            assert f'policy 7 "{SHOWN}"' in shown(0, *words, *where)
            answer = json.loads(shown(0, *words, "--json", *where))
            assert NAME in (answer.get("name"), answer.get("policies", [{}])[0].get("name")), answer
        assert f'policy 8 "{SHOWN[:8]}' in shown(0, "policy", "create", "--id", "8", "--name", NAME.splitlines()[0][:150], "--max-count", "1", *where)
        assert "SUCCESS" in shown(0, "issue", "--policy", "7", "--user", "42", *where)
        server.stop()
    explained = shown(0, "explain", "--data", data, "--policy", "7", "--user", "42")
    assert f"policy 7 '{SHOWN}'" in explained and f"name '{SHOWN}'" in explained, explained
    assert json.loads(shown(0, "explain", "--data", data, "--policy", "7", "--user", "42", "--json"))["policyId"] == 7
    with sqlite3.connect(tmp_path / "data" / "store.sqlite") as store:
        store.execute("UPDATE coupon_policy SET name = name || char(155) WHERE id = 7")
    store.close()
    audited = shown(1, "audit", "--data", data)
    assert rf"policy 7: name is '{SHOWN}' in the journal, '{SHOWN}\u009b' in the store" in audited, audited
    assert json.loads(shown(1, "audit", "--data", data, "--json"))["differenceCount"] == 1


def test_what_was_typed_cannot_command_a_terminal():
    for words in (("policy", "get", "\x1b[2J"), ("\u009b31m",), ("serve", "--role", "\u202e")):
        assert "\\u" in shown(2, *words)
