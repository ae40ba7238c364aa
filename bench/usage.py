"""What running processes use: processor time, memory, and the requests and bytes of their connections. From /proc and `ss`."""

import collections
import dataclasses
import pathlib
import re
import subprocess
import urllib.request


def tree(pid):
    """The process and all processes below it."""
    children = pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [pid, *(one for child in children for one in tree(int(child)))]


def cpu_seconds(pid):
    """Of the process and all below it, to the nanosecond. What has ended is missing."""
    total = 0
    for one in tree(pid):
        for task in pathlib.Path(f"/proc/{one}/task").iterdir():
            try:
                total += int((task / "schedstat").read_text().split()[0])
            except OSError:  # it ends at this moment
                continue
    return total / 1e9


@dataclasses.dataclass
class Traffic:
    """Of a process's connections to one port. `requests`: segments with data that it has sent; a request fits into one."""

    requests: int = 0
    sent: int = 0
    received: int = 0


def traffic(port):
    """Process → Traffic of its open connections to the port."""
    lines = subprocess.run(["ss", "-tinpHO", f"dport = :{port}"], capture_output=True, text=True, check=True).stdout.splitlines()
    found = collections.defaultdict(Traffic)
    for line in lines:
        if (owner := re.search(r"pid=(\d+)", line)) is None:
            continue
        one = found[int(owner[1])]
        for name, field in (("requests", "data_segs_out"), ("sent", "bytes_sent"), ("received", "bytes_received")):
            if value := re.search(rf"\b{field}:(\d+)", line):
                setattr(one, name, getattr(one, name) + int(value[1]))
    return found


def loopback_bytes():
    """All bytes over the loopback interface of this network namespace, with the headers of TCP and IP."""
    for line in pathlib.Path("/proc/net/dev").read_text().splitlines():
        if line.strip().startswith("lo:"):
            return int(line.split(":", 1)[1].split()[0])
    raise SystemExit("/proc/net/dev has no loopback interface")


def metrics(server):
    """Name of a metric → sum over its series that carry a value, of a node's /metrics."""
    with urllib.request.urlopen(f"{server.admin}/metrics", timeout=10) as page:
        lines = page.read().decode().splitlines()
    sums = collections.defaultdict(float)
    for line in lines:
        if not line.startswith("#") and "_bucket{" not in line:
            series, value = line.rsplit(" ", 1)
            sums[series.split("{")[0]] += float(value)
            sums[series] = float(value)
    return sums
