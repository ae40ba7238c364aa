"""The data folder: one process, one number of partitions, a journal and a store that belong together."""

import os
import shutil
import stat

from server import Server, run

FREE = ("--listen", "127.0.0.1:0", "--admin-listen", "127.0.0.1:0")


def refused(*words):
    code, out, err = run("serve", *words)
    assert code == 1 and out == "", (code, out, err)
    return err


def test_a_second_server_on_the_same_data_is_refused(tmp_path):
    with Server(tmp_path) as server:
        said = refused("--data", str(tmp_path), *FREE)
        assert str(tmp_path) in said and str(server.process.pid) in said, said
        server.stop()
    with Server(tmp_path) as server:  # the lock went with the process
        server.kill()
    with Server(tmp_path) as server:  # even so
        server.stop()


def test_a_port_in_use_is_said_in_words(tmp_path):
    with Server(tmp_path / "one") as server:
        said = refused("--data", str(tmp_path / "two"), "--listen", server.users, "--admin-listen", "127.0.0.1:0")
        assert server.users in said and "in use" in said, said


def test_another_number_of_partitions_is_refused(tmp_path):
    with Server(tmp_path, "--partitions", "5") as server:
        server.stop()
    said = refused("--data", str(tmp_path), "--partitions", "3", *FREE)
    assert "5" in said and "3" in said and "partition" in said, said
    with Server(tmp_path) as server:  # nothing said: as the data has it
        assert "5 partitions" in server.said()


def test_a_store_without_its_journal_is_refused_and_nothing_is_made(tmp_path):
    with Server(tmp_path) as server:
        server.create_policy(1, 10)
        server.stop()
    kept = tmp_path / "kept"
    kept.mkdir()
    for journal in tmp_path.glob("journal*"):
        shutil.move(journal, kept)
    assert "journal" in refused("--data", str(tmp_path), *FREE)
    assert not list(tmp_path.glob("journal*"))


def test_a_store_that_follows_another_journal_is_refused(tmp_path):
    for name in ("one", "two"):
        with Server(tmp_path / name) as server:
            server.create_policy(1, 10)
            server.stop()
    for journal in (tmp_path / "two").glob("journal*"):
        shutil.copy(journal, tmp_path / "one")
    assert "journal" in refused("--data", str(tmp_path / "one"), *FREE)


def test_the_data_is_its_owners_alone(tmp_path):
    with Server(tmp_path / "data"):
        assert stat.S_IMODE(os.stat(tmp_path / "data").st_mode) == 0o700
