"""The container image: made from the binary, unpacked, and run without a container engine."""

import json
import os
import pathlib
import shutil
import signal
import stat
import subprocess

from server import BINARY, DEADLINE, Server

ROOT = pathlib.Path(__file__).resolve().parents[2]
USER = 10001
DATA = "/data/firstcome-data"  # where `serve` without options keeps them


def make_archive(path):
    subprocess.run([ROOT / "scripts/image", "--binary", pathlib.Path(BINARY).resolve(), "--out", path], check=True)
    return path


class Image:
    """An archive, unpacked below `folder`, which everyone can enter: the user of the image reads it."""

    def __init__(self, archive, folder):
        self.archive, self.folder = archive, folder
        self._layout = folder / "layout"
        self._layout.mkdir()
        subprocess.run(["tar", "-xf", archive, "-C", self._layout], check=True)
        index = json.loads((self._layout / "index.json").read_text())["manifests"]
        assert len(index) == 1, index
        self.tag = index[0]["annotations"]["org.opencontainers.image.ref.name"]
        self.manifest = json.loads(self.blob(index[0]["digest"]).read_text())
        self.config = json.loads(self.blob(self.manifest["config"]["digest"]).read_text())["config"]
        rootless = [] if os.geteuid() == 0 else ["--rootless"]
        subprocess.run(["umoci", "unpack", *rootless, "--image", f"{self._layout}:{self.tag}", folder / "bundle"], check=True)
        (folder / "bundle").chmod(0o755)
        self.root = folder / "bundle" / "rootfs"

    def blob(self, digest):
        return self._layout / "blobs" / digest.replace(":", "/")

    def files(self):
        """(path inside the image, lstat), without the root itself."""
        return [("/" + str(path.relative_to(self.root)), path.lstat()) for path in sorted(self.root.rglob("*"))]

    def size(self):
        return sum(seen.st_size for _, seen in self.files() if stat.S_ISREG(seen.st_mode))


class Volume:
    """The folder that a container has as /data: at first what the image has there, like a volume of an engine."""

    def __init__(self, image, folder):
        self.image, self.path = image, folder
        shutil.copytree(image.root / "data", folder)
        seen = (image.root / "data").stat()
        os.chown(folder, seen.st_uid, seen.st_gid)
        folder.chmod(stat.S_IMODE(seen.st_mode))

    def program(self):
        """A program that starts a container: the image's entry point, environment, user and folder; a read-only root; no
        capability; process 1 of its own namespace. It shares the network of the test."""
        config = self.image.config
        environment = [word for line in config["Env"] for word in ("--setenv", *line.split("=", 1))]
        drop = ["setpriv", f"--reuid={USER}", f"--regid={USER}", "--clear-groups", "--no-new-privs"] if os.geteuid() == 0 else []
        words = [*drop, "bwrap", "--die-with-parent", "--new-session", "--unshare-user", "--uid", str(USER), "--gid", str(USER),
                 "--unshare-pid", "--as-pid-1", "--unshare-ipc", "--unshare-uts", "--cap-drop", "ALL",
                 "--ro-bind", self.image.root, "/", "--proc", "/proc", "--dev", "/dev", "--bind", self.path, "/data",
                 "--clearenv", *environment, "--chdir", config["WorkingDir"], *config["Entrypoint"]]
        path = self.path.with_suffix(".sh")
        path.write_text(f"#!/bin/sh\nexec {' '.join(map(str, words))} \"$@\"\n")
        path.chmod(0o755)
        return path

    def run(self, *words):
        """(exit code, stdout, stderr) of a command in a container."""
        done = subprocess.run([self.program(), *words], stdin=subprocess.DEVNULL, capture_output=True, text=True,
                              timeout=DEADLINE, check=False)
        return done.returncode, done.stdout, done.stderr


class Container(Server):
    """`firstcome serve` in a container. `process` is the program that starts it and waits for it."""

    def __init__(self, volume, *flags, data=DATA):
        super().__init__(data, *flags, binary=volume.program())

    def inner(self):
        """The process id of the server, outside of its namespace."""
        children = pathlib.Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        assert len(children) == 1, children
        return int(children[0])

    def terminate(self):
        os.kill(self.inner(), signal.SIGTERM)
