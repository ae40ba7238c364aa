"""A fresh Debian in a folder, and commands in it. It is made once, in build/chroots, and each test gets a copy."""

import os
import pathlib
import re
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]
INSTALL_LIMIT = 600  # seconds; downloads included
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


def base(release):
    """The tar file of a fresh system, as debootstrap makes it: the essential and important packages."""
    made = ROOT / "build" / "chroots" / f"{release}-base.tar"
    if made.exists():
        return made
    made.parent.mkdir(parents=True, exist_ok=True)
    unfinished = made.with_suffix(".unfinished.tar")
    subprocess.run([ROOT / "scripts/bootstrap-debian", "--quiet", "--variant=debootstrap", release, unfinished], check=True,
                   timeout=3 * INSTALL_LIMIT)
    unfinished.rename(made)
    return made


class Chroot:
    """No init process runs in it, so packages start no service."""

    def __init__(self, folder, release="bookworm"):
        self.folder = folder
        folder.mkdir()
        subprocess.run(["tar", "--extract", "--file", base(release), "--directory", folder], check=True)
        for name in ("resolv.conf", "hosts"):
            (folder / "etc" / name).write_text(pathlib.Path("/etc", name).read_text())

    def command(self, *words, env=None):
        """The words that run a command in it. Its mounts, and the processes that it starts, end with it."""
        given = [f"{name}={value}" for name, value in (env or {}).items()]
        script = ('mount --bind "$1" "$1"; mount -t proc proc "$1/proc"; mount --rbind /dev "$1/dev"; '
                  'folder=$1; shift; exec chroot "$folder" "$@"')
        return ["unshare", "--mount", "--pid", "--fork", "--kill-child", "--propagation", "private", "sh", "-euc", script, "sh",
                str(self.folder), "/usr/bin/env", "-i", f"PATH={PATH}", "HOME=/root", "LANG=C.UTF-8", *given, *words]

    def run(self, *words, env=None, limit=INSTALL_LIMIT, check=True):
        done = subprocess.run(self.command(*words, env=env), stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=limit,
                              check=False)
        assert not check or done.returncode == 0, f"{words}: exit code {done.returncode}\n{done.stdout}\n{done.stderr}"
        return done

    def apt(self, *words, **more):
        return self.run("apt-get", "-q", "-y", "--no-install-recommends", *words, env={"DEBIAN_FRONTEND": "noninteractive"}, **more)

    def path(self, name):
        return self.folder / name.lstrip("/")

    def files(self):
        """Every file of packages and services, without what apt and dpkg keep for themselves."""
        passed_over = {"proc", "sys", "dev", "run", "tmp"}
        found = set()
        for top, folders, names in os.walk(self.folder):
            inside = pathlib.Path(top).relative_to(self.folder)
            if inside == pathlib.Path("."):
                folders[:] = [name for name in folders if name not in passed_over]
            found |= {str(inside / name) for name in names + folders}
        kept = re.compile(r"^(var/(cache|log/apt|log/dpkg\.log|lib/apt|lib/dpkg|backups)|etc/ld\.so\.cache|var/log/alternatives\.log)")
        return {name for name in found if not kept.match(name)}
