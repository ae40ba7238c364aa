"""Dead letters in a data folder, as a server leaves them."""

import json
import sqlite3
import struct

POLICY = 7
GARBAGE = b"\xff\x00 no JSON \x1b[31m"


def framed(headers):
    """In the format of sql/sqlite/journal."""
    frames = [struct.pack("<II", len(name), len(value)) + name + value for name, value in headers]
    return struct.pack("<I", len(frames)) + b"".join(frames)


def spring(offset, reason):
    return [(b"kafka_dlt-original-topic", b"coupon-issue-request"),
            (b"kafka_dlt-original-partition", struct.pack(">i", 2)),
            (b"kafka_dlt-original-offset", struct.pack(">q", offset)),
            (b"kafka_dlt-original-timestamp", struct.pack(">q", 1_700_000_000_000)),
            (b"kafka_dlt-exception-message", reason)]


def plant_letters(data):
    """Adds two: a request that was moved to a wrong partition, and garbage."""
    request = json.dumps({"userId": 42, "policyId": POLICY, "requestedAt": "2026-11-23T14:00:00.123", "sequenceNumber": 1})
    own = [(b"origin", b"1:5"), (b"__TypeId__", b"shop.Message")]
    letters = [(b"1", request.encode(), own + spring(5, b"moved and still not at home")),
               (None, GARBAGE, [(b"firstcome-replayed", b"0:9")] + spring(6, b"the value is no JSON"))]
    with sqlite3.connect(data / "journal.sqlite") as journal:
        for key, value, headers in letters:
            journal.execute("INSERT INTO dead_letter (appended_at, partition, key, value, headers) VALUES (?, 0, ?, ?, ?)",
                            (1_700_000_001_000, key, value, framed(headers)))
    journal.close()
