"""Files of codes: a partner's codes, which the coupons of a policy get in their order."""

import csv
import json
import time

import pytest
from server import DEADLINE, Server, run
from test_lists_of_users import Operator

POLICY = 7


@pytest.fixture
def operator(tmp_path):
    with Server(tmp_path / "data") as server:
        operator = Operator(server, tmp_path)
        operator.fine("policy", "create", "--id", str(POLICY), "--name", "Partner", "--max-count", "0",
                      "--codes", "imported")
        yield operator
        server.stop()
    code, out, err = run("audit", "--data", str(tmp_path / "data"))
    assert code == 0, out + err


def codes_of(first, last):
    return [f"PARTNER-{number:08}" for number in range(first, last + 1)]


def code_of(operator, user):
    return operator.server.call("POST", f"/v1/policies/{POLICY}/coupons", {"userId": user})[1].get("code")


def test_codes_are_added_in_chunks_and_again_while_the_policy_issues(operator):
    codes = operator.file("Code", *codes_of(1, 2_500), name="codes.csv")
    out = operator.fine("policy", "codes", str(POLICY), "--codes", codes)
    assert out == "added 2,500 codes to policy 7; it has 2,500 codes\n"
    operator.fine("policy", "change", str(POLICY), "--max-count", "2")
    assert [code_of(operator, user) for user in (42, 43, 44, 42)] == [*codes_of(1, 2), None, *codes_of(1, 1)]
    more = operator.file(*codes_of(2_501, 2_501), name="more.csv")
    answer = json.loads(operator.fine("policy", "codes", str(POLICY), "--codes", more, "--json"))
    assert answer == {"policyId": POLICY, "codes": 1, "earlier": 0, "codeCount": 2_501}
    where = ("--server", f"http://{operator.server.users}")
    assert ", 2501 imported codes" in operator.fine("policy", "get", str(POLICY), *where)
    assert "higher than the codes" in operator.failed("policy", "change", str(POLICY), "--max-count", "2502")


def test_long_codes_fit_into_chunks(operator):
    codes = operator.file(*(f"{number:064}" for number in range(2_000)), name="codes.csv")
    operator.fine("policy", "codes", str(POLICY), "--codes", codes)
    assert operator.server.policy(POLICY)["codeCount"] == 2_000


def test_an_interrupted_list_continues(operator):
    chunk = {"first": 1, "codes": codes_of(1, 1_000)}
    assert operator.server.call("POST", f"/v1/policies/{POLICY}/codes", chunk, admin=True)[0] == 200
    codes = operator.file(*codes_of(1, 2_501), name="codes.csv")
    words = ("policy", "codes", str(POLICY), "--codes", codes, "--after", "0")
    out = operator.fine(*words)
    assert out == "added 2,501 codes to policy 7, 1,000 of them in an earlier run; it has 2,501 codes\n"
    assert "2,501 of them in an earlier run" in operator.fine(*words)


def test_a_file_with_invalid_lines_or_duplicates_sends_nothing(operator):
    words = ("policy", "codes", str(POLICY), "--codes")
    err = operator.failed(*words, operator.file("code", "A1", "B 2", "C3,D4"))
    assert "line 3 is not a code" in err and "line 4 is not a code" in err and "nothing was sent" in err, err
    err = operator.failed(*words, operator.file("A1", "B2", "A1"))
    assert "line 3: the code is already in line 1" in err and "nothing was sent" in err and "A1" not in err, err
    assert "No such file" in operator.failed(*words, str(operator.folder / "none.csv"))
    assert operator.server.policy(POLICY)["codeCount"] == 0


def test_a_code_of_the_policy_is_refused_with_its_line(operator):
    words = ("policy", "codes", str(POLICY), "--codes")
    operator.fine(*words, operator.file(*codes_of(1, 10), name="codes.csv"))
    again = operator.file("code", *codes_of(11, 1_500), "", *codes_of(5, 5), name="again.csv")
    err = operator.failed(*words, again)
    assert "Code 1501 of the list is in this policy already" in err, err
    assert "It is in line 1493 of the file." in err and "--after 10" in err, err
    assert operator.server.policy(POLICY)["codeCount"] == 1_010, "the first chunk"


def test_a_policy_without_imported_codes_has_no_list(operator):
    operator.fine("policy", "create", "--id", "8", "--name", "None", "--max-count", "1")
    codes = operator.file("A1", name="codes.csv")
    assert "are not imported" in operator.failed("policy", "codes", "8", "--codes", codes)
    assert "cannot read the policy: NOT_FOUND" in operator.failed("policy", "codes", "9", "--codes", codes)


def test_an_export_and_a_list_have_the_codes(operator):
    operator.fine("policy", "codes", str(POLICY), "--codes", operator.file("A-1", '"B,""2"', "C-3", name="codes.csv"))
    operator.fine("policy", "change", str(POLICY), "--max-count", "3")
    assert [code_of(operator, user) for user in (42, 43)] == ["A-1", 'B,"2']
    shown = operator.server.call("GET", "/v1/users/43/coupons")[1]["coupons"]
    assert [coupon["code"] for coupon in shown] == ['B,"2']
    operator.server.stop()
    data = ("--data", str(operator.folder / "data"))
    _, out, err = run("coupons", "export", "--policy", str(POLICY), *data)
    assert [row["code"] for row in csv.DictReader(out.splitlines())] == ["A-1", 'B,"2'], out + err
    _, out, err = run("coupons", "export", "--policy", str(POLICY), "--format", "jsonl", *data)
    assert [json.loads(line)["code"] for line in out.splitlines()] == ["A-1", 'B,"2'], out + err


def test_when_a_policy_is_over_its_codes_are_read_from_the_store(operator):
    operator.fine("policy", "codes", str(POLICY), "--codes", operator.file("A-1", name="codes.csv"))
    operator.fine("policy", "change", str(POLICY), "--max-count", "1", "--valid-for", "PT1S")
    assert code_of(operator, 42) == "A-1"
    assert operator.server.call("GET", "/v1/coupons/A-1")[1]["sequence"] == 1
    operator.fine("policy", "close", str(POLICY))

    def is_over():
        operator.fine("policy", "create", "--name", "Any", "--max-count", "1")  # a record moves the clock
        return operator.server.call("GET", "/v1/coupons/A-1")[0] == 404

    deadline = time.monotonic() + DEADLINE
    while not is_over():
        assert time.monotonic() < deadline, "the coupon expires after a second"
        time.sleep(0.05)
    shown = operator.server.call("GET", f"/v1/policies/{POLICY}/coupons/1")[1]
    assert (shown["code"], shown["state"]) == ("A-1", "EXPIRED")
    assert operator.server.call("GET", "/v1/users/42/coupons")[1]["coupons"][0]["code"] == "A-1"
