"""Every curve is measured, once and short."""

import json
import os
import pathlib
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ["FIRSTCOME_BINARY"]).resolve().parents[1]


def test_every_curve_has_points_and_an_interrupted_run_goes_on(tmp_path):
    out = tmp_path / "curves.json"
    command = [ROOT / "bench/curves", "--tiny", "--build", BUILD, "--out", out]
    subprocess.run([*command, "policies"], check=True)
    first = json.loads(out.read_text())["steps"]
    subprocess.run(command, check=True)
    steps = json.loads(out.read_text())["steps"]
    assert list(steps) == ["policies", "connections", "coupons", "partitions", "edges", "linger", "hot"]
    for name, points in steps.items():
        assert len(points) == (2 if name in ("policies", "connections") else 1), name
        assert all(value["edge"] > 0 and value["p99"] >= value["p50"] > 0 for [value] in points.values()), (name, points)
    assert {name: steps[name] for name in first} == first
