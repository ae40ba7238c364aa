"""deploy/compose.yaml, run: its brokers, database, Jobs, nodes, nginx and Prometheus, with its commands, environment, files and
order. Only the container engine and Grafana are missing, and versions are those of this machine."""

import concurrent.futures
import http.client
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time

import pytest
from containers import Containers, Network, inside
from image import ROOT, USER, Image, make_archive

sys.path.insert(0, str(ROOT / "scripts" / "cluster"))
from kafka import classpath  # noqa: E402
from postgres import PROGRAMS  # noqa: E402

DEPLOY = ROOT / "deploy"
NAMES = ["secrets", "postgres", "kafka1", "kafka2", "kafka3", "topics", "migrate", "issuer1", "issuer2", "edge1", "edge2", "nginx",
         "prometheus"]


class Installation(Containers):
    """What the images of others do at their start is done by the methods here."""

    def __init__(self, network, folder, image):
        self.image, self.secrets = image, folder / "secrets"
        super().__init__(DEPLOY / "compose.yaml", network, folder, self._make, self._check)

    def _make(self, name, service):
        image = service["image"]
        if "firstcome:" in image:
            return self.container(name, *service["command"])
        by_image = {"apache/kafka": self._kafka, "nginx": self._nginx, "prom/prometheus": self._prometheus}
        if name == "secrets":
            self.secrets.mkdir()
            return [DEPLOY / "compose" / "make-secrets", self.secrets]
        if name == "postgres":
            return self._postgres()
        return next(make for part, make in by_image.items() if part in image)(name, service)

    def _check(self, name, words):
        if words[0] == "firstcome":
            return self.container(name, *words[1:])
        if words[0] == "pg_isready":
            return [PROGRAMS / "pg_isready", *words[1:]]
        return words

    def container(self, name, *words):
        """A command in the image, as `docker compose run` and `exec` start it."""
        hosts = f"/etc/netns/{self.network.namespace(name)}/hosts"
        return ["setpriv", f"--reuid={USER}", f"--regid={USER}", "--clear-groups", "--no-new-privs", "bwrap", "--die-with-parent",
                "--unshare-user", "--uid", USER, "--gid", USER, "--unshare-pid", "--as-pid-1", "--cap-drop", "ALL",
                "--ro-bind", self.image.root, "/", "--proc", "/proc", "--dev", "/dev", "--ro-bind", hosts, "/etc/hosts",
                "--ro-bind", self.secrets, "/etc/firstcome", "--clearenv", "--chdir", "/data", *self.image.config["Entrypoint"], *words]

    def _kafka(self, name, service):
        """The image's own start: its program makes the properties of the variables and formats the data."""
        folder = self.folder / name
        for part in ("default", "mounted", "final"):
            (folder / part).mkdir(parents=True, exist_ok=True)
        (folder / "default" / "server.properties").touch()
        (folder / "default" / "log4j2.yaml").write_text("Configuration: {Loggers: {Root: {level: warn}}}\n")
        (folder / "default" / "tools-log4j2.yaml").write_text("Configuration: {Loggers: {Root: {level: warn}}}\n")
        environment = {key: str(value) for key, value in service["environment"].items()}
        environment["KAFKA_LOG_DIRS"] = str(folder / "data")
        heap = environment["KAFKA_HEAP_OPTS"]
        variables = [f"{key}={value}" for key, value in environment.items()]
        java = ["java", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-cp", classpath()]
        set_up = [*java, "kafka.docker.KafkaDockerWrapper", "setup", "--default-configs-dir", folder / "default", "--mounted-configs-dir",
                  folder / "mounted", "--final-configs-dir", folder / "final"]
        subprocess.run(["env", *variables, *map(str, set_up)], check=True)
        return [*java[:1], *heap.split(), *java[1:], "kafka.Kafka", folder / "final" / "server.properties"]

    def _postgres(self):
        """As the entry point of the image: a new cluster with passwords, then the scripts of the file."""
        data, socket, passwords = (self.folder / name for name in ("postgres", "socket", "passwords"))
        for own in (data, socket):
            own.mkdir()
            shutil.chown(own, "postgres", "postgres")
        shutil.copytree(self.secrets / "postgres", passwords)
        subprocess.run(["chown", "-R", "postgres:postgres", passwords], check=True)

        def run(*words, **environment):
            subprocess.run(["runuser", "-u", "postgres", "--", "env", f"PGHOST={socket}", *[f"{k}={v}" for k, v in environment.items()],
                            *map(str, words)], check=True, cwd="/", stdout=subprocess.DEVNULL)

        run(PROGRAMS / "initdb", "-D", data, "--username=postgres", f"--pwfile={passwords / 'superuser'}", "--auth-local=trust",
            "--auth-host=scram-sha-256", "--no-sync")
        with open(data / "pg_hba.conf", "a", encoding="ascii") as rules:
            rules.write("host all all all scram-sha-256\n")
        run(PROGRAMS / "pg_ctl", "-D", data, "-w", "-o", f"-c listen_addresses= -c unix_socket_directories={socket}", "start")
        run(DEPLOY / "compose" / "make-roles", SECRETS=passwords)
        run(PROGRAMS / "pg_ctl", "-D", data, "-w", "stop")
        return ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", PROGRAMS / "postgres", "-D", data,
                "-c", "listen_addresses=*", "-c", f"unix_socket_directories={socket}", "-c", "fsync=off"]

    def _nginx(self, name, _service):
        folder = self.folder / name
        folder.mkdir(exist_ok=True)
        paths = "\n".join(f"{part}_temp_path {folder / part};" for part in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        (folder / "nginx.conf").write_text(f"user root; daemon off; pid {folder}/pid; error_log stderr; events {{}}\n"
                                           f"http {{ access_log off; {paths}\ninclude {DEPLOY}/compose/nginx.conf; }}\n")
        return ["/usr/sbin/nginx", "-c", folder / "nginx.conf", "-e", "stderr"]

    def _prometheus(self, name, _service):
        folder = self.folder / name
        (folder / "data").mkdir(parents=True)
        shutil.chown(folder / "data", "nobody")
        text = (DEPLOY / "compose" / "prometheus.yml").read_text()
        (folder / "prometheus.yml").write_text(text.replace("/etc/firstcome/", f"{self.secrets}/"))
        shutil.copy(DEPLOY / "prometheus" / "firstcome.rules.yml", folder)
        return ["setpriv", "--reuid=nobody", "--clear-groups", "prometheus", f"--config.file={folder}/prometheus.yml",
                f"--storage.tsdb.path={folder}/data"]

    def call(self, name, port, method, path, body=None):
        """(status, JSON) of a service, from the host."""
        connection = http.client.HTTPConnection(self.network.addresses[name], port, timeout=30)
        with inside(self.network.host):
            connection.connect()
        try:
            connection.request(method, path, None if body is None else json.dumps(body), {"Content-Type": "application/json"})
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read())
        finally:
            connection.close()

    def firstcome(self, name, *words):
        return self.exec(name, *self.container(name, *words)).stdout


@pytest.fixture(scope="module")
def installed():
    assert os.geteuid() == 0, "network namespaces need root"
    with tempfile.TemporaryDirectory(prefix="firstcome-compose-", dir="/var/tmp") as folder:
        folder = pathlib.Path(folder)
        folder.chmod(0o755)
        image = Image(make_archive(folder / "image.tar"), folder)
        with Network(NAMES) as network:
            installation = Installation(network, folder, image)
            try:
                installation.up()
                yield installation
            finally:
                installation.down()


def operator(*words):
    return (*words, "--admin", "http://127.0.0.1:8081", "--key-file", "/etc/firstcome/nodes/operator.key")


def until_final(call):
    """Repeats a call that is safe to repeat, as a caller does: three brokers on a busy machine lose their leaders now and then."""
    until = time.monotonic() + 60
    while (answer := call())[0] in (202, 503):
        assert time.monotonic() < until, answer
    return answer


def ask(installed, users):
    """The answers of users who ask through nginx, eight at a time."""
    def one(user):
        return until_final(lambda: installed.call("nginx", 8080, "POST", "/v1/policies/1/coupons", {"userId": user}))

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        return list(pool.map(one, users))


def test_coupons_are_issued_through_nginx_although_an_edge_dies_and_reach_the_database(installed):
    def create():
        words = operator("policy", "create", "--id", "1", "--name", "Sale", "--max-count", "100")
        done = installed.exec("edge1", *installed.container("edge1", *words), must=False)
        return (503 if "OUTCOME_UNKNOWN" in done.stderr else done.returncode), done.stderr

    code, error = until_final(create)
    assert code == 0 or "EXISTS" in error, error
    answers = ask(installed, range(1, 81))
    assert {status for status, _ in answers} <= {200, 201}, answers
    assert sorted(answer["sequence"] for _, answer in answers) == list(range(1, 81))
    installed.kill("edge1")
    answers = ask(installed, range(81, 121))
    assert sorted(answer["sequence"] for status, answer in answers if status != 409) == list(range(81, 101)), answers
    installed.start("edge1")
    assert ask(installed, [7])[0][1]["result"] == "ALREADY_ISSUED"

    journal, store = (next(word for word in installed.services["issuer1"]["command"] if word.startswith(name))
                      for name in ("--journal=", "--store="))
    until = time.monotonic() + 60
    export = installed.container("issuer1", "coupons", "export", "--policy", "1", store)
    while (saved := installed.exec("issuer1", *export, must=False)).stdout.count("\n") != 1 + 100:
        assert time.monotonic() < until, (saved.stdout, saved.stderr)
    installed.firstcome("issuer1", "audit", journal, store)


def test_brokers_and_topics_need_no_correction(installed):
    journal = next(word for word in installed.services["topics"]["command"] if word.startswith("--journal="))
    done = installed.exec("topics", *installed.container("topics", "topic", "check", journal))
    assert "warning" not in (done.stdout + done.stderr).lower(), done.stdout + done.stderr


def test_prometheus_reads_every_node_with_its_key_and_has_the_alerts(installed):
    def query(path):
        status, answer = installed.call("prometheus", 9090, "GET", path)
        assert (status, answer["status"]) == (200, "success"), answer
        return answer["data"]

    until = time.monotonic() + 60
    while True:
        targets = {one["labels"]["instance"]: one["health"] for one in query("/api/v1/targets")["activeTargets"]}
        if targets == {f"{name}:8081": "up" for name in ("edge1", "edge2", "issuer1", "issuer2")}:
            break
        assert time.monotonic() < until, targets
        time.sleep(0.2)
    names = {rule["name"] for group in query("/api/v1/rules")["groups"] for rule in group["rules"]}
    assert names == set(re.findall(r"alert: (\w+)", (DEPLOY / "prometheus/firstcome.rules.yml").read_text()))


def test_what_runs_once_may_run_again(installed):
    passwords = sorted((path, path.read_bytes()) for path in installed.secrets.rglob("*") if path.is_file())
    for name in ("secrets", "topics", "migrate"):
        words = installed.container(name, *installed.services[name]["command"]) if name != "secrets" else \
            [DEPLOY / "compose" / "make-secrets", installed.secrets]
        installed.exec(name, *words)
    assert passwords == sorted((path, path.read_bytes()) for path in installed.secrets.rglob("*") if path.is_file())


def test_operators_need_a_key(installed):
    status, _ = installed.call("edge2", 8081, "POST", "/v1/policies", {"id": 2, "name": "Mine", "maxCount": 5})
    assert status == 401
    assert installed.call("nginx", 8080, "POST", "/v1/policies", {"id": 2, "name": "Mine", "maxCount": 5})[0] in (404, 405)
