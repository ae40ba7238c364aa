"""Three real brokers and a real PostgreSQL, which all tests share, and what belongs to one test on them."""

import itertools
import json
import os
import pathlib
import signal
import subprocess
import time
from contextlib import contextmanager
from dataclasses import dataclass

from confluent_kafka import Producer
from confluent_kafka.admin import AdminClient
from events import judge_events
from prometheus_text import value
from server import DEADLINE, Server, run

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
# A killed issuer is missed after this; soon enough for a test, long enough for two busy cores.
SESSION = ("--kafka", "session.timeout.ms=3000", "--kafka", "heartbeat.interval.ms=300")
# Saves that were answered are long in memory only, so that a crash really loses some.
LAZY_DATABASE = ("wal_writer_delay=10s", "wal_writer_flush_after=1GB", "max_connections=60")


def eventually(holds, what):
    """Asks again and again, which waits for what is asked."""
    until = time.monotonic() + DEADLINE
    while not (found := holds()):
        assert time.monotonic() < until, f"never: {what() if callable(what) else what}"
    return found


class Servers:
    """scripts/cluster/run, which ends with this process."""

    def __init__(self, *broker_settings):
        settings = [word for one in LAZY_DATABASE for word in ("--postgres-setting", one)]
        settings += [word for one in broker_settings for word in ("--broker-setting", one)]
        command = [ROOT / "scripts" / "cluster" / "run", "--brokers", "3", "--proxied", "--postgres", *settings]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.answer()
        self.admin = AdminClient({"bootstrap.servers": self.bootstrap, "log_level": 0})  # brokers are killed here

    def send(self, line):
        """Without waiting for the answer, which must be taken before the next one."""
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()

    def answer(self):
        line = self.process.stdout.readline()
        assert line, "no servers; scripts/cluster/run says above why"
        self.told = json.loads(line)

    def obey(self, line):
        self.send(line)
        self.answer()

    def kill_broker(self, number):
        """At once; `start` brings it back."""
        os.kill(self.told["brokers"][number - 1]["pid"], signal.SIGKILL)

    @contextmanager
    def frozen_broker(self, number):
        """Held still, as a machine that hangs."""
        pid = self.told["brokers"][number - 1]["pid"]
        os.kill(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            os.kill(pid, signal.SIGCONT)

    @contextmanager
    def frozen_database(self):
        """Held still, every process of it."""
        first = self.told["postgres"]["pid"]
        os.kill(first, signal.SIGSTOP)  # it starts no more
        children = [int(one) for one in pathlib.Path(f"/proc/{first}/task/{first}/children").read_text().split()]
        for child in children:
            os.kill(child, signal.SIGSTOP)
        try:
            yield
        finally:
            for one in (*children, first):
                os.kill(one, signal.SIGCONT)

    def ask_broker(self, number):
        """Its own word on the topics there are."""
        address = self.told["brokers"][number - 1]["address"]
        return AdminClient({"bootstrap.servers": address, "log_level": 0}).list_topics(timeout=DEADLINE)

    def end(self):
        self.process.stdin.close()
        self.process.wait(2 * DEADLINE)  # four Java machines and a database

    @property
    def bootstrap(self):
        return self.told["bootstrap"]

    def java(self, main, *words, output=subprocess.PIPE):
        """One of Kafka's own programs, under way. Who pipes its output must read it, or it hangs, at its end too."""
        command = ["java", "-Xmx128m", "-XX:TieredStopAtLevel=1", "-Dorg.slf4j.simpleLogger.defaultLogLevel=error",
                   "-cp", self.told["classpath"], main, "--bootstrap-server", self.bootstrap, *words]
        return subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT, text=True)

    def controller(self):
        """The broker that leads the controllers."""
        asked = self.java("org.apache.kafka.tools.MetadataQuorumCommand", "describe", "--status")
        lines = asked.communicate(timeout=DEADLINE)[0].splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("LeaderId:"))

    def remove_records(self, topic, partition, before, folder):
        """As retention does."""
        file = folder / "remove.json"
        file.write_text(json.dumps({"partitions": [{"topic": topic, "partition": partition, "offset": before}]}))
        tool = self.java("org.apache.kafka.tools.DeleteRecordsCommand", "--offset-json-file", str(file))
        said = tool.communicate(timeout=DEADLINE)[0]
        assert tool.returncode == 0 and f"low_watermark: {before}" in said, said

    def partitions(self, topic):
        """Partition → its leader, and whether all its replicas follow; both as a broker sees them now."""
        found = self.admin.list_topics(topic, timeout=DEADLINE).topics[topic].partitions
        return {number: (one.leader, len(one.isrs) == len(one.replicas)) for number, one in found.items()}

    def wait_until_whole(self, topic):
        eventually(lambda: all(whole for _, whole in self.partitions(topic).values()), "all replicas follow")

    @property
    def psql(self):
        program = pathlib.Path(self.told["postgres"]["programs"]) / "psql"
        return (program, "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1")

    def sql(self, statement, database="postgres"):
        return self._psql(database, "-c", statement)

    def sql_file(self, path, database, **variables):
        set_all = [word for pair in variables.items() for word in ("-v", "=".join(pair))]
        return self._psql(database, *set_all, "-f", path)

    def _psql(self, database, *words):
        done = subprocess.run([*self.psql, *words, self.address(database)], stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, timeout=DEADLINE, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def address(self, database, user="firstcome"):
        return f"postgresql://{user}@{self.told['postgres']['address']}/{database}"


@dataclass
class Named:
    flags: tuple


class Place:
    """A topic and a database of one test, and the nodes on them."""

    def __init__(self, servers, name, folder):
        self.servers, self.name, self.parent = servers, name, folder
        self.journal = f"kafka://{servers.bootstrap}/{name}"
        self.events = f"{name}-issued"
        self.nodes, self.numbers = [], itertools.count(1)

    def make(self):
        self.must("topic", "create", *self.topics)
        self.make_database()
        self.must("store", "migrate", "--store", self.store())
        return self

    def make_database(self):
        self.servers.sql(f'CREATE DATABASE "{self.name}"')

    def store(self, user="firstcome", application="firstcome"):
        return f"{self.servers.address(self.name, user)}?application_name={application}"

    @property
    def topics(self):
        return ("--journal", self.journal, "--events", self.events)

    @property
    def flags(self):
        return ("--journal", self.journal, "--store", self.store())

    @staticmethod
    def must(*words):
        code, out, err = run(*words)
        assert code == 0, (words, out, err)
        return out

    @staticmethod
    def must_not(*words):
        """What it says."""
        code, out, err = run(*words)
        assert code == 1, (words, out, err)
        return err

    def node(self, role, *flags, user="firstcome"):
        """Its name is what its sessions are called in pg_stat_activity."""
        name = f"{role}{next(self.numbers)}"
        topics = ("--journal", self.journal) if "--events" in flags else self.topics
        node = Server(Named((*topics, "--store", self.store(user, name))), "--role", role, *SESSION, *flags)
        node.name = name
        self.nodes.append(node)
        return node

    def issuer(self, *flags, **how):
        return self.node("issuer", *flags, **how)

    def edge(self, *flags, **how):
        return self.node("edge", *flags, **how)

    def sql(self, statement):
        return self.servers.sql(statement, self.name)

    def homes(self, policies):
        """Policy → its partition, as saved."""
        asked = "SELECT policy_id, journal_partition FROM firstcome.policy_change WHERE revision = 1"

        def saved():
            rows = [row.split("|") for row in self.sql(asked).split()]
            return {int(policy): int(partition) for policy, partition in rows}

        eventually(lambda: saved().keys() >= set(policies), "the policies are saved")
        return saved()

    @contextmanager
    def held(self, statement):
        """In a transaction of its own that is open so long."""
        psql = subprocess.Popen([*self.servers.psql, self.store()], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                text=True)
        psql.stdin.write(f"BEGIN;\n{statement};\nSELECT 'held';\n")
        psql.stdin.flush()
        try:
            assert psql.stdout.readline() == "held\n"
            yield
        finally:
            psql.stdin.close()
            psql.wait(DEADLINE)
            psql.stdout.close()

    def members(self):
        """How many hold the group's partitions of its journal; strangers of the new protocol make it none."""
        groups = self.servers.admin.list_groups("coupon-issue-group", timeout=DEADLINE)
        return len(groups[0].members) if groups else 0

    def coordinator(self):
        """The broker that coordinates the group; asked while all brokers answer."""
        groups = eventually(lambda: self.servers.admin.list_groups("coupon-issue-group", timeout=DEADLINE), "a group")
        return groups[0].broker.id

    def produce(self, partition, value, headers=None):
        """As any program may; returns its offset."""
        offsets = []
        producer = Producer({"bootstrap.servers": self.servers.bootstrap, "log_level": 0})
        producer.produce(self.name, value=value, key="7", partition=partition, headers=headers,
                         on_delivery=lambda failed, message: offsets.append(failed or message.offset()))
        producer.flush(DEADLINE)
        assert offsets and isinstance(offsets[0], int), offsets
        return offsets[0]

    def stop(self):
        """Edges first; whatever they have decided the issuers then save."""
        for node in sorted(self.alive(), key=lambda one: one.users is None):
            node.stop()

    def alive(self):
        return [node for node in self.nodes if node.process.poll() is None]

    def end(self):
        for node in self.alive():
            node.wake()
            node.kill()

    def judge(self, clients, *flags):
        """Every promise was kept."""
        clients.check(self, *flags)
        code, out, err = run("audit", *self.flags)
        assert code == 0, out + err
        if "--at-rest" in flags:
            judge_events(self)


def metric(node, series):
    return value(node.text("/metrics", admin=True)[1], series)


def owned(node):
    """How many partitions are its to save."""
    return samples(node, "firstcome_partition_owned")


def unsaved(node):
    """What it has decided and has not seen saved, of every partition."""
    return samples(node, "firstcome_save_lag_records")


def samples(node, name):
    """The sum of all its samples."""
    lines = node.text("/metrics", admin=True)[1].splitlines()
    return sum(float(line.rsplit(" ", 1)[1]) for line in lines if line.startswith(name + "{"))


def wait_until_saved(node):
    eventually(lambda: unsaved(node) == 0, lambda: f"{unsaved(node)} records to be saved")


def ready(node):
    return node.text("/readyz")[0] == 200
