"""Files of users: who can get a coupon of a policy, and who is given one."""

import csv
import json
import re

import pytest
from server import Server, run

POLICY = 7


class Operator:
    """The commands, with the address of a server."""

    def __init__(self, server, folder):
        self.server, self.folder = server, folder

    def file(self, *lines, name="users.csv"):
        path = self.folder / name
        path.write_text("".join(f"{line}\n" for line in lines))
        return str(path)

    def run(self, *words):
        return run(*words, "--admin", f"http://{self.server.admin}")

    def fine(self, *words):
        code, out, err = self.run(*words)
        assert code == 0, (words, out, err)
        return out

    def failed(self, *words):
        code, out, err = self.run(*words)
        assert code == 1, (words, out, err)
        return err

    def issue(self, user):
        return self.server.call("POST", f"/v1/policies/{POLICY}/coupons", {"userId": user})[1]["result"]


@pytest.fixture
def operator(tmp_path):
    with Server(tmp_path / "data") as server:
        yield Operator(server, tmp_path)
        server.stop()
    code, out, err = run("audit", "--data", str(tmp_path / "data"))
    assert code == 0, out + err


def create(operator, *words, max_count=10_000):
    operator.fine("policy", "create", "--id", str(POLICY), "--name", "Members", "--max-count", str(max_count), *words)


def test_a_list_is_added_in_chunks_and_again_while_the_policy_issues(operator):
    create(operator, "--eligible", "listed")
    assert operator.issue(42) == "NOT_ELIGIBLE"
    users = operator.file("user_id", *range(1, 2_501))
    out = operator.fine("policy", "eligible", str(POLICY), "--users", users)
    assert out == "added 2,500 users to the list of policy 7; the list has 2,500 users\n"
    assert [operator.issue(user) for user in (42, 2_500, 2_501)] == ["SUCCESS", "SUCCESS", "NOT_ELIGIBLE"]
    more = operator.file(2_501, name="more.csv")
    answer = json.loads(operator.fine("policy", "eligible", str(POLICY), "--users", more, "--json"))
    assert answer == {"policyId": POLICY, "users": 1, "earlier": 0, "listedCount": 2_501}
    assert operator.issue(2_501) == "SUCCESS"
    assert ", 2501 listed users" in operator.fine("policy", "get", str(POLICY), "--server", f"http://{operator.server.users}")


def test_an_interrupted_list_continues(operator):
    create(operator, "--eligible", "listed")
    chunk = {"first": 1, "users": list(range(1, 1_001))}
    assert operator.server.call("POST", f"/v1/policies/{POLICY}/eligible", chunk, admin=True)[0] == 200
    users = operator.file(*range(1, 2_502))
    out = operator.fine("policy", "eligible", str(POLICY), "--users", users, "--after", "0")
    assert out == "added 2,501 users to the list of policy 7, 1,000 of them in an earlier run; the list has 2,501 users\n"
    assert operator.server.policy(POLICY)["listedCount"] == 2_501
    again = operator.fine("policy", "eligible", str(POLICY), "--users", users, "--after", "0")
    assert "2,501 of them in an earlier run" in again
    few = operator.file(1, name="few.csv")
    assert "With --after 0 and 1 user in the file, it must have 0 to 1." in operator.failed(
        "policy", "eligible", str(POLICY), "--users", few, "--after", "0")
    assert [operator.issue(user) for user in (1, 1_001, 2_501)] == ["SUCCESS"] * 3


def test_a_file_with_invalid_lines_or_duplicates_sends_nothing(operator):
    create(operator, "--eligible", "listed")
    for command in ("eligible", "grant"):
        words = ("policy", command, str(POLICY), "--users")
        err = operator.failed(*words, operator.file("user", 42, "4x2", 0))
        assert "line 3: '4x2' is not a user id" in err and "line 4: '0'" in err and "nothing was sent" in err, err
        err = operator.failed(*words, operator.file(42, 43, 42))
        assert "line 3: user 42 is already in line 1" in err and "nothing was sent" in err, err
        assert "No such file" in operator.failed(*words, str(operator.folder / "none.csv"))
    policy = operator.server.policy(POLICY)
    assert (policy["listedCount"], policy["issuedCount"]) == (0, 0)


def test_a_policy_for_everyone_has_no_list(operator):
    create(operator)
    assert "has no list" in operator.failed("policy", "eligible", str(POLICY), "--users", operator.file(42))
    assert "cannot read the policy: NOT_FOUND" in operator.failed("policy", "eligible", "8", "--users", operator.file(42))


def test_grants_may_be_repeated_and_report_who_got_none(operator):
    create(operator, max_count=1_500)
    assert operator.issue(42) == "SUCCESS"
    users = operator.file("winner", *range(1, 1_503))
    report = operator.folder / "without.csv"
    words = ("policy", "grant", str(POLICY), "--users", users, "--report", str(report))
    code, out, err = operator.run(*words, "--json")
    assert code == 1, err
    answer = json.loads(out)
    assert answer == {"policyId": POLICY, "users": 1_502, "granted": 1_499, "earlier": 1, "without": 2, "unanswered": 0,
                      "results": {"SOLD_OUT": 2}}
    rows = list(csv.DictReader(report.open()))
    assert len(rows) == 2 and {row["result"] for row in rows} == {"SOLD_OUT"}, rows
    assert all(int(row["line"]) == int(row["user_id"]) + 1 and row["detail"] for row in rows), rows
    operator.fine("policy", "change", str(POLICY), "--max-count", "1502")
    out = operator.fine(*words)
    assert out == "policy 7: 2 coupons granted, 1,500 users had one before\n"
    assert report.read_text() == "line,user_id,result,detail\n"
    assert operator.server.policy(POLICY)["issuedCount"] == 1_502


def test_grants_with_an_ordinal_are_further_coupons(operator):
    create(operator, "--per-user-limit", "2")
    users = operator.file(42, 43)
    words = ("policy", "grant", str(POLICY), "--users", users)
    assert operator.fine(*words) == "policy 7: 2 coupons granted\n"
    assert "2 coupons granted" in operator.fine(*words, "--ordinal", "2")
    assert "0 coupons granted, 2 users had one before" in operator.fine(*words, "--ordinal", "2")
    assert "policy change 7 --per-user-limit 3" in operator.failed(*words, "--ordinal", "3")
    assert operator.server.policy(POLICY)["issuedCount"] == 4


def test_grants_with_one_connection_are_in_the_order_of_the_file(operator):
    create(operator)
    users = operator.file(*range(50, 0, -1))
    operator.fine("policy", "grant", str(POLICY), "--users", users, "--connections", "1")
    coupons = operator.server.call("GET", f"/v1/users/{1}/coupons")[1]["coupons"]
    assert [coupon["sequence"] for coupon in coupons] == [50]


def test_grants_respect_the_list(operator):
    create(operator, "--eligible", "listed")
    operator.fine("policy", "eligible", str(POLICY), "--users", operator.file(42))
    report = operator.folder / "without.csv"
    code, out, _ = operator.run("policy", "grant", str(POLICY), "--users", operator.file(42, 43), "--report", str(report))
    assert code == 1 and re.search(r"1 coupon granted, 1 user got none: 1 NOT_ELIGIBLE", out), out
    assert report.read_text().splitlines()[1].startswith("2,43,NOT_ELIGIBLE,"), report.read_text()
    err = operator.run("policy", "grant", str(POLICY), "--users", operator.file(43))[2]
    assert "Not every user got a coupon. Hint: With --report FILE" in err, err


def test_grants_that_are_cut_short_count_the_users_that_are_left(tmp_path):
    keys = tmp_path / "admin.key"
    keys.write_text("0123456789abcdefghij\n")
    keys.chmod(0o600)
    with Server(tmp_path / "data", "--admin-key-file", str(keys), "--key-rate", "20") as server:
        operator = Operator(server, tmp_path)
        key = ("--admin-key-file", str(keys))
        operator.fine("policy", "create", "--id", str(POLICY), "--name", "Few", "--max-count", "1000", *key)
        users = operator.file(*range(1, 1_001))
        words = ("policy", "grant", str(POLICY), "--users", users, "--retry-for", "0", *key)
        code, out, err = operator.run(*words)
        found = re.fullmatch(r"policy 7: ([\d,]+) coupons? granted, ([\d,]+) users without an answer\n", out)
        assert code == 1 and found and sum(int(number.replace(",", "")) for number in found.groups()) == 1_000, out
        assert "TOO_MANY_REQUESTS" in err and "Repeat the command: no user gets a second coupon by it." in err, err


def test_grants_continue_while_the_server_limits_them(tmp_path):
    """Each user is another principal, so only a limit of the key reaches a grant."""
    keys = tmp_path / "admin.key"
    keys.write_text("0123456789abcdefghij\n")
    keys.chmod(0o600)
    with Server(tmp_path / "data", "--admin-key-file", str(keys), "--key-rate", "20") as server:
        operator = Operator(server, tmp_path)
        key = ("--admin-key-file", str(keys))
        operator.fine("policy", "create", "--id", str(POLICY), "--name", "Few", "--max-count", "100", *key)
        users = operator.file(*range(1, 61))
        assert "60 coupons granted" in operator.fine("policy", "grant", str(POLICY), "--users", users, *key)
        server.stop()
