"""The comparison with other designs runs, and shows of each design what it is known for."""

import json
import os
import pathlib
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ["FIRSTCOME_BINARY"]).resolve().parents[1]


@pytest.fixture(name="steps", scope="module")
def measured_steps(tmp_path_factory):
    out = tmp_path_factory.mktemp("peers") / "peers.json"
    subprocess.run([ROOT / "bench/peers/run", "--tiny", "--build", BUILD, "--out", out], check=True)
    return json.loads(out.read_text())["steps"]


def test_every_design_answers(steps):
    assert len(steps["most, 64"]) == 9
    assert all(rate > 0 for [rate] in steps["most, 64"].values())


def test_only_the_plain_draft_breaks_its_promises(steps):
    assert len(steps["burst"]) == 8
    for design, [burst] in steps["burst"].items():
        broken = burst["overIssued"] + burst["doubled"] + burst["neverIssued"] + burst["underIssued"]
        assert broken == 0 or design == "plain Kafka draft", (design, burst)
    assert steps["burst"]["plain Kafka draft"][0]["overIssued"] > 0
