"""The cost of events: a node with events and one without, everything on one machine.

Each is a node with --role all, with its own topic and database, measured in turn; every request wins. Events follow their
coupons and yield to answering, so the number of events published meanwhile is reported as well.
"""

import contextlib
import re
import statistics
import urllib.request

from distributed import PORT, Servers, node, warm
from figures import Figure
from http_rates import ALWAYS, FIRST, STOCK, coupons, wrk


def published(server):
    with urllib.request.urlopen(f"{server.admin}/metrics", timeout=10) as page:
        return float(re.search(r"^firstcome_events_published_total (\S+)", page.read().decode(), re.MULTILINE)[1])


def run(settings):
    with contextlib.ExitStack() as running:
        servers = running.enter_context(Servers(1))
        warm(settings, servers)
        with_events = running.enter_context(node(settings, servers.place(settings.binary), PORT, "all"))
        without_events = running.enter_context(node(settings, servers.place(settings.binary), PORT + 2, "all", "--events", "none"))
        answers, events = {with_events: [], without_events: []}, []
        for server in answers:
            server.create_policy(ALWAYS, STOCK)
        for number in range(settings.rounds):
            first = FIRST + 20_000_000 + 1_000_000 * number * settings.seconds
            for server, rates in answers.items():
                with_events.settle()
                without_events.settle()
                before = published(with_events)
                rates.append(wrk(server.users, coupons(ALWAYS), first, 0, settings.seconds)[1])
                if server is with_events:
                    events.append((published(with_events) - before) / settings.seconds)
    rates = {"with events, answers/s": answers[with_events], "meanwhile, events/s": events, "without, answers/s": answers[without_events]}
    ratios = [a / b for a, b in zip(answers[with_events], answers[without_events])]
    medians = {name: statistics.median(values) for name, values in rates.items()}
    return [Figure("one broker: success with events / without", ratios, 0.93, rates=medians)], {"rates": rates}
