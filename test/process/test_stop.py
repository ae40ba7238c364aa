"""SIGTERM: every accepted request is answered, nothing is lost, the exit code is 0."""

import signal
import socket
import subprocess

from clients import Clients, Request
from server import BINARY, DEADLINE, Server, clean_environment, run

POLICY, STOCK = 3, 100_000


def test_a_stop_in_a_burst_answers_every_accepted_request(tmp_path):
    clients = Clients()
    with Server(tmp_path) as server:
        clients.create_policy(server, POLICY, STOCK)
        requests = [Request(POLICY, user) for user in range(1, 5_001)]
        clients.burst(server.users, requests, after_answer=lambda count: count == 1_500 and server.terminate())
        assert server.wait() == 0, server.log_text()

    answered = [r for r in clients.requests if r.answered is not None]
    assert {r.status for r in answered} <= {201, 202, 503}, {r.status for r in answered}
    winners = [r for r in answered if r.result == "SUCCESS"]
    # Without a final answer, as on a busy machine; these requests may have been journaled anyway.
    perhaps = sum(r.result in ("PENDING", "OUTCOME_UNKNOWN") for r in answered)
    assert len(winners) + perhaps > 1_000
    clients.check(tmp_path, "--at-rest")  # everything was saved before the process ended

    with Server(tmp_path) as server:
        issued = server.policy(POLICY)["issuedCount"]
        assert len(winners) <= issued <= len(winners) + perhaps, "a user got a coupon without an answer"
        again = clients.burst(server.users, [Request(POLICY, request.user) for request in winners])
        assert {r.result for r in again} == {"ALREADY_ISSUED"}
        for request in winners[:100]:
            clients.ticket(server, request.body["ticket"])
        server.stop()
    clients.check(tmp_path, "--at-rest")


def test_an_idle_server_stops_at_once(tmp_path):
    with Server(tmp_path) as server:
        server.stop()
        assert "stopped" in server.log_text()


def test_two_signals_are_one_stop(tmp_path):
    with Server(tmp_path) as server:  # as `timeout` and some service managers do: the process, then its group
        server.terminate()
        server.terminate()
        assert server.wait() == 0, server.log_text()


def test_a_stop_during_a_start_ends_it_at_once_and_names_what_it_waits_for():
    with socket.create_server(("127.0.0.1", 0)) as broker:  # it never answers
        broker.settimeout(DEADLINE)
        journal = f"kafka://127.0.0.1:{broker.getsockname()[1]}"
        command = [BINARY, "serve", "--journal", journal, "--store", "postgresql://me@127.0.0.1:9/shop"]
        with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=clean_environment()) as process:
            with broker.accept()[0]:
                process.terminate()
                output = process.stderr.read()
                assert process.wait(DEADLINE) == 128 + signal.SIGTERM, output
    assert "waiting for Kafka 127.0.0.1" in output and "stopped during the start" in output, output


def test_a_wrong_setting_of_kafka_is_refused_before_any_connection():
    with socket.create_server(("127.0.0.1", 0)) as broker:
        broker.settimeout(0)
        journal = f"kafka://127.0.0.1:{broker.getsockname()[1]}"
        for wrong in ("session.timeout.ms=soon", "linger.ms=-7", "fetch.wait.max.ms=x"):
            code, _, output = run("serve", "--journal", journal, "--store", "postgresql://me@127.0.0.1:9/shop", "--kafka", wrong)
            assert code == 1 and wrong.split("=")[0] in output, output
        try:
            broker.accept()
            raise AssertionError("a client connected")
        except BlockingIOError:
            pass
