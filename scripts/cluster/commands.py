"""Commands for running servers, from a terminal or a test."""

import select
import signal
import sys
import time

from children import last_lines, say

LOOK_EVERY = 0.5  # seconds


def carry_out(servers, line):
    """Carries out kill 2, start 2, kill postgres, start postgres. Anything else is a ValueError."""
    words = line.split()
    if len(words) != 2 or words[0] not in ("kill", "start"):
        raise ValueError(f"'{line.strip()}': expected kill or start, followed by one of {', '.join(map(word_of, servers))}")
    server = _named(servers, words[1])
    if words[0] == "kill":
        server.kill()
    elif not server.is_running():
        server.start()
        server.wait_until_ready()


def word_of(server):
    return server.name.removeprefix("broker ")


def _named(servers, word):
    for server in servers:
        if word_of(server) == word:
            return server
    raise ValueError(f"there is no '{word}'; there are {', '.join(map(word_of, servers))}")


def print_addresses(servers):
    for server in servers:
        facts = server.facts()
        state = f"pid {facts['pid']}" if facts["pid"] else "not running"
        say(f"{server.name}: {facts['address']}, {state}, log {facts['log']}")


def serve_terminal(servers):
    """Carries out commands until an interrupt. Reports a server that has ended without a command."""
    say(f"commands: kill or start, and one of {', '.join(map(word_of, servers))}; Ctrl-C ends everything, the data stay")
    listening = [sys.stdin]
    running = {server for server in servers if server.is_running()}
    while True:
        if select.select(listening, [], [], LOOK_EVERY)[0]:
            line = sys.stdin.readline()
            if not line:
                listening = []  # end of the input: no more commands
            elif line.strip():
                running -= carry_out_line(servers, line)
        for server in [one for one in running if not one.is_running()]:
            say(ended(server))
        running = {server for server in servers if server.is_running()}


def ended(server):
    """One line for a server that was killed; with the end of its log if it ended by itself."""
    code = server.process.returncode if server.process is not None else None
    if code in (-signal.SIGKILL, -signal.SIGTERM):
        return f"{server.name} was ended by {signal.Signals(-code).name}; type: start {word_of(server)}"
    return f"{server.name} has ended by itself ({code}). Its last lines:\n{last_lines(server.log)}"


def carry_out_line(servers, line):
    """Carries out a command; returns the servers that it has ended."""
    before = {server for server in servers if server.is_running()}
    began = time.monotonic()
    try:
        if line.split()[0] == "start":
            say("starting; a broker takes some seconds until it serves")
        carry_out(servers, line)
        say(f"done after {time.monotonic() - began:.1f} s")
        print_addresses(servers)
    except (RuntimeError, ValueError) as failed:
        say(failed)
    return {server for server in before if not server.is_running()}
