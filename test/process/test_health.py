"""`firstcome health`: one exit code for container engines and scripts."""

import json
import socket
import sqlite3
import threading

from server import DEADLINE, Server, eventually, run


def halt(data, which):
    with sqlite3.connect(data / "store.sqlite", timeout=DEADLINE) as store:
        store.execute(f"UPDATE journal_position SET halted_reason = 'as a test' {which}")
    store.close()


def health(server, *words):
    return run("health", "--admin", f"http://{server.admin}", *words)


def test_a_ready_node_is_exit_code_0_on_either_listener(tmp_path):
    with Server(tmp_path / "data") as server:
        assert health(server) == (0, "ready: 3 of 3 partitions are answered.\n", "")
        assert health(server, "--live") == (0, "live\n", "")
        assert run("health", "--admin", f"http://{server.users}")[0] == 0
        code, printed, _ = health(server, "--json")
        assert code == 0 and json.loads(printed)["ready"] is True


def test_halted_partitions_are_named_and_without_any_other_the_node_is_not_ready(tmp_path):
    with Server(tmp_path, "--partitions", "2") as server:
        halt(tmp_path, "WHERE partition = 1")
        server.wait_for("partition 1 is HALTED: as a test")
        eventually(lambda: health(server)[1].startswith("ready: 1 of 2 partitions are answered. Partition 1 is HALTED: "),
                   lambda: health(server))
        halt(tmp_path, "WHERE partition = 0")
        eventually(lambda: health(server)[0] == 1, lambda: health(server))
        code, printed, err = health(server)
        assert (code, printed) == (1, "") and "firstcome health: the node is not ready. Partition 0 is HALTED: " in err, err
        code, printed, _ = health(server, "--json")
        assert code == 1 and json.loads(printed)["ready"] is False
        assert health(server, "--live") == (0, "live\n", "")


def test_a_node_that_is_stopped_or_frozen_is_exit_code_1_in_time(tmp_path):
    with Server(tmp_path / "data") as server:
        server.freeze()
        code, _, err = health(server, "--timeout", "300ms")
        assert code == 1 and "timed out" in err, err
        server.wake()
        assert health(server)[0] == 0
        server.stop()
        code, _, err = health(server)
        assert code == 1 and f"cannot connect to http://{server.admin}: the connection was refused" in err, err


def test_another_server_is_not_a_healthy_node():
    with socket.create_server(("127.0.0.1", 0)) as listening:
        def answer():
            for body in (b"hello", b'{"status":"UP"}'):
                with listening.accept()[0] as connection:
                    connection.settimeout(DEADLINE)
                    connection.recv(4096)
                    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body))
        thread = threading.Thread(target=answer)
        thread.start()
        address = "http://127.0.0.1:%d" % listening.getsockname()[1]
        for _ in range(2):
            code, printed, err = run("health", "--admin", address)
            assert (code, printed) == (1, "") and "is no answer of a node" in err, err
        thread.join()
