"""The peer of the time to a final answer runs."""

import json
import os
import pathlib
import subprocess

BUILD = pathlib.Path(os.environ["FIRSTCOME_BINARY"]).resolve().parents[1]


def test_acknowledgements_of_a_bare_producer(place):
    printed = subprocess.run([BUILD / "bench/ack_bench", "--journal", place.journal, "--rate", "200", "--seconds", "1"],
                             check=True, capture_output=True, text=True).stdout
    milliseconds = json.loads(printed)
    assert 0 < milliseconds["p50"] <= milliseconds["p99"] <= milliseconds["p99.9"]
