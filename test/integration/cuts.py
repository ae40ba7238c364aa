"""A network between nodes and brokers that loses all data, in one direction or both, until it is healed."""

import selectors
import socket
import threading
from contextlib import contextmanager

CHUNK = 1 << 16
TO_BROKER, TO_CLIENT = "to the broker", "to the client"


class CuttingProxies:
    """A proxy before each broker. Data in a cut direction is read and dropped; connections stay open, as behind a firewall
    that has lost its state."""

    def __init__(self, brokers):
        self.cut, self._ending = frozenset(), threading.Event()
        self._targets = {one["proxy"]: one["behindProxy"] for one in brokers}
        self.bootstrap = ",".join(f"127.0.0.1:{port}" for port in self._targets)
        self._selector = selectors.DefaultSelector()
        for port in self._targets:
            listener = socket.create_server(("127.0.0.1", port))
            self._selector.register(listener, selectors.EVENT_READ, None)
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    @contextmanager
    def losing(self, *ways):
        self.cut = frozenset(ways)
        try:
            yield
        finally:
            self.cut = frozenset()

    def end(self):
        self._ending.set()
        self._thread.join()
        for key in list(self._selector.get_map().values()):
            key.fileobj.close()

    def _run(self):
        while not self._ending.is_set():
            for key, _ in self._selector.select(0.1):
                if key.data is None:
                    self._accept(key.fileobj)
                elif key.fileobj.fileno() >= 0:
                    self._pass_on(key.fileobj, *key.data)

    def _accept(self, listener):
        client, _ = listener.accept()
        broker = socket.socket()
        if broker.connect_ex(("127.0.0.1", self._targets[listener.getsockname()[1]])) != 0:
            client.close()
            broker.close()
            return
        self._selector.register(client, selectors.EVENT_READ, (broker, TO_BROKER))
        self._selector.register(broker, selectors.EVENT_READ, (client, TO_CLIENT))

    def _pass_on(self, source, target, way):
        try:
            if read := source.recv(CHUNK):
                if way not in self.cut:
                    target.sendall(read)
                return
        except OSError:
            pass  # one end is closed; close the other one, too
        for one in (source, target):
            self._selector.unregister(one)
            one.close()
