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


def fetch(pom, folder, what):
    """The classpath of the versions in `pom`; fetches missing jars into `folder`/jars."""
    with locked(folder):
        fetched = folder / "pom.xml"
        if not fetched.exists() or fetched.read_bytes() != pom.read_bytes():
            say(f"fetching {what} by Maven, once")
            shutil.rmtree(folder / "jars", ignore_errors=True)
            subprocess.run(["mvn", "-B", "-q", "-f", pom, "dependency:copy-dependencies", "-DincludeScope=runtime",
                            f"-DoutputDirectory={folder / 'jars'}"], check=True, stdin=subprocess.DEVNULL,
                           stdout=sys.stderr)
            shutil.copyfile(pom, fetched)
    return ":".join(str(jar) for jar in sorted((folder / "jars").glob("*.jar")))


def compiled(project, folder, what):
    """The classpath of a Maven project without a Maven build: its jars, its resources, and its classes, compiled again
    when a source has changed."""
    path = fetch(project / "pom.xml", folder, what)
    sources = sorted((project / "src" / "main" / "java").rglob("*.java"))
    texts = hashlib.sha256(b"\0".join([path.encode(), *(source.read_bytes() for source in sources)])).hexdigest()
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
