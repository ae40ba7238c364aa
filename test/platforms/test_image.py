"""The container image, run as a container engine runs it: its own user, a read-only root, no capability."""

import hashlib
import json
import os
import pathlib
import stat
import subprocess
import tempfile

import pytest
from image import USER, Container, Image, Volume, make_archive
from server import clean_environment

LARGEST = 60_000_000


@pytest.fixture(scope="module")
def image():
    with tempfile.TemporaryDirectory(prefix="firstcome-image-", dir="/var/tmp") as folder:
        folder = pathlib.Path(folder)
        folder.chmod(0o755)
        yield Image(make_archive(folder / "image.tar"), folder)


@pytest.fixture
def volume(image):
    with tempfile.TemporaryDirectory(prefix="volume-", dir=image.folder) as folder:
        pathlib.Path(folder).chmod(0o755)
        yield Volume(image, pathlib.Path(folder) / "data")


def test_a_coupon_is_issued_and_survives_a_restart(volume):
    with Container(volume) as server:
        server.create_policy(7, 2)
        status, first = server.call("POST", "/v1/policies/7/coupons", {"userId": 42})
        assert (status, first["sequence"]) == (201, 1), first
        server.stop()
    with Container(volume) as server:
        status, again = server.call("POST", "/v1/policies/7/coupons", {"userId": 42})
        assert (status, again["result"], again["sequence"]) == (200, "ALREADY_ISSUED", 1)


def test_the_data_folder_of_the_chart_works_on_a_volume_that_the_kubelet_opened_to_the_group(volume):
    os.chown(volume.path, 0, USER)  # fsGroup: USER
    volume.path.chmod(0o2770)
    for sequence in (1, 2):
        with Container(volume, data="/data/firstcome") as server:
            if sequence == 1:
                server.create_policy(7, 2)
            status, answer = server.call("POST", "/v1/policies/7/coupons", {"userId": sequence})
            assert (status, answer["sequence"]) == (201, sequence), answer
            server.stop()
    assert stat.S_IMODE((volume.path / "firstcome").stat().st_mode) & 0o777 == 0o700


def test_health_answers_for_engines_and_says_why_not(volume):
    with Container(volume) as server:
        address = f"http://{server.admin}"
        code, out, error = volume.run("health", "--admin", address)
        assert (code, out.split(":")[0]) == (0, "ready"), error
        server.stop()
    code, _, error = volume.run("health", "--admin", address)
    assert code == 1 and "refused" in error.lower(), error


def test_the_server_is_process_1_of_an_unprivileged_user_with_a_read_only_root(volume):
    with Container(volume) as server:
        process = pathlib.Path(f"/proc/{server.inner()}")
        status = dict(line.split(":\t", 1) for line in (process / "status").read_text().splitlines() if ":\t" in line)
        assert status["NSpid"].split()[-1] == "1"
        assert int(status["CapEff"], 16) == int(status["CapPrm"], 16) == 0 and status["NoNewPrivs"] == "1"
        mounts = {line.split()[4]: line.split()[5].split(",") for line in (process / "mountinfo").read_text().splitlines()}
        assert "ro" in mounts["/"] and "rw" in mounts["/data"]
        code, _, error = volume.run("serve", "--data", "/elsewhere", "--listen", "127.0.0.1:0")
        assert code == 1 and "Read-only file system" in error, error


def test_without_a_credential_nothing_is_open_to_other_machines(volume):
    code, _, error = volume.run("serve")
    assert code != 0 and "0.0.0.0:8080" in error and "--allow-anonymous" in error, error


def test_the_image_names_its_user_folder_and_version(image):
    config = image.config
    assert (config["User"], config["WorkingDir"], list(config["Volumes"])) == (f"{USER}:{USER}", "/data", ["/data"])
    version = json.loads(subprocess.run([image.root / "usr/bin/firstcome", "version", "--json"], check=True, capture_output=True,
                                        env=clean_environment()).stdout)["version"]
    assert image.tag == f"firstcome:{version}"
    assert config["Labels"]["org.opencontainers.image.version"] == version
    data = (image.root / "data").stat()
    assert stat.S_IMODE(data.st_mode) == 0o700


def test_it_is_small_and_has_no_shell_and_nothing_that_raises_rights(image):
    assert image.archive.stat().st_size <= LARGEST and image.size() <= LARGEST, (image.archive.stat().st_size, image.size())
    programs = [path for path, seen in image.files()
                if stat.S_ISREG(seen.st_mode) and seen.st_mode & 0o111 and "/lib" not in path]
    assert programs == ["/usr/bin/firstcome"]
    assert not [path for path, seen in image.files() if seen.st_mode & (stat.S_ISUID | stat.S_ISGID)]
    writable = [path for path, seen in image.files() if seen.st_mode & 0o022 and not stat.S_ISLNK(seen.st_mode)]
    assert writable == ["/tmp"]


def test_each_library_is_named_for_scanners_with_its_licence(image):
    known = {path.name for path in (image.root / "var/lib/dpkg/status.d").iterdir()}
    assert {"libc6", "libssl3", "librdkafka1", "libpq5", "ca-certificates"} <= known
    for name in known:
        row = (image.root / "var/lib/dpkg/status.d" / name).read_text()
        assert f"Package: {name}\n" in row and "\nVersion: " in row, row
        assert (image.root / "usr/share/doc" / name / "copyright").stat().st_size > 0


def test_two_builds_are_equal(image, tmp_path):
    sums = {hashlib.sha256(path.read_bytes()).hexdigest() for path in (image.archive, make_archive(tmp_path / "again.tar"))}
    assert len(sums) == 1


@pytest.mark.parametrize("form", ["oci-archive", "docker-archive"])
def test_engines_can_load_it(image, form):
    seen = subprocess.run(["skopeo", "inspect", "--config", f"{form}:{image.archive}"], check=True, capture_output=True, text=True)
    assert json.loads(seen.stdout)["config"] == image.config
