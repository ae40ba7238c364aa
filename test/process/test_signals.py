"""Signals: SIGHUP and SIGPIPE end no server, and SIGHUP makes it read files again; they end every other command, as shell users expect."""

import signal
import socket
import subprocess

import pytest
from server import BINARY, DEADLINE, Server, clean_environment


@pytest.fixture(autouse=True)
def hangups_are_not_ignored():
    """Default signal handling, as in a shell; under nohup, a child would inherit that signals are ignored."""
    before = signal.signal(signal.SIGHUP, signal.SIG_DFL)
    yield
    signal.signal(signal.SIGHUP, before)


def test_a_hangup_changes_nothing_and_is_logged(tmp_path):
    with Server(tmp_path) as server:
        server.create_policy(1, 10)
        server.process.send_signal(signal.SIGHUP)
        server.wait_for("SIGHUP: reading the files with keys and certificates again. SIGTERM stops the server")
        assert server.call("POST", "/v1/policies/1/coupons", {"userId": 42})[0] == 201
        server.stop()


def test_a_hangup_does_not_end_a_start():
    with socket.create_server(("127.0.0.1", 0)) as broker:
        broker.settimeout(DEADLINE)
        servers = ("--journal", f"kafka://127.0.0.1:{broker.getsockname()[1]}", "--store", "postgresql://me@127.0.0.1:9/shop")
        with subprocess.Popen([BINARY, "serve", *servers], stderr=subprocess.PIPE, text=True, env=clean_environment()) as process:
            with broker.accept()[0] as connection:
                connection.recv(1)  # it waits for the broker's answer
                process.send_signal(signal.SIGHUP)
            broker.close()  # there is no broker
            _, output = process.communicate(timeout=DEADLINE)
    assert process.returncode == 1 and "firstcome serve: " in output, (process.returncode, output)


def test_a_server_continues_without_a_reader_of_its_log(tmp_path):
    command = [BINARY, "serve", "--data", str(tmp_path), "--listen", "127.0.0.1:0", "--admin-listen", "127.0.0.1:0"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=clean_environment()) as process:
        while "ready after" not in process.stderr.readline():
            pass
        process.stderr.close()
        process.send_signal(signal.SIGHUP)
        process.terminate()  # both write a line
        assert process.wait(DEADLINE) == 0


@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGTERM])
def test_a_signal_ends_a_waiting_command(number):
    with subprocess.Popen([BINARY, "check", "/dev/stdin"], stdin=subprocess.PIPE, stderr=subprocess.DEVNULL,
                          env=clean_environment()) as process:
        process.send_signal(number)
        assert process.wait(DEADLINE) == -number


def test_a_command_without_a_reader_ends_without_a_message():
    with subprocess.Popen([BINARY, "--help"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                          env=clean_environment()) as head:
        head.stdout.close()
        output = head.stderr.read()
        assert (head.wait(DEADLINE), output) in ((-signal.SIGPIPE, ""), (0, ""))
