"""A private PostgreSQL (15 or newer) on loopback; it trusts every client."""

import os
import pathlib
import shutil
import signal
import subprocess

from children import Child, adopt_orphans, last_lines, say, start, unprivileged_account

OLDEST = 15


def _newest(versions=pathlib.Path("/usr/lib/postgresql")):
    """The folder of the newest version's programs, as Debian installs them: /usr/lib/postgresql/17/bin."""
    found = [int(folder.name) for folder in versions.glob("*") if folder.name.isdigit()]
    return versions / str(max([OLDEST, *found])) / "bin"


PROGRAMS = _newest()
END_WITHIN = 30  # seconds
USER = DATABASE = "firstcome"
ENVIRONMENT = {"PATH": "/usr/bin:/bin", "TZ": "UTC", "LC_ALL": "C.UTF-8"}
ELSEWHERE = pathlib.Path("/var/lib/firstcome-cluster")


def folder_for(folder, account):
    """The folder itself, or another one if PostgreSQL's account may not enter it (for example in root's home)."""
    if account is None or _may_enter(folder, account):
        return folder
    return ELSEWHERE / str(folder.resolve()).strip("/").replace("/", "-")


def _may_enter(folder, account):
    return subprocess.run(["test", "-x", str(folder.resolve())], user=account.pw_uid, group=account.pw_gid,
                          extra_groups=[], check=False).returncode == 0


class Postgres(Child):
    """Durable: commits survive a power cut of the machine. Otherwise nothing is synced to the disk; this makes no
    difference when only its processes die."""

    def __init__(self, port, folder, durable, settings):
        super().__init__("postgres", folder / "postgres.log")
        if not (PROGRAMS / "postgres").exists():
            raise RuntimeError(f"no PostgreSQL {OLDEST} or newer in {PROGRAMS}; scripts/install-packages servers")
        self.port, self.durable = port, durable
        self.account = unprivileged_account()
        self.data = self._own_folder(folder) / "data"
        self.settings = {"listen_addresses": "127.0.0.1", "port": port, "unix_socket_directories": "",
                         "shared_buffers": "64MB", "max_wal_senders": 0, "max_logical_replication_workers": 0,
                         "fsync": "on" if durable else "off", **settings}

    def _own_folder(self, folder):
        place = folder_for(folder, self.account)
        if place != folder:
            say(f"{self.account.pw_name} may not enter {folder}, so PostgreSQL's data are in {place}; the two folders belong together")
        own = place / "postgres"
        own.mkdir(parents=True, exist_ok=True)
        if self.account is not None:
            os.chown(own, self.account.pw_uid, self.account.pw_gid)
        self.place = place
        return own

    def _run(self, program, *flags):
        process = start([PROGRAMS / program, *flags], self.log, account=self.account, env=ENVIRONMENT, folder="/")
        if process.wait() != 0:
            raise RuntimeError(f"{program} failed:\n{last_lines(self.log)}")

    def make(self):
        """Creates the data and an empty database, unless they exist."""
        if (self.data / "made").exists():
            return
        shutil.rmtree(self.data, ignore_errors=True)  # of an interrupted first start
        self._run("initdb", f"--pgdata={self.data}", f"--username={USER}", "--auth=trust", "--encoding=UTF8",
                  "--locale=C.UTF-8", "--no-instructions", *([] if self.durable else ["--no-sync"]))
        self.start()
        self.wait_until_ready()
        self._run("createdb", f"--maintenance-db={self.address('postgres')}", DATABASE)
        (self.data / "made").touch()

    def start(self):
        flags = [word for name, value in self.settings.items() for word in ("-c", f"{name}={value}")]
        self.launch([PROGRAMS / "postgres", "-D", self.data, *flags], farewell=signal.SIGQUIT, account=self.account,
                    env=ENVIRONMENT, folder="/")

    def is_ready(self):
        """As pg_ctl checks it: the first line is the pid, the eighth the state."""
        try:
            lines = (self.data / "postmaster.pid").read_text().splitlines()
        except FileNotFoundError:
            return False
        return len(lines) >= 8 and lines[0] == str(self.process.pid) and lines[7].strip() == "ready"

    def kill(self):
        """Sends SIGKILL to all its processes; returns when none is left."""
        if not self.is_running():
            self.process = None
            return
        adopt_orphans()
        self.process.send_signal(signal.SIGSTOP)  # so that it starts no further process
        pid = self.process.pid
        children = [int(child) for child in pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
        for child in children:
            os.kill(child, signal.SIGKILL)
        self.process.kill()
        self.process.wait()
        self.process = None
        for child in children:
            os.waitpid(child, 0)

    def end(self):
        """Ends it gracefully if its data are kept (sessions are closed); otherwise at once."""
        if not self.is_running():
            return
        self.process.send_signal(signal.SIGINT if self.durable else signal.SIGQUIT)
        try:
            self.process.wait(END_WITHIN)
        except subprocess.TimeoutExpired:
            self.kill()

    def address(self, database=DATABASE):
        return f"postgresql://{USER}@127.0.0.1:{self.port}/{database}"

    def facts(self):
        return {"address": f"127.0.0.1:{self.port}", "data": str(self.data), "programs": str(PROGRAMS),
                **super().facts()}
