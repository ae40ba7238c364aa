"""A release, made twice from clean clones in two folders: the same bytes, complete, verifiable."""

import json
import os
import re
import shutil
import subprocess
import sys

import pytest
from chroot import ROOT

SPDX_TOOLS = "spdx-tools==0.8.3"


def run(*words, cwd=None, **environment):
    done = subprocess.run(words, cwd=cwd, env={**os.environ, **environment}, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                          check=False)
    assert done.returncode == 0, f"{words}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def clone_into(folder):
    run("git", "clone", "--quiet", "--no-hardlinks", ROOT, folder)
    return folder


@pytest.fixture(name="release", scope="module")
def first_release(tmp_path_factory):
    """The folder of a clone with its artifacts."""
    clone = clone_into(tmp_path_factory.mktemp("first") / "clone")
    run(clone / "scripts" / "release", cwd=clone)
    assert run("git", "status", "--porcelain", cwd=clone) == "", "a release leaves the checkout clean"
    return clone


@pytest.fixture(name="artifacts", scope="module")
def folder_of_artifacts(release):
    return release / "build" / "release-artifacts"


def test_two_builds_in_two_folders_give_equal_sums(artifacts, tmp_path):
    again = clone_into(tmp_path / "another" / "folder" / "with-a-longer-name")
    run(again / "scripts" / "release", cwd=again, CCACHE_DISABLE="1", TZ="Asia/Seoul", LC_ALL="C")
    ours = (artifacts / "SHA256SUMS").read_text()
    assert (again / "build" / "release-artifacts" / "SHA256SUMS").read_text() == ours
    assert len(ours.splitlines()) == len(list(artifacts.iterdir())) - 1


def test_the_sums_are_those_of_the_files_and_name_every_kind(artifacts):
    run("sha256sum", "--check", "--strict", "SHA256SUMS", cwd=artifacts)
    names = " ".join(path.name for path in artifacts.iterdir())
    kinds = [r"firstcome-[0-9.]+\.tar\.gz", r"firstcome_[0-9.]+-1_\w+\.deb", r"linux-\w+\.tar\.gz", r"deploy\.tar\.gz", r"\.spdx\.json",
             r"THIRD-PARTY-NOTICES\.txt", r"image-\w+\.oci\.tar", r"firstcome-chart-[0-9.]+\.tgz"]
    for kind in kinds:
        assert re.search(kind, names), (kind, names)


def unpacked(artifacts, pattern, folder):
    run("tar", "--extract", "--file", next(artifacts.glob(pattern)), "--directory", folder)
    return next(folder.iterdir())


def test_the_binary_of_the_archive_names_its_commit_and_has_its_pages(release, artifacts, tmp_path):
    top = unpacked(artifacts, "*-linux-*.tar.gz", tmp_path)
    version = json.loads(run(top / "bin" / "firstcome", "--version", "--json"))
    assert run("git", "rev-parse", "HEAD", cwd=release).startswith(version["commit"]), version
    assert f"-{version['version']}-linux" in top.name
    for file in ("LICENSE", "THIRD-PARTY-NOTICES.txt", "share/man/man1/firstcome-serve.1", "share/firstcome/systemd/firstcome.service",
                 "share/bash-completion/completions/firstcome"):
        assert (top / file).is_file(), file
    assert str(release) not in (top / "bin" / "firstcome").read_bytes().decode("latin-1"), "the folder of the build"


def test_the_bill_of_materials_is_valid_and_has_every_linked_library(artifacts, tmp_path):
    document = next(artifacts.glob("*.spdx.json"))
    run(sys.executable, "-m", "venv", tmp_path / "venv")
    run(tmp_path / "venv" / "bin" / "pip", "install", "--quiet", "--disable-pip-version-check", SPDX_TOOLS)
    run(tmp_path / "venv" / "bin" / "pyspdxtools", "--infile", document)
    named = {package["name"] for package in json.loads(document.read_text())["packages"]}
    (tmp_path / "binary").mkdir()
    top = unpacked(artifacts, "*-linux-*.tar.gz", tmp_path / "binary")
    needed = re.findall(r"NEEDED.*\[(lib[^.]+)", run("readelf", "--dynamic", top / "bin" / "firstcome"))
    assert {"librdkafka", "libpq"} <= set(needed)
    expected = {"librdkafka1", "libpq5", "libsqlite3-0", "libssl3", "libsodium23", "libboost1.81-dev", "libcli11-dev", "libtomlplusplus-dev"}
    assert expected <= named, expected - named
    assert not any("gtest" in name or "gmock" in name for name in named), named
    notices = (artifacts / "THIRD-PARTY-NOTICES.txt").read_text()
    for name in named - {"firstcome"}:
        assert re.search(rf"^{re.escape(name)} \S+ \((linked|compiled in)\)$", notices, re.MULTILINE), name
    assert "Boost Software License" in notices


def test_a_signature_is_made_with_a_key_file_and_detects_a_change(release, artifacts, tmp_path):
    signed = tmp_path / "signed"
    shutil.copytree(artifacts, signed)
    run("minisign", "-G", "-W", "-p", tmp_path / "throwaway.pub", "-s", tmp_path / "throwaway.key")
    run(release / "scripts" / "release", "sign", "--key", tmp_path / "throwaway.key", "--out", signed, cwd=release)
    verify = ["minisign", "-V", "-m", signed / "SHA256SUMS", "-p", tmp_path / "throwaway.pub"]
    assert re.search(r"Trusted comment: firstcome [0-9.]+$", run(*verify), re.MULTILINE)
    sums = signed / "SHA256SUMS"
    sums.write_text(sums.read_text().replace("0", "1", 1))
    assert subprocess.run(verify, capture_output=True, check=False).returncode != 0


def test_a_checkout_with_changes_is_refused(tmp_path):
    clone = clone_into(tmp_path / "clone")
    (clone / "src" / "cli" / "main.cpp").write_text("int main() {}\n")
    done = subprocess.run([clone / "scripts" / "release"], cwd=clone, capture_output=True, text=True, check=False)
    assert done.returncode == 1 and "src/cli/main.cpp" in done.stderr, done.stderr
    assert not (clone / "build").exists()
