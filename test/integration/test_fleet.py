"""The small fleet runs, its answers and its data are right, and its unit costs size a large one."""

import json
import os
import pathlib
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ["FIRSTCOME_BINARY"]).resolve().parents[1]


def bench_fleet(*flags):
    return subprocess.run([ROOT / "bench/fleet", *flags], check=True, stdout=subprocess.PIPE, text=True).stdout


@pytest.fixture(name="results", scope="module")
def measured_results(tmp_path_factory):
    out = tmp_path_factory.mktemp("fleet") / "fleet.json"
    bench_fleet("--tiny", "--build", BUILD, "--out", out)
    return out


def test_every_quantity_is_predicted_and_measured(results):
    run = json.loads(results.read_text())
    assert set(run["predicted"]) == set(run["measured"])
    assert all(value > 0 for values in (run["predicted"], run["measured"]) for value in values.values()), run


def test_the_memory_of_an_edge_is_predicted(results):
    run = json.loads(results.read_text())
    assert 0.7 < run["measured"]["memory"] / run["predicted"]["memory"] < 1.4, run


def test_a_million_requests_a_second_are_sized(results):
    printed = bench_fleet("--size", "1000000", "--out", results)
    assert "edges" in printed and "partitions" in printed
