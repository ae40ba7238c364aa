"""TLS 1.3 against plain HTTP: answers per second on open connections, and new connections a second by type of key.

Two servers with the same flags run at the same time, and only one has load. wrk uses TLS on the same machine, so its cost
counts, too. New connections are full handshakes by two processes of `openssl s_time -new`, which verify nothing.
"""

import pathlib
import re
import socket
import ssl
import statistics
import subprocess
import sys
import tempfile

from figures import Figure
from http_rates import FIRST, wrk
from machine import Server

PORT = 19180
CLIENTS = 2
FIXED = "/bench/fixed/1/coupons"
KEYS = {"P-256": ("ec", "-pkeyopt", "ec_paramgen_curve:P-256"), "RSA-2048": ("rsa:2048",)}


def certificate(folder, name):
    """(certificate, key), self-signed"""
    files = folder / f"{name}.pem", folder / f"{name}.key"
    subprocess.run(["openssl", "req", "-x509", "-newkey", *KEYS[name], "-nodes", "-days", "2", "-subj", "/CN=localhost",
                    "-keyout", str(files[1]), "-out", str(files[0])], check=True, capture_output=True)
    return files


def protocol(server):
    context = ssl._create_unverified_context()
    host, port = server.users.removeprefix("https://").split(":")
    with socket.create_connection((host, int(port))) as plain, context.wrap_socket(plain) as tls:
        return f"{tls.version()} {tls.cipher()[0]}"


def new_connections(server, seconds):
    """(connections a second, µs of the server's CPU for each)"""
    server.settle()
    before = server.cpu_seconds()
    command = ["openssl", "s_time", "-connect", server.users.removeprefix("https://"), "-new", "-time", str(seconds)]
    clients = [subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) for _ in range(CLIENTS)]
    connections, rate = 0, 0
    for client in clients:
        output = client.communicate()[0]
        found = re.search(r"(\d+) connections in (\d+) real seconds", output)
        if not found or client.returncode != 0:
            sys.exit(f"openssl s_time: {output}")
        connections += int(found[1])
        rate += int(found[1]) / int(found[2])
    server.settle()
    return rate, (server.cpu_seconds() - before) / connections * 1e6


def keep_alive(server, seconds):
    """(answers a second, µs of the server's CPU for each)"""
    server.settle()
    before = server.cpu_seconds()
    requests, rate, refused = wrk(server.users, FIXED, FIRST, 0, seconds)
    if refused or not requests:
        sys.exit(f"{server.users}: {refused} of {requests} answers were no 2xx")
    server.settle()
    return rate, (server.cpu_seconds() - before) / requests * 1e6


def run(settings):
    with tempfile.TemporaryDirectory(prefix="firstcome-bench-") as folder:
        files = {name: certificate(pathlib.Path(folder), name) for name in KEYS}
        with Server(settings.binary, PORT) as plain, \
                Server(settings.binary, PORT + 2, tls=files["P-256"]) as ec, \
                Server(settings.binary, PORT + 4, tls=files["RSA-2048"]) as rsa:
            rates = {"plain": [], "TLS": [], "P-256": [], "RSA-2048": []}
            cpu = {name: [] for name in rates}
            used = protocol(ec)
            if not used.startswith("TLSv1.3"):
                sys.exit(f"the protocol is {used}")
            for number in range(settings.rounds):
                for name, server, measure in (("plain", plain, keep_alive), ("TLS", ec, keep_alive),
                                              ("P-256", ec, new_connections), ("RSA-2048", rsa, new_connections)):
                    rate, cost = measure(server, settings.seconds)
                    rates[name].append(rate)
                    cpu[name].append(cost)
                print(f"round {number + 1} of {settings.rounds}: " +
                      ", ".join(f"{name} {values[-1]:,.0f}/s" for name, values in rates.items()), file=sys.stderr)
    median = {name: statistics.median(values) for name, values in rates.items()}
    figures = [
        Figure("TLS 1.3 / plain, keep-alive", [a / b for a, b in zip(rates["TLS"], rates["plain"])], 0.7,
               rates={f"{name}, answers/s": median[name] for name in ("TLS", "plain")}),
        Figure("plain / TLS 1.3, CPU of the server for an answer", [a / b for a, b in zip(cpu["plain"], cpu["TLS"])],
               rates={f"{name}, µs of the server for each": statistics.median(cpu[name]) for name in ("TLS", "plain")}),
        Figure("RSA-2048 / P-256, new connections", [a / b for a, b in zip(rates["RSA-2048"], rates["P-256"])],
               rates={f"{name}, new connections/s": median[name] for name in KEYS} |
                     {f"{name}, µs of the server for each": statistics.median(cpu[name]) for name in KEYS}),
    ]
    return figures, {"rates": rates, "cpuMicroseconds": cpu, "cipher": used}
