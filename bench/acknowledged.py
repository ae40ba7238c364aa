"""The time to a final answer on Kafka and PostgreSQL, beside what a bare acknowledgement of Kafka takes: librdkafka's own
producer sends the same records at the same rate to the same brokers, in the same round. Everything is on one machine.
"""

import json
import statistics
import sys

from distributed import PORT, Servers, node, run, warm
from figures import Figure
from open_loop import CONNECTIONS, bench, decided_per_second

THREE_COPIES_RATE = 2_000  # a second


def bare(settings, journal, rate):
    """Milliseconds by percentile."""
    return json.loads(run(settings.build / "bench/ack_bench", "--journal", journal, "--rate", int(rate), "--seconds", 2 * settings.seconds))


def final(settings, server, rate):
    server.settle()
    return bench(settings, server, "--connections", CONNECTIONS, "--rate", int(rate), "--duration", f"{2 * settings.seconds}s")["latencyMs"]


def one_round(settings, server, journal, rate):
    """`rate`: None for half of the most."""
    server.settle()
    closed = bench(settings, server, "--connections", CONNECTIONS, "--duration", f"{settings.seconds}s")
    rate = rate or decided_per_second(closed) / 2
    return {"closed": closed["latencyMs"], "rate": rate, "final": final(settings, server, rate), "bare": bare(settings, journal, rate)}


def rounds(settings, brokers, rate):
    measured = []
    with Servers(brokers) as servers:
        warm(settings, servers)
        journal = servers.topic(settings.binary)
        with node(settings, servers.place(settings.binary), PORT, "all") as server:
            for number in range(settings.rounds):
                measured.append(one_round(settings, server, journal, rate))
                one = measured[-1]
                print(f"round {number + 1} of {settings.rounds}, {brokers} brokers: p99 at {one['rate']:,.0f}/s {one['final']['p99']:.1f} ms, bare "
                      f"{one['bare']['p99']:.1f} ms; closed loop p50 {one['closed']['p50']:.1f} ms, p99 {one['closed']['p99']:.1f} ms", file=sys.stderr)
    return measured


def against_bare(words, measured):
    def median(kind, percentile):
        return statistics.median(one[kind][percentile] for one in measured)

    return Figure(words, [one["final"]["p99"] / one["bare"]["p99"] for one in measured], 2, at_least=False,
                  rates={"requests/s": statistics.median(one["rate"] for one in measured),
                         **{f"{name} {percentile}, ms": median(kind, percentile)
                            for kind, name in (("final", "final"), ("bare", "acknowledgement")) for percentile in ("p50", "p99")}})


def run_scenario(settings):
    one, three = rounds(settings, 1, None), rounds(settings, 3, THREE_COPIES_RATE)
    return [
        against_bare("one broker, half the most: p99 of final answers / of bare acknowledgements", one),
        against_bare(f"three brokers, three copies, {THREE_COPIES_RATE:,}/s: p99 of final answers / of bare acknowledgements", three),
        Figure(f"one broker, closed loop, {CONNECTIONS} connections: p99 / p50", [each["closed"]["p99"] / each["closed"]["p50"] for each in one],
               4, at_least=False, rates={f"{percentile}, ms": statistics.median(each["closed"][percentile] for each in one)
                                         for percentile in ("p50", "p99")}),
    ], {"oneBroker": one, "threeBrokers": three}
