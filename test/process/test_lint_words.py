"""scripts/lint-words finds each forbidden word where a person reads it, and no other word."""

import pathlib
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]


def found_in(path, text):
    path.write_text(text)
    done = subprocess.run([ROOT / "scripts" / "lint-words", path], capture_output=True, text=True, check=False)
    assert done.returncode == (1 if done.stdout else 0), done
    return [line.split('"')[0].removeprefix(f"{path}:") + line.split('"')[1] for line in done.stdout.splitlines()]


@pytest.mark.parametrize("text, found", [
    ("a\nthe caller is TOLD so\n", ["2: told"]),
    ("int told_from; class ToldCode; toldCaller(); kTold", ["1: told"] * 4),
    ("/// cannot be changed for\n/// good.\n", ["1: for good"]),
    ("-- started anew, by nobody", ["1: anew", "1: nobody"]),
    ("the user's how-manieth coupon", ["1: how-manieth"]),
    ("retold, toldered, a new one, good for all\n", []),
    ('.number("toldFrom", from); toldFromThere', ["1: told"]),
])
def test_only_whole_words_are_found(tmp_path, text, found):
    assert found_in(tmp_path / "text.h", text) == found


def test_names_of_files_count(tmp_path):
    assert found_in(tmp_path / "told.h", "#pragma once\n") == ["1: told"]
