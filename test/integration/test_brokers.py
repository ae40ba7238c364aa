"""A broker dies."""

import time

from crowd import answered_after, ask_again, crowd, create, sell_out


def test_the_leader_is_killed_in_a_burst_and_comes_back(servers, place, clients, chance):
    place.issuer()
    edges = [place.edge(), place.edge()]
    create(clients, edges[0])
    homes = place.homes([1])
    leader, _ = servers.partitions(place.name)[homes[1]]
    killed = []

    def kill_in_the_middle(count):
        if count == 1_000:
            servers.kill_broker(leader)
            killed.append(time.monotonic_ns())

    requests = crowd(chance, presses=2)
    try:
        clients.burst([edge.users for edge in edges], requests, connections=64, after_answer=kill_in_the_middle)
        flowing = answered_after(requests, killed[0], [1])
        assert flowing is not None, "nobody asked for the killed leader's policy and was answered"
        assert servers.partitions(place.name)[homes[1]][0] != leader
        print(f"answers of the killed leader's policy flow after {flowing} ms, "
              f"any answer after {answered_after(requests, killed[0])} ms")
    finally:
        servers.obey(f"start {leader}")
    sell_out(clients, edges[0])
    ask_again(clients, edges, chance)
    place.judge(clients)
    servers.wait_until_whole(place.name)
    place.stop()
    place.judge(clients, "--at-rest")
