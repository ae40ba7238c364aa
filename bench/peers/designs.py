"""The designs that are compared: how each is started, what it has kept, and how it is killed."""

import contextlib
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time

from distributed import events_topic, psql
from machine import Program, Server

POLICY = 1
WITHIN = 60  # seconds for anything to start or to settle


def wait(what, holds):
    until = time.monotonic() + WITHIN
    while not (value := holds()):
        if time.monotonic() > until:
            sys.exit(f"{what}: not within {WITHIN} s")
        time.sleep(0.02)
    return value


class Redis:
    """A private Redis with its own folder. `flags`: how it keeps its data."""

    def __init__(self, port, *flags):
        self.port, self.flags = port, flags
        self.folder = tempfile.TemporaryDirectory(prefix="firstcome-peers-redis-")
        self.start()

    def start(self):
        command = ["redis-server", "--port", str(self.port), "--bind", "127.0.0.1", "--dir", self.folder.name, *self.flags]
        self.child = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        wait("Redis", lambda: self.call("PING") == "PONG")

    def call(self, *words):
        done = subprocess.run(["redis-cli", "-p", str(self.port), *map(str, words)], capture_output=True, text=True)
        return done.stdout.strip()

    def kill(self):
        self.child.kill()
        self.child.wait()

    def stop(self):
        self.kill()
        self.folder.cleanup()


class Peer(Program):
    """A running bench/peers/peer."""

    def __init__(self, settings, port, design, stock, *flags):
        self.users = f"http://127.0.0.1:{port}"
        super().__init__([settings.build / "bench/peers/peer", design, "--listen", f"127.0.0.1:{port}", "--policy", POLICY,
                          "--max-count", stock, *flags])
        wait(design, lambda: self.child.poll() is not None or accepts(port))
        if self.child.poll() is not None:
            sys.exit(f"{design} ended at once: {self.child.stderr.read()}")


def accepts(port):
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
        return True
    return False


class Design:
    """One design with its servers. `stock`: of the policy. `program` is the process in front of them."""

    name = ""
    about = ""

    def __init__(self, settings, servers, port, stock):
        self.settings, self.servers, self.port, self.stock = settings, servers, port, stock
        self.prepare()
        self.start()

    def prepare(self):
        """Makes the data."""

    def start(self):
        """Starts `program`, also again on the same data."""
        raise NotImplementedError

    def kept(self):
        """The users that have a coupon, by the design's own record of it."""
        raise NotImplementedError

    def kept_in_database(self):
        """Rows of coupons in the database; None: the design has no database."""
        return None

    def kill(self):
        self.program.child.send_signal(signal.SIGKILL)
        self.program.child.wait()

    def stop(self):
        """Its data are not needed any more, so nothing is waited for."""
        self.kill()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()


class OfRedis(Design):
    design = ""
    keeps = ()

    def prepare(self):
        self.redis = Redis(self.port + 1, *self.keeps)

    def flags(self):
        return ["--redis", f"127.0.0.1:{self.redis.port}"]

    def start(self):
        self.program = Peer(self.settings, self.port, self.design, self.stock, *self.flags())

    def stop(self):
        super().stop()
        self.redis.stop()


class RedisLua(OfRedis):
    design = "redis-lua"
    name = "Redis Lua, AOF everysec"
    keeps = ("--save", "", "--appendonly", "yes", "--appendfsync", "everysec")

    def kept(self):
        return {int(user) for user in self.redis.call("SMEMBERS", f"coupon:{POLICY}:users").split()}


class RedisLuaAlways(RedisLua):
    name = "Redis Lua, AOF always"
    keeps = ("--save", "", "--appendonly", "yes", "--appendfsync", "always")


class InDatabase:
    """The peers' own tables."""

    def rows(self):
        return {int(user) for user in psql(self.store, f"SELECT user_id FROM peers.coupon WHERE policy_id = {POLICY}").split()}

    def count(self):
        return int(psql(self.store, f"SELECT count(*) FROM peers.coupon WHERE policy_id = {POLICY}"))


class RedisLock(InDatabase, OfRedis):
    """With the settings that Redis has by default: a snapshot from time to time, no log."""

    design = "redis-lock"
    name = "Redis lock + batch"

    def prepare(self):
        super().prepare()
        self.store = self.servers.database()

    def flags(self):
        return [*super().flags(), "--postgres", self.store]

    def kept(self):
        return self.rows()

    def kept_in_database(self):
        return self.count()


class HotRow(InDatabase, Design):
    name = "PostgreSQL hot row"

    def prepare(self):
        self.store = self.servers.database()

    def start(self):
        self.program = Peer(self.settings, self.port, "hot-row", self.stock, "--postgres", self.store)

    def kept(self):
        return self.rows()

    def kept_in_database(self):
        return self.count()


class KafkaDraft(HotRow):
    name = "plain Kafka draft"

    def prepare(self):
        super().prepare()
        self.journal = self.servers.topic(self.settings.binary)

    def start(self):
        self.program = Peer(self.settings, self.port, "kafka-draft", self.stock, "--postgres", self.store, "--kafka", self.journal)


class Embedded(Design):
    name = "firstcome, embedded"

    def prepare(self):
        self.folder = tempfile.TemporaryDirectory(prefix="firstcome-peers-")
        self.place = ["--data", self.folder.name]
        self.created = False

    def start(self):
        self.program = Server(self.settings.binary, self.port, *self.flags(), place=self.place)
        if not self.created:
            self.program.create_policy(POLICY, self.stock)
            self.created = True

    def flags(self):
        return []

    def query(self, sql):
        with contextlib.closing(sqlite3.connect(f"file:{self.folder.name}/store.sqlite?mode=ro", uri=True)) as store:
            return [row[0] for row in store.execute(sql)]

    def kept(self):
        return set(self.query(f"SELECT user_id FROM coupon WHERE policy_id = {POLICY}"))

    def kept_in_database(self):
        return self.query(f"SELECT count(*) FROM coupon WHERE policy_id = {POLICY}")[0]

    def stop(self):
        self.program.stop()
        self.folder.cleanup()


class Distributed(Embedded):
    name = "firstcome, Kafka + PostgreSQL"

    def prepare(self):
        self.place = self.servers.place(self.settings.binary)
        self.created = False

    def flags(self):
        return ["--role", "all", "--events", events_topic(self.place[1])]

    def query(self, sql):
        return [int(line) for line in psql(self.place[3], f"SET search_path = firstcome; {sql}").split()]

    def stop(self):
        """A killed member of the group keeps its partitions for a while, from the next one, too."""
        self.program.stop()


class ByDatabase(Distributed):
    name = "firstcome, Kafka + PostgreSQL, admission by the database"

    def flags(self):
        return [*super().flags(), "--admission", "database"]


DESIGNS = (RedisLua, RedisLuaAlways, RedisLock, HotRow, KafkaDraft, Embedded, Distributed, ByDatabase)
