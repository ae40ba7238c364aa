"""Brokers and a database that start together, obey, and end together."""

from children import free_ports, refuse_taken
from kafka import make_brokers
from postgres import Postgres


class Cluster:
    """In `folder`, which exists. With a port base N, Kafka listens on N, N+1 …, its controllers behind them, and
    PostgreSQL behind those; without one all ports are free ones. Durable: see Postgres."""

    def __init__(self, folder, brokers, postgres, port_base=None, steady=False, durable=False, settings=()):
        count = 2 * brokers + (1 if postgres else 0)
        ports = free_ports(count) if port_base is None else list(range(port_base, port_base + count))
        refuse_taken(ports)
        self.brokers, self.classpath, self.postgres = [], "", None
        if postgres:
            self.postgres = Postgres(ports[-1], folder, durable, dict(settings))
        try:
            if brokers:
                self.classpath, self.brokers = make_brokers(brokers, ports, folder, steady)
            self._start()
        except BaseException:
            self.end()
            raise

    def servers(self):
        return [*self.brokers, *([self.postgres] if self.postgres else [])]

    def _start(self):
        for broker in self.brokers:
            broker.start()
        if self.postgres:  # while the brokers start
            self.postgres.make()
            self.postgres.start()
        for server in self.servers():
            server.wait_until_ready()

    def obey(self, line):
        """kill 2, start 2, kill postgres, start postgres. Unknown words are a ValueError."""
        words = line.split()
        if len(words) != 2 or words[0] not in ("kill", "start"):
            raise ValueError(f"'{line.strip()}': the words are kill and start, with a broker's number or postgres")
        server = self._named(words[1])
        if words[0] == "start":
            server.start()
            server.wait_until_ready()
        else:
            server.kill()

    def _named(self, name):
        for server in self.servers():
            if name in (server.name, server.name.removeprefix("broker ")):
                return server
        raise ValueError(f"there is no server '{name}'; there are: {', '.join(one.name for one in self.servers())}")

    @property
    def bootstrap(self):
        return ",".join(f"127.0.0.1:{one.port}" for one in self.brokers)

    @property
    def journal(self):
        return f"kafka://{self.bootstrap}"

    @property
    def store(self):
        return self.postgres.address()

    def told(self):
        told = {"bootstrap": self.bootstrap, "classpath": self.classpath,
                "brokers": [one.told() for one in self.brokers]}
        if self.postgres:
            told |= {"store": self.store, "postgres": self.postgres.told()}
        return told

    def end(self):
        for server in self.servers():
            server.end()
