"""Three real brokers and a real PostgreSQL, which all tests share, and the topic, database and nodes of one test."""

import itertools
import json
import os
import pathlib
import signal
import subprocess
from contextlib import contextmanager
from dataclasses import dataclass

from confluent_kafka import Producer
from confluent_kafka.admin import AdminClient
from events import judge_events
from prometheus_text import value
from server import DEADLINE, Server, eventually, run

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
# The group removes a killed issuer after this time: short enough for a test, long enough for two busy cores.
SESSION = ("--kafka", "session.timeout.ms=3000", "--kafka", "heartbeat.interval.ms=300")
# Confirmed commits stay in memory long enough that a crash loses some.
LAZY_DATABASE = ("wal_writer_delay=10s", "wal_writer_flush_after=1GB", "max_connections=60")


class Servers:
    """scripts/cluster/run; it ends with this process."""

    def __init__(self, *broker_settings):
        settings = [word for one in LAZY_DATABASE for word in ("--postgres-setting", one)]
        settings += [word for one in broker_settings for word in ("--broker-setting", one)]
        command = [ROOT / "scripts" / "cluster" / "run", "--brokers", "3", "--proxied", "--postgres", *settings]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.answer()
        self.admin = AdminClient({"bootstrap.servers": self.bootstrap, "log_level": 0})  # these tests kill brokers

    def send(self, line):
        """Sends a command without waiting. The caller must read the answer before the next command."""
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()

    def answer(self):
        line = self.process.stdout.readline()
        assert line, "no servers; the output of scripts/cluster/run above has the reason"
        self.facts = json.loads(line)

    def command(self, line):
        self.send(line)
        self.answer()

    def kill_broker(self, number):
        """Kills it at once; `start` starts it again."""
        os.kill(self.facts["brokers"][number - 1]["pid"], signal.SIGKILL)

    @contextmanager
    def frozen_broker(self, number):
        """Frozen, like a machine that hangs."""
        pid = self.facts["brokers"][number - 1]["pid"]
        os.kill(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            os.kill(pid, signal.SIGCONT)

    @contextmanager
    def frozen_database(self):
        """All its processes are frozen."""
        first = self.facts["postgres"]["pid"]
        os.kill(first, signal.SIGSTOP)  # so that it starts no further process
        children = [int(one) for one in pathlib.Path(f"/proc/{first}/task/{first}/children").read_text().split()]
        for child in children:
            os.kill(child, signal.SIGSTOP)
        try:
            yield
        finally:
            for one in (*children, first):
                os.kill(one, signal.SIGCONT)

    def ask_broker(self, number):
        """The topics that this broker knows."""
        address = self.facts["brokers"][number - 1]["address"]
        return AdminClient({"bootstrap.servers": address, "log_level": 0}).list_topics(timeout=DEADLINE)

    def end(self):
        self.process.stdin.close()
        self.process.wait(2 * DEADLINE)  # four JVMs and a database

    @property
    def bootstrap(self):
        return self.facts["bootstrap"]

    def java(self, main, *words, output=subprocess.PIPE):
        """A running program of Kafka. A caller that pipes its output must read it, otherwise it hangs, also at its end."""
        command = ["java", "-Xmx128m", "-XX:TieredStopAtLevel=1", "-Dorg.slf4j.simpleLogger.defaultLogLevel=error",
                   "-cp", self.facts["classpath"], main, "--bootstrap-server", self.bootstrap, *words]
        return subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT, text=True)

    def controller(self):
        """The broker that leads the controllers."""
        asked = self.java("org.apache.kafka.tools.MetadataQuorumCommand", "describe", "--status")
        lines = asked.communicate(timeout=DEADLINE)[0].splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("LeaderId:"))

    def remove_records(self, topic, partition, before, folder):
        """Removes records as retention does."""
        file = folder / "remove.json"
        file.write_text(json.dumps({"partitions": [{"topic": topic, "partition": partition, "offset": before}]}))
        tool = self.java("org.apache.kafka.tools.DeleteRecordsCommand", "--offset-json-file", str(file))
        output = tool.communicate(timeout=DEADLINE)[0]
        assert tool.returncode == 0 and f"low_watermark: {before}" in output, output

    def partitions(self, topic):
        """Partition → its leader, and whether all its replicas are in sync, as a broker reports them now."""
        found = self.admin.list_topics(topic, timeout=DEADLINE).topics[topic].partitions
        return {number: (one.leader, len(one.isrs) == len(one.replicas)) for number, one in found.items()}

    def wait_until_whole(self, topic):
        eventually(lambda: all(whole for _, whole in self.partitions(topic).values()), "all replicas follow")

    @property
    def psql(self):
        program = pathlib.Path(self.facts["postgres"]["programs"]) / "psql"
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
        return f"postgresql://{user}@{self.facts['postgres']['address']}/{database}"


@dataclass
class Named:
    flags: tuple


class Place:
    """The topic, the database and the nodes of one test."""

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

    def grant_roles(self):
        """Makes the roles an_edge and an_issuer."""
        self.servers.sql("DO $$ BEGIN CREATE ROLE an_edge LOGIN; CREATE ROLE an_issuer LOGIN; EXCEPTION WHEN duplicate_object "
                         "THEN NULL; END $$")
        self.servers.sql_file(ROOT / "sql" / "postgres" / "grants.sql", self.name, edge="an_edge", issuer="an_issuer")

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
        """Runs a command that must succeed; returns its output."""
        code, out, err = run(*words)
        assert code == 1, (words, out, err)
        return err

    def node(self, role, *flags, user="firstcome", **how):
        """The name of the node is the name of its sessions in pg_stat_activity."""
        name = f"{role}{next(self.numbers)}"
        topics = ("--journal", self.journal) if "--events" in flags else self.topics
        node = Server(Named((*topics, "--store", self.store(user, name))), "--role", role, *SESSION, *flags, **how)
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
        """Policy → its saved partition."""
        asked = "SELECT policy_id, journal_partition FROM firstcome.policy_change WHERE revision = 1"

        def saved():
            rows = [row.split("|") for row in self.sql(asked).split()]
            return {int(policy): int(partition) for policy, partition in rows}

        eventually(lambda: saved().keys() >= set(policies), "the policies are saved")
        return saved()

    @contextmanager
    def held(self, statement):
        """Holds it in a separate transaction."""
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
        """The number of members that have the group's partitions of this journal; with a consumer of the new protocol it is 0."""
        groups = self.servers.admin.list_groups("coupon-issue-group", timeout=DEADLINE)
        return len(groups[0].members) if groups else 0

    def coordinator(self):
        """The broker that coordinates the group. Call it while all brokers answer."""
        groups = eventually(lambda: self.servers.admin.list_groups("coupon-issue-group", timeout=DEADLINE), "a group")
        return groups[0].broker.id

    def produce(self, partition, value, headers=None):
        """Appends a record as any program may; returns its offset."""
        offsets = []
        producer = Producer({"bootstrap.servers": self.servers.bootstrap, "log_level": 0})
        producer.produce(self.name, value=value, key="7", partition=partition, headers=headers,
                         on_delivery=lambda failed, message: offsets.append(failed or message.offset()))
        producer.flush(DEADLINE)
        assert offsets and isinstance(offsets[0], int), offsets
        return offsets[0]

    def stop(self):
        """Ends edges first; the issuers then save everything that is decided."""
        for node in sorted(self.alive(), key=lambda one: one.users is None):
            node.stop()

    def alive(self):
        return [node for node in self.nodes if node.process.poll() is None]

    def end(self):
        for node in self.alive():
            node.wake()
            node.kill()

    def judge(self, clients, *flags):
        """Verifies every promise."""
        clients.check(self, *flags)
        code, out, err = run("audit", *self.flags)
        assert code == 0, out + err
        if "--at-rest" in flags:
            judge_events(self)


def metric(node, series):
    return value(node.text("/metrics", admin=True)[1], series)


def owned(node):
    """The number of partitions that it owns."""
    return samples(node, "firstcome_partition_owned")


def unsaved(node):
    """The decided records that it has not seen saved, over all partitions."""
    return samples(node, "firstcome_save_lag_records")


def samples(node, name):
    """The sum of all samples."""
    lines = node.text("/metrics", admin=True)[1].splitlines()
    return sum(float(line.rsplit(" ", 1)[1]) for line in lines if line.startswith(name + "{"))


def wait_until_saved(node):
    eventually(lambda: unsaved(node) == 0, lambda: f"{unsaved(node)} records to be saved")


def ready(node):
    return node.text("/readyz")[0] == 200
