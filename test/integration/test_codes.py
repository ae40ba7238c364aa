"""A partner's codes on servers: while codes are added, coupons issued and nodes killed, each code belongs to one coupon."""

import http.client
import threading

from servers import eventually, wait_until_saved

POLICY = 1
CHUNK = 50
CHUNKS = 12
CODES = [f"PARTNER-{number:05}" for number in range(1, CHUNK * CHUNKS + 1)]
ATTEMPTS = 40


def call(edges, first_edge, method, path, body, admin=False):
    """Again, and at another edge, after any answer that is not final."""
    for attempt in range(ATTEMPTS):
        try:
            status, answer = edges[(first_edge + attempt) % len(edges)].call(method, path, body, admin=admin)
        except (OSError, http.client.HTTPException):
            continue
        if status < 500:
            return status, answer
    raise AssertionError(f"{path} got no answer")


def test_the_coupon_with_sequence_n_has_the_nth_code(place):
    issuer = place.issuer()
    edges = [place.edge(), place.edge()]
    terms = {"id": POLICY, "name": "Partner", "maxCount": 0, "codes": "IMPORTED"}
    assert edges[0].call("POST", "/v1/policies", terms, admin=True)[0] == 201
    added, won, failures = [], {}, []

    def add_codes():
        for chunk in range(CHUNKS):
            body = {"first": chunk * CHUNK + 1, "codes": CODES[chunk * CHUNK:(chunk + 1) * CHUNK]}
            for copy in range(2):  # the second one at the other edge
                status, answer = call(edges, chunk + copy, "POST", f"/v1/policies/{POLICY}/codes", body, admin=True)
                assert (status, answer.get("codeCount", 0) >= body["first"]) == (200, True), answer
            assert call(edges, chunk, "PATCH", f"/v1/policies/{POLICY}", {"maxCount": answer["codeCount"]}, admin=True)[0] == 200
            added.append(chunk)

    def arrive():
        user = 0
        while len(won) < len(CODES):
            user += 1
            _, answer = call(edges, user, "POST", f"/v1/policies/{POLICY}/coupons", {"userId": user})
            if "sequence" in answer:  # an earlier copy of the request may have won
                won[answer["sequence"]] = answer["code"]

    def die():
        eventually(lambda: len(added) > 2, "codes were added")
        issuer.kill()
        eventually(lambda: len(added) > 5, "codes are added without an issuer")
        place.issuer()
        edges[0].kill()

    def guarded(work):
        try:
            work()
        except BaseException as failure:  # shown by the test's thread
            failures.append(failure)
            raise

    threads = [threading.Thread(target=guarded, args=(work,), daemon=True) for work in (add_codes, arrive, die)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures
    assert won == dict(enumerate(CODES, 1))
    wait_until_saved(edges[1])
    rows = place.sql("SELECT count(*), count(DISTINCT code) FROM firstcome.coupon_code JOIN firstcome.coupon USING (policy_id, sequence)")
    assert rows == f"{len(CODES)}|{len(CODES)}"

    again = place.edge()  # loads the codes from the store
    for sequence in (1, len(CODES)):
        code = CODES[sequence - 1]
        assert again.call("GET", f"/v1/coupons/{code}", admin=True)[1]["sequence"] == sequence
    use = {"reference": "order-17"}
    assert again.call("POST", f"/v1/coupons/{CODES[6]}/use", use, admin=True)[1]["code"] == CODES[6]
    other = {"id": 2, "name": "Other", "maxCount": 0, "codes": "IMPORTED"}
    assert again.call("POST", "/v1/policies", other, admin=True)[0] == 201
    status, refused = again.call("POST", "/v1/policies/2/codes", {"first": 1, "codes": ["NEW-1", CODES[6]]}, admin=True)
    assert (status, refused["result"], refused["number"]) == (409, "REFUSED", 2), refused
    place.stop()
    place.must("audit", *place.flags)
