"""The README, typed word by word. The Korean one has the same commands, outputs, links and figures; only sentences differ."""

import pathlib
import re

from reader import Reader, steps

ROOT = pathlib.Path(__file__).resolve().parents[2]


def parts_of(name):
    text = (ROOT / name).read_text()
    blocks = re.findall(r"^```\w*\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    prose = re.sub(r"^```\w*\n.*?^```", "", text, flags=re.MULTILINE | re.DOTALL)
    return {
        "blocks of code": blocks,
        "sections": len(re.findall("^## ", prose, re.MULTILINE)),
        "links": sorted(link for link in re.findall(r"\]\(([^)]+)\)", prose) if not link.startswith("README")),
        "words in code": sorted(set(re.findall(r"`([^`]+)`", prose))),
        "figures": [re.findall(r"\d[\d,.]*\d|\d", "".join(line.split("|")[-3:])) for line in prose.splitlines()
                    if re.search(r"\| \d.* \(\d.* to ", line)],
    }


def test_both_have_the_same_content():
    english, korean = parts_of("README.md"), parts_of("README.ko.md")
    for what, ours in english.items():
        assert korean[what] == ours, f"{what} differ"


def test_it_shows_the_real_output(tmp_path):
    typed = steps((ROOT / "README.md").read_text())
    assert len(typed) > 10
    Reader(tmp_path).type_all(typed)


def test_the_files_of_one_request_exist():
    """At most eight, and each is where ARCHITECTURE.md has it."""
    rows = re.findall(r"^\| \d \| (.*) \|$", (ROOT / "ARCHITECTURE.md").read_text(), re.MULTILINE)
    assert 1 <= len(rows) <= 8
    for row in rows:
        for path in re.findall(r"`(src/[^`]+)`", row):
            assert (ROOT / path).is_file(), path


def test_links_have_a_target():
    for name in ("README.md", "README.ko.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "SECURITY.md"):
        for link in parts_of(name)["links"]:
            if not link.startswith("http"):
                assert (ROOT / link.split("#")[0]).exists(), f"{name}: {link}"
