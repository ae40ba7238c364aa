"""Java for tests: Maven fetches the jars once, and sources are compiled once."""

import fcntl
import hashlib
import pathlib
import shutil
import subprocess
import sys
from contextlib import contextmanager

from children import say


@contextmanager
def locked(folder):
    folder.mkdir(parents=True, exist_ok=True)
    with open(folder / "lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # several tests of one build may start at the same time
        yield


def installed(clients, folder):
    """Builds the Java clients and puts them into Maven's repository of this user, if a source has changed. Returns their state."""
    files = sorted(file for file in clients.rglob("*") if file.is_file() and "target" not in file.parts)
    state = hashlib.sha256(b"\0".join(file.read_bytes() for file in files)).hexdigest()
    stamp = folder / "installed"
    with locked(folder):
        if not stamp.exists() or stamp.read_text() != state:
            subprocess.run(["mvn", "-B", "-q", "-f", clients, "install", "-DskipTests"], check=True, stdin=subprocess.DEVNULL,
                           stdout=sys.stderr)
            stamp.write_text(state)
    return state


def fetch(pom, folder, what, state=""):
    """The classpath of the versions in `pom`; fetches missing jars into `folder`/jars. `state`: of what else it depends on."""
    with locked(folder):
        fetched, wanted = folder / "pom.xml", pom.read_bytes() + state.encode()
        if not fetched.exists() or fetched.read_bytes() != wanted:
            say(f"fetching {what} by Maven, once")
            shutil.rmtree(folder / "jars", ignore_errors=True)
            subprocess.run(["mvn", "-B", "-q", "-f", pom, "dependency:copy-dependencies", "-DincludeScope=runtime",
                            f"-DoutputDirectory={folder / 'jars'}"], check=True, stdin=subprocess.DEVNULL,
                           stdout=sys.stderr)
            fetched.write_bytes(wanted)
    return ":".join(str(jar) for jar in sorted((folder / "jars").glob("*.jar")))


def compiled(project, folder, what, state=""):
    """The classpath of a Maven project without a Maven build: its jars, its resources, and its classes, compiled again
    when a source has changed."""
    path = fetch(project / "pom.xml", folder, what, state)
    sources = sorted((project / "src" / "main" / "java").rglob("*.java"))
    texts = hashlib.sha256(b"\0".join([state.encode(), path.encode(), *(source.read_bytes() for source in sources)])).hexdigest()
    classes, stamp = pathlib.Path(folder / "classes"), folder / "compiled"
    with locked(folder):
        if not stamp.exists() or stamp.read_text() != texts:
            shutil.rmtree(classes, ignore_errors=True)
            # Spring and Jackson read the names of parameters.
            subprocess.run(["javac", "-Xlint:all,-processing", "-Werror", "-parameters", "-cp", path, "-d", classes,
                            *sources], check=True, stdin=subprocess.DEVNULL, stdout=sys.stderr)
            stamp.write_text(texts)
    resources = project / "src" / "main" / "resources"
    return ":".join(map(str, [classes, *([resources] if resources.exists() else []), path]))
