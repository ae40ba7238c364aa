"""Runs what docs/guide/spring.md shows: its commands here, its Java by test_spring.py and test_dead_letters.py."""

import os
import pathlib
import re
import subprocess
import textwrap

from workload import create
from server import BINARY, DEADLINE, clean_environment
from servers import ROOT, eventually, wait_until_saved

GUIDE = (ROOT / "docs" / "guide" / "spring.md").read_text()
POLICY = 7


def blocks(language):
    return re.findall(rf"^```{language}\n(.*?)^```$", GUIDE, re.MULTILINE | re.DOTALL)


def at(place, commands):
    """The same commands for the servers and topics of this test."""
    words = {"kafka://k1:9092,k2:9092,k3:9092": place.journal, "k1:9092,k2:9092,k3:9092": place.servers.bootstrap,
             "postgresql://firstcome@db.example/firstcome": place.store(), "-t coupon-issue-request": f"-t {place.name}",
             "-t coupon-issued": f"-t {place.events}"}
    for shown, real in words.items():
        commands = commands.replace(shown, real)
    return commands


def test_the_guide_shows_the_tested_java():
    shop = ROOT / "test/spring/src/main/java/shop"
    sender = (shop / "CouponRequests.java").read_text().split("\n\n", 1)[1]
    reader = (shop / "DeadLetters.java").read_text()
    listener = reader.split("// docs/guide/spring.md begins\n")[1].split("  // docs/guide/spring.md ends")[0]
    assert blocks("java") == [sender, textwrap.dedent(listener)]


def test_each_command_of_the_guide_works_in_order(place, clients, tmp_path):
    place.issuer()
    edge = place.edge()
    create(clients, edge, policies=(POLICY,))
    (tmp_path / "firstcome").symlink_to(pathlib.Path(BINARY).resolve())
    path = clean_environment(PATH=f"{tmp_path}:{os.environ['PATH']}")

    def run_commands(commands):
        done = subprocess.run(["bash", "-euo", "pipefail", "-c", at(place, commands)], stdin=subprocess.DEVNULL, env=path,
                              capture_output=True, text=True, timeout=DEADLINE, check=False)
        assert done.returncode == 0, (commands, done)
        return done.stdout

    ask, look, explain, letters = blocks("sh")
    run_commands(ask)
    eventually(lambda: edge.policy(POLICY)["issuedCount"] == 1, "the request is decided")
    wait_until_saved(edge)
    eventually(lambda: '{"policyId":7,"userId":42,"sequence":1,' in run_commands(look), "the coupon's event")
    assert '"userId":42' in run_commands(look) and "user 42 holds coupon 1 of policy 7" in run_commands(explain)
    send, *about = letters.splitlines()
    run_commands(send)
    eventually(lambda: "0:0" in run_commands(about[0]), "the dead letter is there")
    printed = run_commands("\n".join(about))
    assert "no JSON" in printed and "1 dead letter removed" in printed and run_commands(about[0]) == "", printed
    wait_until_saved(edge)
    place.stop()
    place.judge(clients, "--at-rest", "--others")
