"""Brokers and a database that start, accept commands and end together."""

from children import free_ports, refuse_taken
from kafka import make_brokers
from postgres import Postgres
from together import folders_of, tie


class Cluster:
    """Runs in `folder`, which exists. With a port base N, Kafka listens on N, N+1 …, its controllers on the next ports,
    and PostgreSQL on the port after them; without one, on free ports. Durable: see Postgres; guarded: see Guarded;
    keys_url: see Tokens."""

    def __init__(self, folder, brokers, postgres, port_base=None, steady=False, durable=False, settings=(),
                 guarded=False, proxied=False, broker_settings=(), keys_url=None):
        folder = folder.resolve()  # servers have another working folder
        count = 2 * brokers + (1 if postgres else 0)
        ports = free_ports(count) if port_base is None else list(range(port_base, port_base + count))
        refuse_taken(ports)
        self.brokers, self.classpath, self.postgres = [], "", None
        if postgres:
            self.postgres = Postgres(ports[-1], folder, durable, dict(settings))
            if durable:
                tie(folders_of(folder, self.postgres.place))
        try:
            if brokers:
                self.classpath, self.brokers = make_brokers(brokers, ports, folder, steady, guarded, proxied,
                                                            dict(broker_settings), keys_url)
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
            if not self.postgres.is_running():
                self.postgres.start()
        for server in self.servers():
            server.wait_until_ready()

    @property
    def bootstrap(self):
        return ",".join(f"127.0.0.1:{one.port}" for one in self.brokers)

    @property
    def journal(self):
        return f"kafka://{self.bootstrap}"

    @property
    def store(self):
        return self.postgres.address()

    def addresses(self):
        """The environment variables from which `firstcome` reads the addresses."""
        return {**({"FIRSTCOME_JOURNAL": self.journal} if self.brokers else {}),
                **({"FIRSTCOME_STORE": self.store} if self.postgres else {})}

    def facts(self):
        facts = {"bootstrap": self.bootstrap, "classpath": self.classpath,
                 "brokers": [one.facts() for one in self.brokers]}
        if self.postgres:
            facts |= {"store": self.store, "postgres": self.postgres.facts()}
        return facts

    def end(self):
        for server in self.servers():
            server.end()
