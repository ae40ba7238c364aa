"""Coupons of another system, as chunks of an import."""

MASK = (1 << 64) - 1


def import_hash(coupons):
    """The hash of (user, milliseconds) pairs in order; docs/decisions/0015."""
    total = 0
    for sequence, (user, millis) in enumerate(coupons, 1):
        x = 0
        for word in (sequence, user, millis):
            x = ((x ^ word) + 0x9E3779B97F4A7C15) & MASK
            x = ((x ^ (x >> 30)) * 0xBF58476D1CE4E5B9) & MASK
            x = ((x ^ (x >> 27)) * 0x94D049BB133111EB) & MASK
            x ^= x >> 31
        total = (total + x) & MASK
    return f"{total:016x}"


class Importer:
    """Sends chunks to an admin listener."""

    def __init__(self, server, policy):
        self.server, self.path = server, f"/v1/policies/{policy}"

    def create(self, max_count):
        body = {"id": int(self.path.rsplit("/", 1)[1]), "name": "Elsewhere", "maxCount": max_count, "importing": True}
        status, answer = self.server.call("POST", "/v1/policies", body, admin=True)
        assert (status, answer["state"]) == (201, "IMPORTING"), answer

    def send(self, first, coupons, **more):
        """(status, answer)"""
        body = {"first": first, "coupons": coupons, **more}
        return self.server.call("POST", f"{self.path}/import", body, admin=True)

    def taken(self, first, coupons, **more):
        status, answer = self.send(first, coupons, **more)
        assert status == 200, answer
        return answer

    def refused(self, first, coupons, **more):
        status, answer = self.send(first, coupons, **more)
        assert (status, answer["result"]) == (409, "REFUSED"), answer
        return answer["detail"]

    def close(self):
        status, answer = self.server.call("POST", f"{self.path}/close", admin=True)
        assert (status, answer["state"]) == (200, "CLOSED"), answer
