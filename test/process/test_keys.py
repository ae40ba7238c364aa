"""Keys: made with `key new`, required by a server, replaced while it runs."""

import json
import os
import re
import signal
import sqlite3
import time

import pytest
from server import DEADLINE, Server, run


@pytest.fixture
def keys(tmp_path):
    """A keys file with an operator, and the file with that key."""
    file, operator = tmp_path / "keys.toml", tmp_path / "operator.key"
    code, key, err = run("key", "new", "--name", "operator", "--scopes", "admin,read", "--keys-file", str(file))
    assert code == 0, err
    write_secret(operator, key)
    return file, operator


def write_secret(path, text):
    with open(os.open(path, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        file.write(text)


def bearer(file):
    return {"Authorization": f"Bearer {file.read_text().strip()}"}


def test_a_new_key_is_printed_once_and_stored_as_its_hash(tmp_path):
    code, out, err = run("key", "new", "--name", "shop", "--scopes", "issue,read", "--policies", "7,8",
                         "--expires", "2027-01-01T00:00:00Z")
    assert (code, err) == (0, "")
    secret = re.search(r"^fck_[A-Za-z0-9_-]{43}$", out, re.M)[0]
    assert out.count(secret) == 1
    table = out[out.index("[[key]]"):]
    for line in ('name = "shop"', 'scopes = ["issue", "read"]', "policies = [7, 8]"):
        assert line in table, table
    assert re.search(r'^sha256 = "[0-9a-f]{64}"$', table, re.M)
    assert "expires = 2027-01-01T00:00:00" in table

    file = tmp_path / "keys.toml"
    for name in ("shop", "partner"):
        code, out, err = run("key", "new", "--name", name, "--scopes", "issue", "--keys-file", str(file))
        assert code == 0 and re.fullmatch(r"fck_[A-Za-z0-9_-]{43}\n", out), (out, err)
    assert file.stat().st_mode & 0o777 == 0o600
    assert file.read_text().count("[[key]]") == 2 and "fck_" not in file.read_text()
    before = file.read_text()
    code, out, err = run("key", "new", "--name", "shop", "--scopes", "issue", "--keys-file", str(file))
    assert (code, out) == (1, "") and "shop" in err, err
    assert file.read_text() == before
    file.chmod(0o644)
    code, out, err = run("key", "new", "--name", "other", "--scopes", "issue", "--keys-file", str(file))
    assert (code, out) == (1, "") and "chmod" in err, err


def test_the_commands_use_keys(tmp_path, keys):
    file, operator = keys
    shop = tmp_path / "shop.key"
    write_secret(shop, run("key", "new", "--name", "shop", "--scopes", "issue,read", "--keys-file", str(file))[1])
    with Server(tmp_path / "data", "--keys-file", str(file)) as server:
        where = ("--server", f"http://{server.users}", "--admin", f"http://{server.admin}")
        code, _, err = run("policy", "create", "--id", "1", "--name", "A", "--max-count", "10", *where)
        assert code == 1 and "UNAUTHORIZED" in err and "--key-file" in err, err
        created = run("policy", "create", "--id", "1", "--name", "A", "--max-count", "10", *where, "--key-file", str(operator))
        assert created[0] == 0, created
        code, _, err = run("issue", "--policy", "1", "--user", "42", *where, "--key-file", str(operator))
        assert code == 1 and "FORBIDDEN: This key lacks the scope issue." in err, err
        issued = run("issue", "--policy", "1", "--user", "42", *where, "--key-file", str(shop))
        assert issued[0] == 0 and "SUCCESS" in issued[1], issued
        assert run("policy", "get", "1", *where, "--key-file", str(shop))[0] == 0
        assert run("policy", "list", *where, "--key-file", str(shop))[0] == 0
        paused = run("policy", "pause", "1", *where, "--key-file", str(shop), "--admin-key-file", str(operator))
        assert paused[0] == 0, paused
        benched = run("bench", *where, "--key-file", str(shop), "--admin-key-file", str(operator), "--requests", "200",
                      "--users", "100", "--connections", "4", "--max-count", "50", "--json")
        assert benched[0] == 0, benched
        server.stop()
    with sqlite3.connect(tmp_path / "data" / "store.sqlite") as store:
        assert store.execute("SELECT DISTINCT who FROM policy_change").fetchall() == [("operator",)]


def test_a_key_is_replaced_without_a_break(tmp_path, keys):
    file, operator = keys
    old, new = tmp_path / "old.key", tmp_path / "new.key"
    write_secret(old, run("key", "new", "--name", "shop-1", "--scopes", "issue", "--keys-file", str(file))[1])
    with Server(tmp_path / "data", "--keys-file", str(file)) as server:
        body = {"id": 1, "name": "A", "maxCount": 10}
        assert server.call("POST", "/v1/policies", body, admin=True, headers=bearer(operator))[0] == 201
        path = "/v1/policies/1/coupons"
        assert server.call("POST", path, {"userId": 1}, headers=bearer(old))[0] == 201
        write_secret(new, run("key", "new", "--name", "shop-2", "--scopes", "issue", "--keys-file", str(file))[1])
        server.wait_for("read the keys again")
        for user, key in ((2, old), (3, new)):
            assert server.call("POST", path, {"userId": user}, headers=bearer(key))[0] == 201
        tables = file.read_text().split("[[key]]")
        left = "[[key]]".join(table for table in tables if "shop-1" not in table)
        write_secret(tmp_path / "keys.new", left)
        os.rename(tmp_path / "keys.new", file)
        server.process.send_signal(signal.SIGHUP)
        server.wait_for("read the keys again")
        deadline = time.monotonic() + DEADLINE
        while server.call("POST", path, {"userId": 4}, headers=bearer(old))[0] != 401:
            assert time.monotonic() < deadline
        assert server.call("POST", path, {"userId": 5}, headers=bearer(new))[0] == 201
        write_secret(file, "[[key]]\nname = 7\n")
        server.process.send_signal(signal.SIGHUP)
        assert "keys.toml" in server.wait_for("cannot read the keys again, .*").group(0)
        assert server.call("POST", path, {"userId": 6}, headers=bearer(new))[0] == 201
        server.stop()
    assert "fck_" not in server.log_text()


def test_a_server_without_a_key_for_commands_warns(tmp_path):
    file = tmp_path / "keys.toml"
    warning = "keys.toml: no valid key has the scope admin"
    assert run("key", "new", "--name", "shop", "--scopes", "issue,read", "--keys-file", str(file))[0] == 0
    with Server(tmp_path / "data", "--keys-file", str(file)) as server:
        server.wait_for(warning)
        assert run("key", "new", "--name", "operator", "--scopes", "admin", "--keys-file", str(file))[0] == 0
        server.wait_for("read the keys again")
        server.stop()
    assert server.log_text().count(warning) == 1
    admin = tmp_path / "admin.key"
    write_secret(admin, "an-operators-own-key-of-32-bytes")
    file.unlink()
    assert run("key", "new", "--name", "shop", "--scopes", "issue,read", "--keys-file", str(file))[0] == 0
    with Server(tmp_path / "data", "--keys-file", str(file), "--admin-key-file", str(admin)) as server:
        server.stop()
    assert warning not in server.log_text()


def test_a_server_that_accepts_anonymous_callers_warns(tmp_path):
    code, _, err = run("serve", "--data", str(tmp_path / "data"), "--listen", "0.0.0.0:0", "--admin-listen", "127.0.0.1:0")
    assert code == 2 and "--allow-anonymous" in err and "--keys-file" in err, err
    listen = ("--listen", "0.0.0.0:0", "--admin-listen", "127.0.0.1:0", "--allow-anonymous")
    with Server(tmp_path / "data", listen=listen) as server:
        assert "any client that reaches the users' listener can request coupons" in server.log_text()
        status, body = server.call("GET", "/readyz", admin=True)[:2]
        assert status == 200 and "--allow-anonymous" in json.dumps(body), body
        server.stop()
