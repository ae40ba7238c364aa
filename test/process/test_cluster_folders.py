"""scripts/cluster: the folders of brokers and PostgreSQL belong together, and a killed server is reported in one line."""

import pathlib
import signal
import subprocess
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "scripts" / "cluster"))
import commands  # noqa: E402
import together  # noqa: E402


@pytest.fixture(name="folders")
def fixture_folders(tmp_path):
    folders = [tmp_path / "cluster", tmp_path / "elsewhere"]
    for folder in folders:
        folder.mkdir()
    together.tie(folders)
    return folders


def test_folders_of_one_cluster_start_again(folders):
    together.tie(folders)


@pytest.mark.parametrize("gone", [0, 1])
def test_a_missing_folder_is_reported_with_both_names_and_the_remedy(folders, gone):
    (folders[gone] / together.MARK).unlink()
    with pytest.raises(RuntimeError) as refused:
        together.tie(folders)
    for text in (*map(str, folders), f"{folders[gone]} is new", "--fresh"):
        assert text in str(refused.value)


def test_folders_of_two_clusters_are_refused(folders):
    (folders[0] / together.MARK).write_text("another\n")
    with pytest.raises(RuntimeError, match="of different clusters"):
        together.tie(folders)


def test_fresh_removes_the_folders_of_a_cluster_and_nothing_else(folders, tmp_path):
    home = tmp_path / "home"
    home.mkdir()
    (home / "letter").touch()
    with pytest.raises(RuntimeError, match="not removed"):
        together.remove([*folders, home])
    assert all(folder.exists() for folder in folders), "all or nothing"
    together.remove(folders)
    assert not any(folder.exists() for folder in folders) and (home / "letter").exists()


class Ended:
    name = "broker 2"

    def __init__(self, *command):
        self.log = pathlib.Path("/dev/null")
        self.process = subprocess.Popen(command)
        self.process.wait()


@pytest.mark.parametrize("name", ["KILL", "TERM"])
def test_a_killed_server_is_reported_in_one_line(name):
    line = commands.ended(Ended("sh", "-c", f"kill -{name} $$"))
    assert line == f"broker 2 was ended by {getattr(signal, 'SIG' + name).name}; type: start 2"


def test_a_server_that_ended_by_itself_is_shown_with_its_log():
    assert "has ended by itself (3). Its last lines" in commands.ended(Ended("sh", "-c", "exit 3"))
