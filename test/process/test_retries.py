"""Messages call a retry safe, and bench retries, only if a retry cannot create a second policy, one without an id."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from server import Server, run


class ScriptedListener(ThreadingHTTPServer):
    """An admin listener that forwards calls to a server and answers by its script; after the script, like the server. A step
    gets the server and a function that returns the server's answer; None closes the connection."""

    def __init__(self, server, *script):
        self.server, self.script, self.posted = server, list(script), []
        super().__init__(("127.0.0.1", 0), Step)

    @property
    def address(self):
        return f"http://127.0.0.1:{self.server_address[1]}"

    def __enter__(self):
        threading.Thread(target=self.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(self, *_):
        self.shutdown()
        self.server_close()


class Step(BaseHTTPRequestHandler):
    def handle_call(self):
        body = json.loads(self.rfile.read(int(self.headers.get("Content-Length") or 0)) or "null")
        step = None
        if self.command != "GET":
            self.server.posted.append(body)
            step = self.server.script.pop(0) if self.server.script else None
        answer = (lambda: self.server.server.call(self.command, self.path, body, admin=True))
        reply = step(self.server.server, answer) if step else answer()
        if reply is None:
            self.close_connection = True
            return
        text = json.dumps(reply[1]).encode()
        self.send_response(reply[0])
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    do_GET = do_POST = do_PATCH = handle_call  # noqa: N815

    def log_message(self, *_):
        pass


def refused(_, __):
    return 503, {"result": "OVERLOADED"}


def accepted_but_unknown(_, answer):
    return 503, {"result": "OUTCOME_UNKNOWN", "policyId": answer()[1]["id"]}


def unknown_and_from_another_client(server, _):
    status, other = server.call("POST", "/v1/policies", {"name": "Of someone else", "maxCount": 5}, admin=True)
    assert status == 201
    return 503, {"result": "OUTCOME_UNKNOWN", "policyId": other["id"]}


def accepted_and_cut_off(_, answer):
    assert answer()[0] == 201


def refused_and_cut_off(_, __):
    return None


def names(server):
    return [policy["name"].split()[0] for policy in server.call("GET", "/v1/policies?limit=1000", admin=True)[1]["policies"]]


@pytest.fixture(name="server", scope="module")
def fixture_server(tmp_path_factory):
    with Server(tmp_path_factory.mktemp("again")) as server:
        yield server


@pytest.mark.parametrize("script, calls", [
    ([refused, refused], 3),
    ([accepted_but_unknown], 2),
    ([accepted_but_unknown, refused_and_cut_off, refused], 4),
    ([unknown_and_from_another_client], 3),
])
def test_bench_creates_one_policy_for_every_kind_of_answer(server, script, calls):
    before = names(server)
    with ScriptedListener(server, *script) as listener:
        code, out, err = run("bench", "--server", f"http://{server.users}", "--admin", listener.address, "--requests", "10",
                             "--connections", "1", "--max-count", "5", "--json")
    assert code == 0, (out, err)
    made = names(server)[len(before):]
    assert made.count("Bench") == 1, made
    assert len(listener.posted) == calls, listener.posted
    assert json.loads(out)["policies"][0]["issuedCount"] == 5


def test_bench_does_not_retry_if_that_could_create_a_second_policy(server):
    before = names(server)
    with ScriptedListener(server, accepted_and_cut_off) as listener:
        code, _, err = run("bench", "--server", f"http://{server.users}", "--admin", listener.address, "--requests", "10")
    assert code == 1 and "firstcome policy list" in err and '"Bench ' in err, err
    assert len(listener.posted) == 1 and names(server)[len(before):] == ["Bench"]


@pytest.mark.parametrize("words, advice", [
    (("policy", "create", "--name", "x", "--max-count", "1"), "firstcome policy list` before you repeat the command"),
    (("policy", "create", "--id", "77", "--name", "x", "--max-count", "1"), "It is safe to repeat the command: a policy id is used only once"),
    (("policy", "pause", "7"), "firstcome policy get 7` before you repeat the command"),
    (("policy", "change", "7", "--max-count", "9"), "firstcome policy get 7` before you repeat the command"),
    (("policy", "close", "7", "--if-revision", "3"), "It is safe to repeat the command with the same --if-revision"),
    (("issue", "--policy", "7", "--user", "42"), "It is safe to repeat the command"),
])
def test_a_command_whose_answer_is_lost_gives_the_correct_advice(server, words, advice):
    with ScriptedListener(server, refused_and_cut_off) as listener:
        code, out, err = run(*words, "--admin", listener.address, "--server", listener.address)
    assert (code, out) == (1, "") and "no response from" in err and advice in err, err
    if "safe" not in advice:
        assert "safe" not in err, err
