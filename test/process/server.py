"""A real `firstcome serve`, its log lines, and simple calls to it."""

import http.client
import json
import os
import signal
import subprocess
import time

from log_lines import LogLines

BINARY = os.environ.get("FIRSTCOME_BINARY", "build/release/bin/firstcome")
DEADLINE = 60  # maximum wait in seconds for an expected event, on a busy machine


def clean_environment(**more):
    """This process's environment without the variables of firstcome."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith("FIRSTCOME_")}
    return {**kept, **more}


def run(*words, env=None, binary=BINARY):
    """Runs a command to its end; (exit code, stdout, stderr)."""
    done = subprocess.run([binary, *words], stdin=subprocess.DEVNULL, capture_output=True, text=True,
                          timeout=DEADLINE, env=env or clean_environment())
    return done.returncode, done.stdout, done.stderr


def run_into(stdout, *words, cwd=None):
    """Runs a command whose output is "full" or "closed"; (exit code, stderr)."""
    shell = {"full": '"$@" >/dev/full', "closed": '"$@" >&-'}[stdout]
    done = subprocess.run(["sh", "-c", shell, "sh", os.path.abspath(BINARY), *words], stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, timeout=DEADLINE, env=clean_environment(), cwd=cwd, check=False)
    return done.returncode, done.stderr


def eventually(holds, what):
    """Repeats the call until its result is true."""
    until = time.monotonic() + DEADLINE
    while not (found := holds()):
        assert time.monotonic() < until, f"never: {what() if callable(what) else what}"
    return found


def where(data):
    """The options that name the data: a folder, or an object with the flags of a journal and a store."""
    return getattr(data, "flags", None) or ("--data", str(data))


class Server:
    """Starts on free ports and waits until it is ready. An issuer has no listener for users."""

    def __init__(self, data, *flags, env=None, listen=("--listen", "127.0.0.1:0", "--admin-listen", "127.0.0.1:0"), cwd=None,
                 stdout=subprocess.DEVNULL, binary=BINARY):
        # Tests press faster than customers. Those of the limit name it.
        limits = () if "--press-rate" in flags else ("--press-rate", "0")
        command = [os.path.abspath(binary), "serve", *where(data), *listen, *limits, *flags]
        self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=stdout,
                                        stderr=subprocess.PIPE, text=True, env=env or clean_environment(), cwd=cwd)
        self.log = LogLines(self.process.stderr, DEADLINE)
        try:
            addresses = self.wait_for(r'(?:users https?://([^\s"]+), )?admin https?://([^\s"]+)')
            self.users, self.admin = addresses.group(1), addresses.group(2)
            self.wait_for(r"ready after")
        except AssertionError:
            self.kill()
            raise

    def log_text(self):
        return self.log.text()

    def wait_for(self, pattern):
        return self.log.wait_for(pattern)

    def kill(self):
        """Ends it as a power cut would."""
        self.process.kill()
        self.process.wait(DEADLINE)
        self.log.wait_for_end()

    def freeze(self):
        """Freezes it, like a machine that hangs."""
        self.process.send_signal(signal.SIGSTOP)

    def wake(self):
        self.process.send_signal(signal.SIGCONT)

    def terminate(self):
        self.process.send_signal(signal.SIGTERM)

    def wait(self):
        code = self.process.wait(DEADLINE)
        self.log.wait_for_end()
        return code

    def stop(self):
        self.terminate()
        assert self.wait() == 0, self.log_text()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.kill()

    # --- calls

    def call(self, method, path, body=None, admin=False, headers=None):
        """(status, JSON)"""
        sent = {"Content-Type": "application/json"} if method != "GET" else {}
        status, text = self._ask(method, path, body, admin, {**sent, **(headers or {})})
        return status, json.loads(text) if text else None

    def text(self, path, admin=False):
        """(status, text)"""
        return self._ask("GET", path, None, admin, {})

    def _ask(self, method, path, body, admin, headers):
        connection = http.client.HTTPConnection(self.admin if admin else self.users, timeout=DEADLINE)
        try:
            connection.request(method, path, None if body is None else json.dumps(body), headers)
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
        finally:
            connection.close()

    def create_policy(self, policy, max_count):
        body = {"id": policy, "name": f"Policy {policy}", "maxCount": max_count}
        status, answer = self.call("POST", "/v1/policies", body, admin=True)
        assert status == 201, answer
        return answer

    def policy(self, policy):
        status, answer = self.call("GET", f"/v1/policies/{policy}")
        assert status == 200, answer
        return answer

    def ticket(self, ticket):
        status, answer = self.call("GET", f"/v1/requests/{ticket}?wait=10")
        assert status == 200, answer
        return answer
