"""The promises, checked against what clients were told and against the store's rows."""

import sqlite3
from collections import Counter

SUCCESS, ALREADY_ISSUED, SOLD_OUT = 1, 2, 3  # codes of the store, see src/domain/code.h


def holders_told(requests, policy):
    """user → sequence, from every answer that names one; fails when two answers disagree."""
    holders, owners = {}, {}
    for request in requests:
        if request.policy != policy or request.result not in ("SUCCESS", "ALREADY_ISSUED"):
            continue
        sequence = request.body["sequence"]
        assert request.body["userId"] == request.user and request.body["policyId"] == policy, request
        assert holders.setdefault(request.user, sequence) == sequence, f"two sequences for one user: {request}"
        assert owners.setdefault(sequence, request.user) == request.user, f"two users of one sequence: {request}"
    return holders


def check_answers(requests, policy, max_count):
    """Never more than max, never two for one user, first come first served."""
    requests = [r for r in requests if r.policy == policy]
    holders = holders_told(requests, policy)
    assert all(1 <= sequence <= max_count for sequence in holders.values())
    winners = Counter(r.user for r in requests if r.result == "SUCCESS")
    assert all(count == 1 for count in winners.values()), "a user was told SUCCESS twice"
    check_order(requests)
    return holders


def check_order(requests):
    """Who was answered before another sent is ahead; nobody sent after a SOLD_OUT was answered wins."""
    moments = []
    for request in requests:
        if request.result == "SUCCESS":
            moments.append((request.sent, "sent", request))
        if request.answered is not None and request.result in ("SUCCESS", "SOLD_OUT"):
            moments.append((request.answered, "answered", request))
    moments.sort(key=lambda moment: moment[0])
    highest, sold_out = 0, None
    for _, what, request in moments:
        if what == "sent":
            assert request.body["sequence"] > highest, f"{request} was sent after {highest} had been answered"
            assert sold_out is None, f"{request} won after {sold_out} had been told SOLD_OUT"
        elif request.result == "SUCCESS":
            highest = max(highest, request.body["sequence"])
        else:
            sold_out = sold_out or request


class StoreRows:
    """The store's own tables, read by somebody who is not firstcome."""

    def __init__(self, data):
        self.database = sqlite3.connect(f"file:{data}/store.sqlite?mode=ro", uri=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.database.close()

    def coupons(self, policy):
        """sequence → user"""
        rows = self.database.execute("SELECT sequence, user_id FROM coupon WHERE policy_id = ?", (policy,)).fetchall()
        assert len({user for _, user in rows}) == len(rows), "a user has two coupons"
        return dict(rows)

    def codes(self):
        """partition → one code an offset, from batches that must tile the journal up to the position."""
        codes = {}
        for partition, next_offset in self.database.execute(
                "SELECT partition, next_offset FROM journal_position ORDER BY partition"):
            told = b""
            for first_offset, batch in self.database.execute(
                    "SELECT first_offset, codes FROM journal_batch WHERE partition = ? ORDER BY first_offset",
                    (partition,)):
                assert first_offset == len(told), f"partition {partition}: batches leave a gap or overlap"
                told += batch
            assert len(told) == next_offset, f"partition {partition}: batches do not reach the position"
            codes[partition] = told
        return codes


def check_sold_out_rows(rows, policy, holders, max_count):
    """All sold: the sequences have no gap, and agree with what clients were told."""
    coupons = rows.coupons(policy)
    assert sorted(coupons) == list(range(1, max_count + 1))
    for user, sequence in holders.items():
        assert coupons[sequence] == user, f"user {user} was told {sequence}, the store says {coupons[sequence]}"
