"""Kafka brokers (KRaft, each its own controller), from jars that Maven fetches once."""

import base64
import pathlib
import uuid

from children import Child, free_ports, last_lines, start
from guarded import Guarded
from jars import fetch
from tokens import Tokens

HERE = pathlib.Path(__file__).resolve().parent
CACHE = HERE.parent.parent / "build" / "kafka"

# Saves half a second at each start, and memory: three brokers fit a small machine.
JVM = ["-Xms128m", "-Xmx512m", "-XX:+UseSerialGC", "-Xshare:auto", "-Djava.awt.headless=true",
       "-Dorg.slf4j.simpleLogger.showDateTime=true", "-Dorg.slf4j.simpleLogger.dateTimeFormat=HH:mm:ss.SSS"]
FAST_START = ["-XX:TieredStopAtLevel=1"]


def classpath():
    """The classpath of the Kafka version in pom.xml."""
    return fetch(HERE / "pom.xml", CACHE, "Kafka")


class Broker(Child):
    ready_line = b"Kafka Server started"

    def __init__(self, number, port, controller_port, folder, java, guarded, proxied, keys_url):
        self.folder = folder / f"broker-{number}"
        super().__init__(f"broker {number}", self.folder / "broker.log")
        self.number, self.port, self.controller_port, self.java = number, port, controller_port, java
        self.properties = self.folder / "server.properties"
        self.guarded = Guarded(self.folder) if guarded else None
        self.tokens = Tokens(keys_url) if keys_url else None
        # The broker's address for a test's proxy, and the address of that proxy for clients.
        self.behind_proxy, self.proxy = free_ports(2) if proxied else (None, None)

    def configure(self, brokers, settings):
        self.folder.mkdir(parents=True, exist_ok=True)
        copies, enough = min(3, len(brokers)), min(2, len(brokers))
        voters = ",".join(f"{one.number}@127.0.0.1:{one.controller_port}" for one in brokers)
        listeners = f"PLAINTEXT://127.0.0.1:{self.port}"
        if self.guarded:
            listeners += f",{self.guarded.listeners()}"
        if self.tokens:
            listeners += f",{self.tokens.listeners()}"
        advertised, protocols = listeners, {}
        if self.proxy:
            listeners += f",PROXIED://127.0.0.1:{self.behind_proxy}"
            advertised += f",PROXIED://127.0.0.1:{self.proxy}"
            protocols["listener.security.protocol.map"] = (
                "CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT,PROXIED:PLAINTEXT")
        lines = {
            "process.roles": "broker,controller",
            "node.id": self.number,
            "controller.quorum.voters": voters,
            "controller.listener.names": "CONTROLLER",
            "listeners": f"{listeners},CONTROLLER://127.0.0.1:{self.controller_port}",
            "advertised.listeners": advertised,
            **protocols,
            "log.dirs": self.folder / "data",
            "offsets.topic.replication.factor": copies,
            "offsets.topic.num.partitions": 3,
            "transaction.state.log.replication.factor": copies,
            "transaction.state.log.min.isr": enough,
            "transaction.state.log.num.partitions": 3,
            "group.initial.rebalance.delay.ms": 0,
            "group.min.session.timeout.ms": 500,
            "broker.session.timeout.ms": 4000,  # a dead broker is fenced sooner than after the default 9 s
            "broker.heartbeat.interval.ms": 500,
            "num.network.threads": 2,
            "num.io.threads": 4,
            **(self.guarded.lines() if self.guarded else {}),
            **(self.tokens.lines() if self.tokens else {}),
            **settings,
        }
        self.properties.write_text("".join(f"{key}={value}\n" for key, value in lines.items()))

    def format(self, cluster_id):
        return start([*self.java, "kafka.tools.StorageTool", "format", "-t", cluster_id, "-c", self.properties],
                     self.log)

    def is_formatted(self):
        return (self.folder / "data" / "meta.properties").exists()

    def start(self):
        program, *flags = self.java
        self.launch([program, *(self.tokens.java() if self.tokens else []), *flags, "kafka.Kafka", self.properties])

    def end(self):
        """Kills it: the next start finds the data in the page cache. A controlled shutdown of all brokers takes minutes,
        because the last one has no quorum."""
        self.kill()

    def facts(self):
        return {"id": self.number, "address": f"127.0.0.1:{self.port}", **super().facts(),
                **({"guarded": self.guarded.facts()} if self.guarded else {}),
                **({"tokens": self.tokens.facts()} if self.tokens else {}),
                **({"behindProxy": self.behind_proxy, "proxy": self.proxy} if self.proxy else {})}


def make_brokers(count, ports, folder, steady, guarded, proxied=False, settings=None, keys_url=None):
    """Configures and formats brokers without starting them; returns (their classpath, the brokers)."""
    path = classpath()
    java = ["java", *JVM, *([] if steady else FAST_START), "-cp", path]
    brokers = [Broker(i + 1, ports[i], ports[count + i], folder, java, guarded, proxied, keys_url)
               for i in range(count)]
    for broker in brokers:
        broker.configure(brokers, settings or {})
    cluster_id = _cluster_id(folder / "cluster-id")
    formatting = [(one, one.format(cluster_id)) for one in brokers if not one.is_formatted()]
    for broker, process in formatting:
        if process.wait() != 0:
            raise RuntimeError(f"formatting the data of {broker.name} failed:\n{last_lines(broker.log)}")
    return path, brokers


def _cluster_id(file):
    """The cluster id, stored with the data, because all brokers must have the same."""
    if not file.exists():
        # A leading dash would be parsed as an option.
        file.write_text("k" + base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")[1:])
    return file.read_text()
