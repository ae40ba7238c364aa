"""A disk that does not confirm a commit of the journal. Answers stay true after `kill -9`."""

import os
import time

import pytest
from server import Server, clean_environment, run

LIBRARY = os.environ.get("FIRSTCOME_FAILING_SYNC", "build/release/test/process/libfailing_sync.so")
NOW = {"Prefer": "wait=1"}


class Disk:
    """Fails the syncs of the journal's log that a test selects."""

    def __init__(self, folder):
        self.order = folder / "order"
        self.environment = clean_environment(LD_PRELOAD=os.path.abspath(LIBRARY), FAILING_SYNC_OF="/journal.sqlite-wal",
                                             FAILING_SYNC_ORDER=str(self.order))

    def fail(self, times):
        self.order.write_text(str(times))

    def left(self):
        return int(self.order.read_text())


@pytest.fixture
def data(tmp_path):
    return tmp_path / "data"


@pytest.fixture
def disk(tmp_path):
    return Disk(tmp_path)


def issue(server, user):
    return server.call("POST", "/v1/policies/1/coupons", {"userId": user}, headers=NOW)


def issue_at_last(server, user):
    """While the journal is opened again, the answer is that nothing was recorded."""
    deadline = time.monotonic() + 30
    while True:
        status, answer = issue(server, user)
        if answer["result"] != "UNAVAILABLE" or time.monotonic() > deadline:
            return status


def create(server, policy):
    body = {"id": policy, "name": "Another", "maxCount": 10}
    return server.call("POST", "/v1/policies", body, admin=True, headers=NOW)


def holds(server, user):
    status, answer = server.call("GET", f"/v1/users/{user}/coupons")
    assert status == 200, answer
    return bool(answer["coupons"])


def has_policy(server, policy):
    return server.call("GET", f"/v1/policies/{policy}")[0] == 200


def audited(data):
    code, out, err = run("audit", "--data", str(data))
    assert code == 0, out + err


# One failed sync: the journal overwrites the records, and may answer that nothing was recorded. Two: it cannot.
@pytest.mark.parametrize("failures, result", [(1, "UNAVAILABLE"), (2, "OUTCOME_UNKNOWN")])
@pytest.mark.parametrize("ask, is_there", [(issue, holds), (create, has_policy)])
def test_the_answer_to_a_failed_commit_is_true_after_a_kill(data, disk, ask, is_there, failures, result):
    with Server(data, env=disk.environment) as server:
        server.create_policy(1, 10)
        assert issue(server, 1)[0] == 201
        disk.fail(failures)
        status, answer = ask(server, 2)
        assert (status, answer["result"]) == (503, result), answer
        assert disk.left() == 0
        server.kill()
    with Server(data) as server:
        if result == "UNAVAILABLE":
            assert not is_there(server, 2)
            status, answer = issue(server, 3)
            assert (status, answer["sequence"]) == (201, 2), answer
        assert holds(server, 1)
        server.stop()
    audited(data)


def test_the_journal_continues_after_a_failed_commit(data, disk):
    """Answers after the failure are kept, whatever the disk does to the earlier records."""
    with Server(data, env=disk.environment) as server:
        server.create_policy(1, 10)
        for user, failures in ((1, 1), (2, 2), (3, 1)):
            disk.fail(failures)
            assert issue(server, user)[0] == 503
            assert issue_at_last(server, 10 + user) == 201
        server.kill()
    with Server(data) as server:
        assert all(holds(server, 10 + user) for user in range(1, 4))
        assert not holds(server, 1)
        server.stop()
    audited(data)
