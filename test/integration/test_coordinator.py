"""The broker that coordinates the issuers' group freezes; `make faults-coordinator` does it a hundred times."""

import os
import subprocess

import pytest
from workload import POLICIES, workload, create
from servers import eventually, metric, wait_until_saved

FREEZES = int(os.environ.get("FREEZES", "1"))
# Minimum seconds: the group has another coordinator after 4 to 6 s, a request to the frozen one times out after 3 s.
FROZEN_FOR = float(os.environ.get("FROZEN_FOR", "8"))
ISSUERS = int(os.environ.get("ISSUERS", "2"))


def shares(issuers):
    """The partitions of each issuer; None: it is not in the group."""
    ended = [issuer.name for issuer in issuers if issuer.process.poll() is not None]
    assert not ended, f"{ended} ended"
    return [owned_by(issuer) if metric(issuer, "firstcome_out_of_group") == 0 else None for issuer in issuers]


def owned_by(issuer):
    return [number for number in range(3) if metric(issuer, f'firstcome_partition_owned{{partition="{number}"}}') == 1]


def all_owned(issuers):
    """Every partition has an owner in the group. Two issuers may own the same one, which only costs double work."""
    found = shares(issuers)
    return None not in found and {number for one in found for number in one} == {0, 1, 2}


def test_issuers_continue_after_the_coordinator_freezes(servers, place, clients, chance):
    issuers = [place.issuer() for _ in range(ISSUERS)]
    edge = place.edge()
    create(clients, edge, stock=FREEZES * 100)
    for number in range(FREEZES):
        eventually(lambda: all_owned(issuers), "the issuers share the partitions")
        coordinator = place.coordinator()
        with servers.frozen_broker(coordinator):
            with pytest.raises(subprocess.TimeoutExpired):
                issuers[0].process.wait(FROZEN_FOR)  # it does not end
        eventually(lambda: all_owned(issuers), lambda: f"the issuers share the partitions again: {shares(issuers)}")
        servers.wait_until_whole(place.name)
        servers.wait_until_whole("__consumer_offsets")
        clients.burst(edge.users, workload(chance, POLICIES, users=10, first=1 + 10 * number), connections=16)
        wait_until_saved(edge)
        print(f"{number + 1} of {FREEZES} freezes survived", flush=True)
    place.stop()
    place.judge(clients, "--at-rest")
