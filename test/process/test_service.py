"""What systemd learns from `serve`, by sd_notify(3)."""

import ctypes
import os
import pathlib
import signal
import time

import pytest
from notifications import Notifications
from server import DEADLINE, Server, clean_environment

PTRACE_DETACH, PTRACE_SEIZE, PTRACE_INTERRUPT = 17, 0x4206, 0x4207
WATCHDOG = 5  # seconds, as in WatchdogSec=
LIBRARY = ctypes.CDLL(None, use_errno=True)
LIBRARY.ptrace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]


def ptrace(request, thread):
    assert LIBRARY.ptrace(request, thread, None, None) == 0, os.strerror(ctypes.get_errno())


class FrozenThread:
    """One thread of a process that makes no step, while all others do."""

    def __init__(self, process, name):
        threads = pathlib.Path(f"/proc/{process}/task").iterdir()
        self.thread = next(int(thread.name) for thread in threads if (thread / "comm").read_text() == f"{name}\n")

    def __enter__(self):
        ptrace(PTRACE_SEIZE, self.thread)
        ptrace(PTRACE_INTERRUPT, self.thread)
        os.waitpid(self.thread, 0x40000000)  # __WALL
        return self

    def __exit__(self, *_):
        ptrace(PTRACE_DETACH, self.thread)


@pytest.fixture(name="systemd")
def service_manager():
    return Notifications()


def environment(systemd, **more):
    return clean_environment(NOTIFY_SOCKET=systemd.name, **more)


def test_a_node_is_ready_after_its_start_and_stopping_before_its_end(tmp_path, systemd):
    with Server(tmp_path, env=environment(systemd)) as server:
        ready = systemd.seen[systemd.wait_for("READY") - 1]
        assert ready["STATUS"] == f"users {server.users}, admin {server.admin}"
        server.process.send_signal(signal.SIGHUP)
        reload = systemd.wait_for("RELOADING")
        assert int(systemd.seen[reload - 1]["MONOTONIC_USEC"]) <= time.monotonic_ns() // 1000
        systemd.wait_for("READY", after=reload)
        server.stop()
        systemd.wait_for("STOPPING")
    assert systemd.names().index("STATUS") < systemd.names().index("READY")
    assert "WATCHDOG" not in systemd.names(), "no one asked for it"


def test_a_node_that_cannot_get_ready_never_says_so(tmp_path, systemd):
    with Server(tmp_path, "--partitions", "1") as server:
        server.stop()
    (tmp_path / "journal.sqlite").write_bytes(b"not a journal" * 1000)
    with pytest.raises(AssertionError, match="ended without"):
        Server(tmp_path, env=environment(systemd))
    assert "READY" not in systemd.names()


def test_a_notification_that_no_one_reads_does_not_stop_the_server(tmp_path):
    with Server(tmp_path, env=clean_environment(NOTIFY_SOCKET=str(tmp_path / "none"))) as server:
        assert f"NOTIFY_SOCKET={tmp_path / 'none'}: No such file or directory" in server.log_text()
        server.stop()


@pytest.mark.parametrize("thread", ["edge-1", "admin", "partition-2"])
def test_the_watchdog_is_fed_only_while_every_thread_that_answers_works(tmp_path, systemd, thread):
    fed = environment(systemd, WATCHDOG_USEC=str(WATCHDOG * 1_000_000))
    with Server(tmp_path, "--threads", "2", env=fed) as server:
        systemd.wait_for("WATCHDOG", after=systemd.wait_for("READY"))
        with FrozenThread(server.process.pid, thread):
            server.wait_for(rf"no step for {WATCHDOG * 500} ms in: {thread}\. The service manager's watchdog will end this process")
            before = len(systemd.seen)
            assert not systemd.anything_within(2.5, after=before), "the process lives, and the watchdog is not fed"
        server.wait_for("all threads work again")
        systemd.wait_for("WATCHDOG", after=before)
        server.stop()
    assert server.process.wait(DEADLINE) == 0
