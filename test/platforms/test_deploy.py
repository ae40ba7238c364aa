"""The chart and the Compose file, by the Go programs in deploy/: Helm, the types of Kubernetes and Compose are Go modules."""

import os
import pathlib
import subprocess

from server import BINARY

HERE = pathlib.Path(__file__).resolve().parent
GO = HERE.parents[1] / "scripts" / "go"


def go(*words):
    environment = {**os.environ, "FIRSTCOME_BINARY": str(pathlib.Path(BINARY).resolve()), "GOFLAGS": "-mod=readonly"}
    done = subprocess.run([GO, *words], cwd=HERE / "deploy", env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          check=False)
    assert done.returncode == 0, done.stdout
    return done.stdout


def test_chart_and_compose_file():
    assert "\nok" in "\n" + go("test", "-count=1", "./...")


def test_the_go_code_is_formatted_and_vetted():
    assert subprocess.run([GO, "fmt", "./..."], cwd=HERE / "deploy", check=True, capture_output=True, text=True).stdout == ""
    go("vet", "./...")


def test_modules_are_those_of_the_sums():
    go("mod", "verify")
