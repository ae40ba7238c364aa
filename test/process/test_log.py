"""The log of a node on stderr: one event a line, for people or machines, and no data of users."""

import contextlib
import fcntl
import json
import os
import pty
import re
import select
import socket
import subprocess
import time
import urllib.request

import pytest
from server import BINARY, DEADLINE, Server, clean_environment

USER = 4_242_424_242_424_242
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")


def test_json_has_one_object_per_line_and_each_fact_of_the_start_has_its_line(tmp_path):
    with Server(tmp_path, "--log-format", "json", "--threads", "1") as server:
        server.stop()
        lines = [json.loads(line) for line in server.log_text().splitlines()]
    for line in lines:
        assert TIME.fullmatch(line["time"]) and line["level"] and line["message"], line
    assert [line["message"].split()[0] for line in lines] == ["firstcome", "data", "users", "ready", "stopping:", "stopped"]
    assert (lines[0]["role"], lines[0]["threads"]) == ("all", 1) and lines[0]["version"] in lines[0]["message"]
    assert (lines[1]["data"], lines[1]["state"], lines[1]["partitions"]) == (str(tmp_path), "new", 3)
    assert (lines[2]["usersAddress"], lines[2]["adminAddress"]) == (server.users, server.admin)
    assert lines[3]["readyAfterMs"] >= 0


def test_text_has_its_time_in_utc_in_any_time_zone(tmp_path):
    with Server(tmp_path, env=clean_environment(TZ="Asia/Seoul")) as server:
        server.stop()
        for line in server.log_text().splitlines():
            assert re.fullmatch(TIME.pattern + r" info .+", line), line


@pytest.mark.parametrize("variables, coloured", [({}, True), ({"NO_COLOR": "1"}, False)])
def test_a_terminal_gets_colours_unless_they_are_switched_off(tmp_path, variables, coloured):
    terminal, other_side = pty.openpty()
    command = [BINARY, "serve", "--data", tmp_path, "--listen", "127.0.0.1:0", "--admin-listen", "127.0.0.1:0"]
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=other_side,
                          env=clean_environment(TERM="xterm", **variables)) as process:
        seen = b""
        while b"ready after" not in seen and select.select([terminal], [], [], DEADLINE)[0]:
            seen += os.read(terminal, 4096)
        process.terminate()
        assert process.wait(DEADLINE) == 0
    os.close(other_side)
    os.close(terminal)
    assert b"ready after" in seen and (b"\x1b[" in seen) == coloured, seen


@pytest.mark.parametrize("form", ["text", "json"])
def test_no_request_makes_the_log_contain_data_of_a_user(tmp_path, form):
    with Server(tmp_path, "--log-format", form) as server:
        server.create_policy(1, 1)
        path = "/v1/policies/1/coupons"
        status, won = server.call("POST", path, {"userId": USER})
        assert (status, won["result"]) == (201, "SUCCESS")
        server.ticket(won["ticket"])
        assert server.call("POST", path, {"userId": USER})[1]["result"] == "ALREADY_ISSUED"
        assert server.call("POST", path, {"userId": USER + 1})[1]["result"] == "SOLD_OUT"
        assert server.call("GET", f"/v1/users/{USER}/coupons")[0] == 200
        for body in (f"{USER}", {"userId": f"{USER}x"}, {"userId": USER, "name": "Kim Younghee"}):
            server.call("POST", path, body)
        server.call("GET", f"/v1/requests/{won['ticket'][:-1]}x")
        server.call("GET", f"/v1/nothing/{USER}")
        server.stop()
        output = server.log_text()
    for secret in (str(USER), str(USER + 1), won["ticket"], "Kim"):
        assert secret not in output, output


def test_a_full_pipe_that_no_one_reads_stops_neither_the_service_nor_its_end(tmp_path):
    """The lines are dropped. Before, the first one blocked its thread, and SIGTERM ended nothing."""
    reading, writing = os.pipe()
    fcntl.fcntl(writing, fcntl.F_SETFL, os.O_NONBLOCK)
    with contextlib.suppress(BlockingIOError):
        while True:
            os.write(writing, b"x" * 4096)
    fcntl.fcntl(writing, fcntl.F_SETFL, 0)
    ports = [free_port(), free_port()]
    node = subprocess.Popen([BINARY, "serve", "--data", tmp_path / "data", "--listen", f"127.0.0.1:{ports[0]}",
                             "--admin-listen", f"127.0.0.1:{ports[1]}"], stderr=writing, stdout=subprocess.DEVNULL,
                            env=clean_environment())
    try:
        until = time.monotonic() + DEADLINE
        while True:
            with contextlib.suppress(OSError):
                if urllib.request.urlopen(f"http://127.0.0.1:{ports[1]}/readyz", timeout=5).status == 200:
                    break
            assert time.monotonic() < until and node.poll() is None, "it is not ready"
            time.sleep(0.05)
        os.read(reading, 1 << 20)  # room again: the next line says what is missing
        node.terminate()
        assert node.wait(DEADLINE) == 0
        os.close(writing)
        with os.fdopen(reading) as pipe:
            text = pipe.read()
        assert re.search(r"warning \d+ log lines? (was|were) dropped, because the reader of stderr was too slow", text), text
    finally:
        node.kill()
        node.wait(DEADLINE)


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]
