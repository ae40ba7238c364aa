"""`policy import` from a database as JPA creates it, while the edge that it uses is killed."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from clients import Request
from coupons import Importer, import_hash
from workload import sell_out
from server import run, run_into
from servers import wait_until_saved

POLICY, COUPONS, STOCK = 7, 3_500, 3_600

# bigserial ids, timestamp(6) without time zone, varchar(255): as Hibernate's ddl-auto creates them. Seven coupons share
# each time, and their ids rise in the opposite order of the users.
SOURCE = f"""
CREATE SCHEMA shop; SET search_path = shop;
CREATE TABLE coupon_policy (id bigserial PRIMARY KEY, name varchar(255) NOT NULL, total_quantity integer NOT NULL,
                            start_time timestamp(6), end_time timestamp(6));
CREATE TABLE coupon (id bigserial PRIMARY KEY, policy_id bigint NOT NULL, user_id bigint NOT NULL,
                     issued_at timestamp(6) NOT NULL, status varchar(255));
INSERT INTO coupon_policy VALUES ({POLICY}, '가을 쿠폰', {STOCK}, '2026-11-23 23:00:00', NULL), (8, 'x', 5, NULL, NULL);
INSERT INTO coupon (policy_id, user_id, issued_at, status)
  SELECT {POLICY}, {COUPONS} + 1 - n, timestamp '2026-11-23 23:00:00.1239' + ((n * 31) % 500) * interval '1 ms', 'ISSUED'
  FROM generate_series(1, {COUPONS}) AS n;
INSERT INTO coupon (policy_id, user_id, issued_at, status) VALUES ({POLICY}, 1, '2026-11-23 23:00:00', 'CANCELLED');
INSERT INTO coupon (policy_id, user_id, issued_at, status) VALUES (8, 1, '2026-11-23 23:00:00', 'ISSUED');
"""
EXPECTED = f"""SELECT user_id, floor(extract(epoch FROM issued_at AT TIME ZONE 'Asia/Seoul') * 1000)::bigint FROM shop.coupon
               WHERE policy_id = {POLICY} AND status = 'ISSUED' ORDER BY issued_at, id"""
SAVED = f"""SELECT user_id, (extract(epoch FROM issued_at) * 1000)::bigint FROM firstcome.coupon
            WHERE policy_id = {POLICY} AND sequence <= {COUPONS} ORDER BY sequence"""


class Way(ThreadingHTTPServer):
    """A proxy between the importer and an edge: after the edge has accepted a chunk (or this number of uses), it is killed
    and the answer is lost."""

    def __init__(self, edge, chunks, verb="/import"):
        self.edge, self.left, self.verb, self.lock = edge, chunks, verb, threading.Lock()
        super().__init__(("127.0.0.1", 0), Step)

    @property
    def address(self):
        return f"http://127.0.0.1:{self.server_address[1]}"


class Step(BaseHTTPRequestHandler):
    def go(self):
        length = int(self.headers.get("Content-Length") or 0)
        body = json.loads(self.rfile.read(length)) if length else None
        try:
            status, answer = self.server.edge.call(self.command, self.path, body, admin=True)
        except OSError:  # killed meanwhile
            self.close_connection = True
            return
        if self.path.endswith(self.server.verb):
            with self.server.lock:
                self.server.left -= 1
                is_last = self.server.left == 0
            if is_last:
                self.server.edge.kill()
                self.close_connection = True
                return
        text = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    do_GET = do_POST = go  # noqa: N815

    def log_message(self, *_):
        pass


def ask(place, admin, *flags, coupons="shop.coupon", run=run):
    return run("policy", "import", "--from", place.store(), "--policy-table", "shop.coupon_policy", "--coupon-table",
               coupons, "--policy", str(POLICY), "--admin", admin, *flags)


def ask_well(place, admin, *flags, zone="Asia/Seoul", run=run):
    return ask(place, admin, "--zone", zone, "--issue-starts-at-column", "start_time", "--where",
               "status = 'ISSUED'", "--json", *flags, run=run)


def test_an_import_continues_at_another_edge_and_then_coupons_are_issued(place, clients):
    place.sql(SOURCE)
    place.issuer()
    edge = place.edge()
    code, out, err = ask_well(place, f"http://{edge.admin}", "--dry-run")
    rehearsed = json.loads(out)
    assert (code, rehearsed["coupons"], rehearsed["problems"]) == (0, COUPONS, []), err
    code, err = ask_well(place, f"http://{edge.admin}", "--dry-run", run=lambda *words: run_into("full", *words))
    assert code == 1 and "standard output cannot be written" in err, err
    assert edge.call("GET", f"/v1/policies/{POLICY}")[0] == 404

    way = Way(edge, chunks=2)
    threading.Thread(target=way.serve_forever, daemon=True).start()
    code, out, err = ask_well(place, way.address, "--retry-for", "0")
    way.shutdown()
    way.server_close()
    assert code == 1 and "Repeat the command: it continues the import" in err, err

    edge = place.edge()
    assert (edge.policy(POLICY)["state"], edge.policy(POLICY)["issuedCount"]) == ("IMPORTING", 2000)
    for code, out, err in (ask_well(place, f"http://{edge.admin}", zone="UTC"),
                           ask_well(place, f"http://{edge.admin}", "--max-count", str(STOCK + 1))):
        assert code == 1 and "began with other values" in err, (out, err)
    assert edge.policy(POLICY)["issuedCount"] == 2000
    held = clients.burst(edge.users, [Request(POLICY, user) for user in (1, 10_000)], connections=1)
    assert held[1].result == "PAUSED" and held[0].result in ("ALREADY_ISSUED", "PAUSED")
    code, out, err = ask_well(place, f"http://{edge.admin}")
    done = json.loads(out)
    assert (code, done["coupons"], done["earlier"]) == (0, COUPONS, 2000), err
    policy = edge.policy(POLICY)
    code, out, err = ask_well(place, f"http://{edge.admin}")
    assert code == 1 and "already exists, ACTIVE with 3500 coupons. It looks imported" in err, err
    assert (policy["name"], policy["state"], policy["issueStartsAt"]) == ("가을 쿠폰", "ACTIVE", "2026-11-23T14:00:00.000Z")

    clients.burst(edge.users, [Request(POLICY, user) for user in range(1, COUPONS, 50)], connections=16)
    sell_out(clients, edge, policies=(POLICY,), stock=STOCK)
    won = [r.body["sequence"] for r in clients.requests if r.result == "SUCCESS"]
    assert sorted(won) == list(range(COUPONS + 1, STOCK + 1))
    wait_until_saved(edge)
    place.stop()
    place.judge(clients, "--at-rest")
    expected = place.sql(EXPECTED)
    assert place.sql(SAVED) == expected
    coupons = [tuple(map(int, row.split("|"))) for row in expected.split()]
    assert import_hash(coupons) == done["hash"] == rehearsed["hash"]


def test_rows_that_cannot_be_imported_are_named_before_anything_is_sent(place, clients):
    place.sql(SOURCE)
    place.issuer()
    edge = place.edge()
    admin = f"http://{edge.admin}"

    def wrong(*flags, **names):
        code, out, err = ask(place, admin, *flags, **names)
        assert (code, out) == (1, ""), (out, err)
        assert edge.call("GET", f"/v1/policies/{POLICY}")[0] == 404
        return err

    zone = ("--zone", "Asia/Seoul")
    assert "times without a time zone. Hint: Set their zone" in wrong()
    for unknown in ("Asia/Soul", "KST", "Foo+9", "UTC+09:00", "+9", "+19:00", "posix/Asia/Seoul", "'"):
        assert f"--zone: '{unknown}' is no time zone of the IANA database and no offset of ISO" in wrong("--zone", unknown)
    assert "1 user holds more than one coupon: 1 (2)" in wrong(*zone)
    only = (*zone, "--where", "status = 'ISSUED'")
    assert "3500 coupons are 3499 more than the stock of 1" in wrong(*only, "--max-count", "1")
    assert "shop.coupon_policy has no column stock. It has: end_time, id, name" in wrong(*only, "--max-count-column", "stock")
    assert "there is no table shop.none" in wrong(*only, coupons="shop.none")
    assert "shop.coupon.status has type varchar" in wrong(*only, "--user-column", "status")
    place.sql(f"UPDATE shop.coupon SET user_id = -user_id WHERE policy_id = {POLICY} AND user_id IN (5, 6)")
    assert "2 coupons of shop.coupon have a user_id below 1" in wrong(*only)
    assert "syntax error" in wrong(*zone, "--where", "status =")
    assert run("policy", "import", "--from", "postgresql://u:p@h/d", "--policy", "7")[0] == 2

    # Later imports are refused by the decider, and can be closed.
    importer = Importer(edge, 9)
    importer.create(5)
    importer.taken(1, [[1, 1], [2, 2]])
    assert "count or hash" in importer.refused(3, [], count=2, hash=import_hash([(1, 1), (2, 3)]))
    importer.close()
    place.stop()
    place.judge(clients, "--at-rest")


# Every 7th user has used the coupon, every 11th of the others has given it back.
STATES = f"""
DELETE FROM shop.coupon WHERE status = 'CANCELLED';
ALTER TABLE shop.coupon ADD order_id varchar(255);
UPDATE shop.coupon SET status = 'USED', order_id = 'order-' || user_id WHERE policy_id = {POLICY} AND user_id % 7 = 0;
UPDATE shop.coupon SET status = 'CANCELLED' WHERE policy_id = {POLICY} AND user_id % 11 = 0 AND user_id % 7 <> 0;
UPDATE shop.coupon SET status = NULL WHERE policy_id = {POLICY} AND user_id = 1;
"""


def test_used_and_cancelled_coupons_stay_so_although_the_edge_is_killed_between(place, clients):
    place.sql(SOURCE + STATES)
    place.issuer()
    edge = place.edge()

    def states(admin, *flags):
        return ask(place, admin, "--zone", "Asia/Seoul", "--json", "--state-column", "status", "--reference-column",
                   "order_id", *flags)

    used = {user for user in range(1, COUPONS + 1) if user % 7 == 0}
    cancelled = {user for user in range(1, COUPONS + 1) if user % 11 == 0} - used
    way = Way(edge, chunks=100, verb="/use")
    threading.Thread(target=way.serve_forever, daemon=True).start()
    code, out, err = states(way.address, "--retry-for", "0")
    way.shutdown()
    way.server_close()
    assert code == 1 and "Repeat the command: it continues the import" in err, err

    edge = place.edge()
    assert edge.policy(POLICY)["state"] == "PAUSED", "no place of a cancelled coupon is free before all states are there"
    code, out, err = states(f"http://{edge.admin}")
    assert code == 0, err
    assert json.loads(out)["usedOrCancelled"] == len(used) + len(cancelled)
    policy = edge.policy(POLICY)
    counts = [policy[field] for field in ("state", "issuedCount", "usedCount", "cancelledCount", "activeCount")]
    assert counts == ["ACTIVE", COUPONS, len(used), len(cancelled), COUPONS - len(cancelled)]
    wait_until_saved(edge)
    found = place.sql("SELECT user_id, state, accepted FROM firstcome.coupon_life JOIN firstcome.coupon USING (policy_id, sequence)")
    rows = {int(user): (int(state), accepted) for user, state, accepted in (row.split("|") for row in found.splitlines() if row)}
    assert {user for user, (state, _) in rows.items() if state == 3} == used
    assert {user for user, (state, _) in rows.items() if state == 4} == cancelled
    assert f"use order-{min(used)}" in rows[min(used)][1] and "cancel imported" in rows[min(cancelled)][1]
    place.stop()
    place.judge(clients, "--at-rest")


def test_states_and_references_that_no_coupon_can_have_are_named(place):
    place.sql(SOURCE + STATES)
    place.sql(f"""UPDATE shop.coupon SET status = 'GONE' WHERE policy_id = {POLICY} AND user_id = 2;
                  UPDATE shop.coupon SET order_id = '' WHERE user_id = 7;
                  UPDATE shop.coupon SET order_id = repeat('x', 65) WHERE user_id = 14;
                  UPDATE shop.coupon SET order_id = E'a\\tb' WHERE user_id = 21;""")
    place.issuer()
    edge = place.edge()
    code, out, err = ask(place, f"http://{edge.admin}", "--zone", "Asia/Seoul", "--state-column", "status",
                         "--reference-column", "order_id")
    assert code == 1, (out, err)
    assert "1 coupons of shop.coupon have a status such as 'GONE'; it must be ISSUED, USED or CANCELLED" in err
    assert "3 coupons of shop.coupon have a order_id that is empty, longer than 64 bytes, or has control characters" in err
    assert edge.call("GET", f"/v1/policies/{POLICY}")[0] == 404


# Three coupons with each local time: the clocks of New York are set forward on March 8 at 2:00 and back on November 1 at 2:00.
HOURS = """
CREATE SCHEMA shop; SET search_path = shop;
CREATE TABLE coupon_policy (id bigint PRIMARY KEY, name text NOT NULL, total_quantity integer NOT NULL,
                            start_time timestamp, end_time timestamp, starts timestamptz, ends timestamptz);
CREATE TABLE coupon (id bigserial PRIMARY KEY, policy_id bigint NOT NULL, user_id bigint NOT NULL, issued_at timestamp NOT NULL);
INSERT INTO coupon_policy VALUES (7, 'Hours', 100, '2026-03-08 00:00:00', '2026-11-02 00:00:00', '-infinity', 'infinity');
INSERT INTO coupon (policy_id, user_id, issued_at) SELECT 7, n, '2026-03-08 01:59:59' FROM generate_series(1, 3) AS n;
INSERT INTO coupon (policy_id, user_id, issued_at) SELECT 7, n, '2026-03-08 02:30:00' FROM generate_series(4, 6) AS n;
INSERT INTO coupon (policy_id, user_id, issued_at) SELECT 7, n, '2026-03-08 03:00:00' FROM generate_series(7, 9) AS n;
INSERT INTO coupon (policy_id, user_id, issued_at) SELECT 7, n, '2026-11-01 00:59:59' FROM generate_series(10, 12) AS n;
INSERT INTO coupon (policy_id, user_id, issued_at) SELECT 7, n, '2026-11-01 01:00:00' FROM generate_series(13, 15) AS n;
INSERT INTO coupon (policy_id, user_id, issued_at) SELECT 7, n, '2026-11-01 02:00:00' FROM generate_series(16, 18) AS n;
"""


def test_local_times_are_those_of_the_zone_or_offset_and_unclear_ones_are_named(place):
    place.sql(HOURS)
    place.issuer()
    edge = place.edge()

    def dry_run(*flags):
        return ask(place, f"http://{edge.admin}", "--dry-run", "--json", *flags)

    def imports(as_id, *flags):
        code, out, err = ask(place, f"http://{edge.admin}", "--as", str(as_id), *flags)
        assert code == 0, (out, err)
        return edge.policy(as_id)

    window = ("--issue-starts-at-column", "start_time", "--issue-ends-at-column", "end_time")
    code, out, err = dry_run("--zone", "America/New_York", *window)
    assert code == 1, (out, err)
    assert json.loads(out)["problems"] == [
        "3 coupons of shop.coupon have an issued_at that does not exist, because the clocks were set forward, such as "
        "2026-03-08 02:30:00: name a view that converts the column to timestamptz, and so decides what is meant",
        "3 coupons of shop.coupon have an issued_at that exists twice, because the clocks were set back, such as "
        "2026-11-01 01:00:00: name a view that converts the column to timestamptz, and so decides what is meant"]
    place.sql("UPDATE shop.coupon_policy SET start_time = '2026-03-08 02:00:00', end_time = '2026-11-01 01:59:59'")
    code, out, err = dry_run("--zone", "america/new_york", "--where", "user_id = 1", *window)
    assert code == 1 and len(json.loads(out)["problems"]) == 2, (out, err)
    assert "shop.coupon_policy.start_time is a local time that does not exist" in err
    assert "shop.coupon_policy.end_time is a local time that exists twice" in err
    for zone in ("Asia/Seoul", "Etc/GMT+5", "-05:00", "Z"):  # their clocks are never set
        assert dry_run("--zone", zone, *window)[0] == 0

    # The sign is that of ISO 8601: +09:00 is in the east.
    east = imports(11, "--zone", "+09:00", *window)
    assert (east["issueStartsAt"], east["issueEndsAt"]) == ("2026-03-07T17:00:00.000Z", "2026-10-31T16:59:59.000Z")
    assert imports(12, "--zone", "-0330", *window)["issueStartsAt"] == "2026-03-08T05:30:00.000Z"
    wait_until_saved(edge)
    first = "SELECT issued_at AT TIME ZONE 'UTC' FROM firstcome.coupon WHERE policy_id = {} AND sequence = 1"
    assert place.sql(first.format(11)) == "2026-03-07 16:59:59"
    assert place.sql(first.format(12)) == "2026-03-08 05:29:59"

    # Infinite times mean no limit, at the end where they can.
    zone = ("--zone", "Z")
    at = ("--issue-starts-at-column", "starts", "--issue-ends-at-column", "ends")
    policy = imports(13, *zone, *at)
    assert (policy["issueStartsAt"], policy["issueEndsAt"]) == (None, None)
    place.sql("UPDATE shop.coupon_policy SET starts = 'infinity', ends = '-infinity'")
    code, out, err = dry_run(*zone, *at)
    assert code == 1 and "starts is infinity, so the policy can issue nothing" in err, (out, err)
    assert "ends is -infinity, so the policy can issue nothing" in err
    place.sql("UPDATE shop.coupon_policy SET starts = '0001-01-01 00:00 BC', ends = '10000-01-01Z'")
    code, out, err = dry_run(*zone, *at)
    assert code == 1 and "starts is outside of the years 1 to 9999" in err and "ends is outside" in err, (out, err)
    place.sql("UPDATE shop.coupon SET issued_at = 'infinity' WHERE user_id = 1")
    code, out, err = dry_run("--zone", "Asia/Seoul")
    assert code == 1 and "1 coupons of shop.coupon have an issued_at outside of the years 1970 to 9999" in err, (out, err)
