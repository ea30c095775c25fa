"""Two equilibrium algorithms on one congested network, side by side.

The network is a made-up grid with random capacities; demand is scaled until total travel time
is at least 1.5 times that of empty roads and a tenth of the links is over capacity. Every time
is the median of several runs, the algorithms in turn, kernels compiled before.
"""

from __future__ import annotations

import argparse
import statistics
import time

import numpy as np

from citymove.traffic.equilibrium import assign
from citymove.traffic.network import AssignmentNetwork, Equilibrium, LinkFunction

SEED = 20_261_124
ALGORITHMS = ("bfw", "paths")
GAPS = (1e-3, 1e-4, 1e-6)


def made_up_network(side: int, rng: np.random.Generator) -> AssignmentNetwork:
    """Return a two-way grid of side x side nodes, each node a zone that may be crossed."""
    node = np.arange(side * side).reshape(side, side)
    east = np.stack([node[:, :-1].ravel(), node[:, 1:].ravel()])
    north = np.stack([node[:-1].ravel(), node[1:].ravel()])
    tail, head = np.concatenate([east, east[::-1], north, north[::-1]], axis=1)
    links = tail.size
    parameters = np.zeros((1, links, 3))
    parameters[..., 0], parameters[..., 1] = 0.15, 4.0
    return AssignmentNetwork(
        zone_count=side * side,
        node_count=side * side,
        first_through_node=0,
        tail=tail,
        head=head,
        function=np.full(links, LinkFunction.BPR),
        free_time=rng.uniform(20, 60, (1, links)),
        capacity=rng.choice([600.0, 900.0, 1800.0], (1, links)),
        parameters=parameters,
        fixed_cost=np.zeros(links),
    )


def congested_demand(network: AssignmentNetwork, rng: np.random.Generator) -> np.ndarray:
    """Return demand that fills the network, [1, 1, zones, zones]."""
    zones = network.zone_count
    demand = rng.uniform(0, 1, (1, 1, zones, zones)) ** 4
    for scale in np.geomspace(0.1, 1000, 41):
        result = assign(network, demand * scale, algorithm="paths", gap=1e-2)
        volume = result.total_volume[0]
        over = np.mean(volume > network.capacity[0])
        slower = result.tstt[0] / (volume * network.free_time).sum()
        if over >= 0.1 and slower >= 1.5:
            print(
                f"{zones} zones, {network.link_count} links; "
                f"{over:.0%} of links over capacity, time {slower:.2f} x free flow"
            )
            return demand * scale
    raise RuntimeError("no scale congests this network: change the generator")


def timed(
    network: AssignmentNetwork, demand: np.ndarray, algorithm: str, gap: float
) -> tuple[float, Equilibrium]:
    """Return seconds and result of one run."""
    begin = time.perf_counter()
    result = assign(network, demand, algorithm=algorithm, gap=gap, max_iterations=20_000)
    return time.perf_counter() - begin, result


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--side", type=int, default=12, help="nodes along one side")
    parser.add_argument("--runs", type=int, default=3)
    choices = parser.parse_args()
    rng = np.random.default_rng(SEED)
    network = made_up_network(choices.side, rng)
    demand = congested_demand(network, rng)
    for algorithm in ALGORITHMS:
        timed(network, demand, algorithm, 1e-2)  # compile
    print(
        f"{'gap':>7} {'algorithm':>9} {'seconds':>8} {'loadings':>8} {'gap reached':>11} {'Z':>14}"
    )
    for gap in GAPS:
        rows: dict[str, list[tuple[float, Equilibrium]]] = {name: [] for name in ALGORITHMS}
        for _ in range(choices.runs):
            for name in ALGORITHMS:
                rows[name].append(timed(network, demand, name, gap))
        medians = {name: statistics.median(t for t, _ in found) for name, found in rows.items()}
        for name, found in rows.items():
            last = found[-1][1]
            print(
                f"{gap:7.0e} {name:>9} {medians[name]:8.3f} {last.iterations[0]:8d} "
                f"{last.relative_gap[0]:11.2e} {last.objective[0]:14.3f}"
            )
        print(f"        paths / bfw: {medians['paths'] / medians['bfw']:.3f}")


if __name__ == "__main__":
    main()
