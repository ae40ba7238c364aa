"""The benchmark of a node beside ended policies runs, and finds them in both stores."""

import json
import os
import pathlib
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ["FIRSTCOME_BINARY"]).resolve().parents[1]


def test_a_node_starts_beside_ended_policies(tmp_path):
    out = tmp_path / "results.json"
    subprocess.run([ROOT / "bench/run", "--tiny", "--build", BUILD, "--out", out, "ended"], check=True)
    figures = json.loads(out.read_text())["scenarios"]["ended"]["figures"]
    assert len(figures) == 4 and all(figure["median"] > 0 for figure in figures)
