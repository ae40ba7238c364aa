"""An OpenTelemetry collector that keeps what it gets: OTLP over HTTP with JSON."""

import http.server
import json
import pathlib
import subprocess
import threading

from server import DEADLINE, eventually

HERE = pathlib.Path(__file__).parent


def install_opentelemetry():
    """The folder of the programs of an environment with OpenTelemetry's types."""
    command = [HERE / "python_environment", "opentelemetry", HERE / "opentelemetry"]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, timeout=150).stdout.strip()


class Collector:
    """Answers with `status`, which a test may change."""

    def __init__(self, programs):
        self.status, self.bodies, self.requests = 200, [], []
        collector = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                collector.requests.append((self.path, self.headers["Content-Type"]))
                if collector.status == 200:
                    collector.bodies.append(body)
                self.send_response(collector.status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", "2")
                self.end_headers()
                self.wfile.write(b"{}")

            def log_message(self, *_):
                pass

        self.python = f"{programs}/python"
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()

    @property
    def address(self):
        return f"http://127.0.0.1:{self.server.server_port}"

    def spans(self, count):
        """All spans, once there are `count`."""
        eventually(lambda: sum(body.count('"spanId"') for body in self.bodies) >= count, lambda: f"{count} spans: {self.bodies}")
        done = subprocess.run([self.python, HERE / "opentelemetry/decode.py"], input="\n".join(self.bodies), text=True,
                              capture_output=True, timeout=DEADLINE, check=False)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def close(self):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join(DEADLINE)
