"""The Debian package, in a fresh Debian 12: install, start as its own user, issue, upgrade, remove, purge."""

import os
import pathlib
import re
import resource
import subprocess
import time

import pytest
from chroot import ROOT, Chroot
from service import Service

# Seconds from `apt install` to the first coupon, with the libraries downloaded before. Of processor time, which does not depend on what
# else the machine does; an idle one takes about as long.
FIRST_COUPON_WITHIN = 10


def make_package(folder, revision):
    subprocess.run([ROOT / "scripts" / "package", "--out", folder, "--revision", str(revision)], check=True)
    return next(folder.glob("*.deb"))


@pytest.fixture(name="package", scope="module")
def package_of_this_tree(tmp_path_factory):
    return make_package(tmp_path_factory.mktemp("package") / "out", 1)


@pytest.fixture(name="debian")
def fresh_debian(tmp_path):
    return Chroot(tmp_path / "debian")


def contents(package):
    listed = subprocess.run(["dpkg-deb", "--contents", package], capture_output=True, text=True, check=True).stdout
    return {line.split()[5]: line.split()[0] for line in listed.splitlines()}


def test_lintian_finds_nothing(package):
    done = subprocess.run(["lintian", "--info", "--display-info", "--allow-root", "--fail-on=error,warning,info", package],
                          capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, ""), done.stdout + done.stderr


def test_each_command_has_a_manual_page_that_man_can_read(package, tmp_path):
    subprocess.run(["dpkg-deb", "--extract", package, tmp_path], check=True)
    binary = tmp_path / "usr" / "bin" / "firstcome"
    overview = subprocess.run([binary, "--help"], capture_output=True, text=True, check=True).stdout
    commands = re.findall(r"^  (\S+(?: \S+)*)  ", overview, re.MULTILINE)
    assert "policy create" in commands
    pages = ["man1/firstcome.1", "man5/firstcome.toml.5"] + [f"man1/firstcome-{name.replace(' ', '-')}.1" for name in commands]
    for page in pages:
        done = subprocess.run(["man", "--warnings", "-E", "UTF-8", "-l", "-Tutf8", tmp_path / "usr/share/man" / f"{page}.gz"],
                              capture_output=True, text=True, check=True, env={**os.environ, "MANWIDTH": "100", "LC_ALL": "C.UTF-8"})
        assert done.stderr == "" and "firstcome" in done.stdout, (page, done.stderr)
    assert len(list((tmp_path / "usr/share/man").rglob("*.gz"))) == len(pages)


def test_the_service_is_hardened(package, tmp_path):
    subprocess.run(["dpkg-deb", "--extract", package, tmp_path], check=True)
    unit = tmp_path / "lib" / "systemd" / "system" / "firstcome.service"
    done = subprocess.run(["systemd-analyze", "security", "--offline=true", "--threshold=20", "--no-pager", unit], capture_output=True,
                          text=True, check=False)
    assert done.returncode == 0, done.stdout
    print(done.stdout.splitlines()[-1])


def allowed_calls(unit):
    """The system calls of the SystemCallFilter lines: the sets of systemd, minus those with ~."""
    def members(name):
        if not name.startswith("@"):
            return {name}
        listed = subprocess.run(["systemd-analyze", "syscall-filter", "--no-pager", name], capture_output=True, text=True, check=True)
        lines = [line.strip() for line in listed.stdout.splitlines()[1:]]
        return set().union(*(members(line) for line in lines if line and not line.startswith("#")))

    allowed = set()
    for line in re.findall(r"^SystemCallFilter=(.*)$", unit, re.MULTILINE):
        names = set().union(*(members(name) for name in line.lstrip("~").split()))
        allowed = allowed - names if line.startswith("~") else allowed | names
    return allowed


def test_the_filter_of_system_calls_lets_a_whole_life_of_the_server_through(package, tmp_path):
    """Also a stop, a reload, and what the metrics and the tools of operators read."""
    calls = tmp_path / "calls"
    binary = ROOT / "build" / "release" / "bin" / "firstcome"
    command = ["strace", "--follow-forks", "--quiet=all", "--output", calls, binary, "serve", "--data", tmp_path / "data", "--listen",
               "127.0.0.1:0", "--admin-listen", "127.0.0.1:0", "--access-log", tmp_path / "access.log"]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    lines = iter(process.stderr)
    address = next(found for line in lines if (found := re.search(r"users http://(\S+), admin http://(\S+)", line)))
    next(line for line in lines if "ready after" in line)
    users, admin = (f"http://{address.group(which)}" for which in (1, 2))
    for words in (("policy", "create", "--id", "7", "--name", "One", "--max-count", "5"), ("issue", "--policy", "7", "--user", "42"),
                  ("policy", "list"), ("health",)):
        extra = () if words[0] == "health" else ("--server", users)
        subprocess.run([binary, *words, "--admin", admin, *extra], check=True, capture_output=True)
    subprocess.run(["curl", "--silent", "--fail", f"{admin}/metrics", "-o", "/dev/null"], check=True)
    server = int(pathlib.Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()[0])
    os.kill(server, 1)
    next(line for line in lines if "SIGHUP" in line)
    os.kill(server, 15)
    assert process.wait(60) == 0
    made = set(re.findall(r"^\d+ +(?:<\.\.\. )?(\w+)[( ]", calls.read_text(), re.MULTILINE))
    made -= {"execve", "fchown"}  # the start of the server; what SQLite calls only as root
    assert {"fsync", "epoll_wait", "accept4"} <= made | {"fdatasync", "fsync"}, made
    unit = (ROOT / "deploy" / "systemd" / "firstcome.service").read_text()
    assert made - allowed_calls(unit) == set()


def processor_time():
    """Seconds of the processes that have ended."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return children.ru_utime + children.ru_stime


def coupon(service, debian, user):
    return service.beside(debian, "firstcome", "issue", "--policy", "1", "--user", str(user))


def test_from_apt_install_to_the_first_coupon_and_all_the_way_back(package, debian, tmp_path):
    debian.path("/tmp/firstcome.deb").write_bytes(package.read_bytes())
    debian.apt("update")
    debian.apt("install", "--download-only", "/tmp/firstcome.deb")
    before = debian.files()

    began, used = time.monotonic(), processor_time()
    debian.apt("install", "/tmp/firstcome.deb")
    service = Service(debian)
    try:
        service.beside(debian, "firstcome", "policy", "create", "--id", "1", "--name", "One", "--max-count", "10")
        assert coupon(service, debian, 42).startswith("SUCCESS: user 42 has coupon 1 of policy 1")
        used = processor_time() - used
        print(f"from apt install to the first coupon: {time.monotonic() - began:.1f} s, {used:.1f} s of them of processor time")
        assert used < FIRST_COUPON_WITHIN

        assert debian.run("systemd-analyze", "verify", "--man=no", "firstcome.service").stderr == ""
        assert service.beside(debian, "firstcome", "health") == "ready: 3 of 3 partitions are answered.\n"
        service.notifications.wait_for("WATCHDOG")
        owner = debian.run("stat", "--format", "%U:%G %a", "/var/lib/firstcome", "/var/lib/firstcome/journal.sqlite",
                           "/var/log/firstcome", "/etc/firstcome/firstcome.toml").stdout.splitlines()
        assert owner == ["firstcome:firstcome 700", "firstcome:firstcome 600", "firstcome:firstcome 750", "root:root 644"], owner
        uid = os.stat(f"/proc/{service.server()}").st_uid
        assert uid == os.stat(debian.path("/var/lib/firstcome")).st_uid != 0
        service.stop()

        newer = make_package(tmp_path / "newer", 2)
        debian.path("/tmp/newer.deb").write_bytes(newer.read_bytes())
        debian.path("/etc/firstcome/firstcome.toml").write_text(
            debian.path("/etc/firstcome/firstcome.toml").read_text() + 'log-format = "json"\n')
        debian.apt("install", "/tmp/newer.deb")
        assert debian.run("dpkg-query", "-W", "-f", "${Version}", "firstcome").stdout.endswith("-2")
        service = Service(debian)
        assert coupon(service, debian, 42).startswith("ALREADY_ISSUED: user 42 has coupon 1 of policy 1"), "the data survives an upgrade"
        assert service.log.text().startswith("{"), "and so do changed settings"
        service.stop()
    finally:
        service.kill()

    debian.apt("remove", "firstcome")
    assert not debian.path("/usr/bin/firstcome").exists()
    assert debian.path("/etc/firstcome/firstcome.toml").exists()
    debian.apt("purge", "firstcome")
    assert not debian.path("/etc/firstcome").exists()
    assert debian.path("/var/lib/firstcome/journal.sqlite").exists(), "purge keeps the data"
    debian.apt("autoremove", "--purge")
    left = {name for name in debian.files() - before if not name.startswith("var/lib/firstcome")}
    assert left <= USERS_FILES, left


# The user of the service stays, because its files may.
USERS_FILES = {"etc/passwd-", "etc/group-", "etc/shadow-", "etc/gshadow-", "etc/.pwd.lock", "etc/subuid-", "etc/subgid-"}


def test_purge_removes_the_data_only_if_debconf_says_so(package, debian):
    debian.path("/tmp/firstcome.deb").write_bytes(package.read_bytes())
    debian.apt("update")
    debian.apt("install", "debconf-utils", "/tmp/firstcome.deb")
    assert "firstcome/remove-data\tboolean\tfalse" in debian.run("debconf-get-selections").stdout
    debian.path("/var/lib/firstcome/journal.sqlite").write_text("")
    debian.run("sh", "-c", "echo firstcome firstcome/remove-data boolean true | debconf-set-selections")
    debian.apt("purge", "firstcome")
    assert not debian.path("/var/lib/firstcome").exists()
    assert "firstcome/remove-data" not in debian.run("debconf-get-selections").stdout
