"""What may be typed, or sent, to servers that run."""

import select
import signal
import sys
import time

from children import last_lines, say

LOOK_EVERY = 0.5  # seconds


def obey(servers, line):
    """kill 2, start 2, kill postgres, start postgres. Others are a ValueError."""
    words = line.split()
    if len(words) != 2 or words[0] not in ("kill", "start"):
        raise ValueError(f"'{line.strip()}': it is kill or start, and one of {', '.join(map(word_of, servers))}")
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


def tell_people(servers):
    for server in servers:
        told = server.told()
        state = f"pid {told['pid']}" if told["pid"] else "not running"
        say(f"{server.name}: {told['address']}, {state}, log {told['log']}")


def obey_people(servers):
    """Until they interrupt. Says when a server has ended that was not killed from here."""
    say(f"to try: kill or start one of {', '.join(map(word_of, servers))}; Ctrl-C ends all of it, the data stay")
    listening = [sys.stdin]
    running = {server for server in servers if server.is_running()}
    while True:
        if select.select(listening, [], [], LOOK_EVERY)[0]:
            line = sys.stdin.readline()
            if not line:
                listening = []  # there is nobody to type
            elif line.strip():
                running -= obey_person(servers, line)
        for server in [one for one in running if not one.is_running()]:
            say(ended(server))
        running = {server for server in servers if server.is_running()}


def ended(server):
    """What a person who has killed it needs is one line; its log is for an end that nobody asked for."""
    code = server.process.returncode if server.process is not None else None
    if code in (-signal.SIGKILL, -signal.SIGTERM):
        return f"{server.name} was ended by {signal.Signals(-code).name}; type: start {word_of(server)}"
    return f"{server.name} has ended by itself ({code}). Its last lines:\n{last_lines(server.log)}"


def obey_person(servers, line):
    """Those that run no more because of it."""
    before = {server for server in servers if server.is_running()}
    began = time.monotonic()
    try:
        if line.split()[0] == "start":
            say("starting; a broker takes some seconds until it serves")
        obey(servers, line)
        say(f"done after {time.monotonic() - began:.1f} s")
        tell_people(servers)
    except (RuntimeError, ValueError) as failed:
        say(failed)
    return {server for server in before if not server.is_running()}
