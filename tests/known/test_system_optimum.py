"""Known optima of the system, by every algorithm, each judged by marginal costs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.optimize import minimize_scalar

from assignment_networks import bpr_network
from citymove.formats.tntp import read_tntp_network, read_tntp_trips
from citymove.foundation.errors import InputError
from citymove.traffic.equilibrium import assign
from citymove.traffic.from_tables import network_from_table
from citymove.traffic.link_performance import link_times
from citymove.traffic.network import AssignmentNetwork, Equilibrium, LinkFunction

TNTP = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "tntp"


def system_tntp(name: str, stem: str, **options: Any) -> Equilibrium:
    folder = TNTP / name
    if not folder.is_dir():
        pytest.skip(f"the TNTP files of {name} are not at hand")
    network = network_from_table(read_tntp_network(folder / f"{stem}_net.tntp"))
    trips = read_tntp_trips(folder / f"{stem}_trips.tntp").matrix()[None, None]
    return assign(network, trips, objective="system", **options)


def one_pair(veh: float) -> Any:
    return np.array([[[[0, veh], [0, 0]]]])


@pytest.mark.parametrize("algorithm", ["bfw", "cfw", "paths", "segments"])
def test_braess_the_system_leaves_the_bridge_empty(algorithm: str) -> None:
    links = [(0, 2), (0, 3), (2, 1), (3, 1), (2, 3)]
    base = np.array([1e-8, 50, 50, 1e-8, 10])
    slope = np.array([10, 1, 1, 10, 1])
    network = bpr_network(2, 4, links, base, 1.0, b=slope / base, power=1.0)
    found = assign(network, one_pair(6.0), algorithm=algorithm, objective="system", gap=1e-9)
    assert found.sought == "system"
    assert found.tstt[0] == pytest.approx(498.0, rel=1e-8)
    assert found.objective[0] == pytest.approx(found.tstt[0], rel=1e-12)
    assert found.link_volume[0, 0] == pytest.approx([3, 3, 3, 3, 0], abs=1e-6)
    # drivers would gain by the bridge: 30 + 10 + 30 min instead of 83
    assert found.trip_cost[0, 0, 1] == pytest.approx(70.0, abs=1e-4)
    assert found.sptt[0] == pytest.approx(6 * 70.0, rel=1e-5)


@pytest.mark.parametrize(
    ("name", "tstt"), [("SiouxFalls", 7194256.05289), ("Anaheim", 1395015.08669)]
)
def test_real_networks_to_the_last_digits(name: str, tstt: float) -> None:
    found = system_tntp(name, name, algorithm="paths", gap=1e-12)
    assert found.converged[0]
    assert found.tstt[0] == pytest.approx(tstt, rel=1e-11)
    assert found.objective[0] == pytest.approx(tstt, rel=1e-11)
    assert found.objective_bound[0] <= found.objective[0]
    assert found.objective_bound[0] == pytest.approx(tstt, rel=1e-10)


def test_frank_wolfe_bounds_the_optimum_from_both_sides() -> None:
    found = system_tntp("SiouxFalls", "SiouxFalls", gap=1e-4)
    assert found.converged[0]
    assert found.objective_bound[0] < 7194256.05289 < found.objective[0]
    # with power 4 marginal costs sum to 5 times the total time at most
    assert found.objective[0] < found.objective_bound[0] * (1 + 5e-4)


@pytest.mark.parametrize("algorithm", ["bfw", "paths", "segments"])
@pytest.mark.parametrize(
    ("function", "parameters"),
    [
        (LinkFunction.BPR, (0.15, 4, 0)),
        (LinkFunction.CONICAL, (6, 0, 0)),
        (LinkFunction.AKCELIK, (0.8, 900, 3600)),
        (LinkFunction.SIGNAL, (60, 0.9, 0.25)),
    ],
)
def test_two_routes_by_every_function(
    algorithm: str, function: LinkFunction, parameters: tuple[float, float, float]
) -> None:
    """The total time of the split found is the least of all splits, preload included."""
    network = AssignmentNetwork(
        zone_count=2,
        node_count=2,
        first_through_node=0,
        tail=[0, 0, 0],
        head=[1, 1, 1],
        function=[function, function, LinkFunction.CONSTANT],
        free_time=[[60.0, 70.0, 1e4]],
        capacity=[[1000.0, 800.0, np.inf]],
        parameters=[[parameters, parameters, (0, 0, 0)]],
        fixed_cost=[3.0, 0.0, 0.0],
    )
    preload = np.array([[150.0, 90.0, 0.0]])
    found = assign(
        network, one_pair(1000.0), algorithm=algorithm, objective="system", gap=1e-12,
        preload=preload,
    )  # fmt: skip

    def total(x: float) -> float:
        volume = np.array([x, 1000 - x, 0])
        times = link_times(network, 0, volume + preload[0])
        return float(((volume + preload[0]) * times).sum() + 3 * x)

    best = minimize_scalar(total, bounds=(0, 1000), method="bounded", options={"xatol": 1e-7})
    assert found.link_volume[0, 0, 0] == pytest.approx(best.x, abs=2e-2)
    before = float((preload[0] * link_times(network, 0, preload[0])).sum())
    assert found.objective[0] == pytest.approx(best.fun - before, rel=1e-9)
    # total time at signals is not convex, so nothing is claimed of the optimum there
    assert np.isfinite(found.objective_bound[0]) == (function != LinkFunction.SIGNAL)


def test_an_equilibrium_serves_as_start_of_the_optimum() -> None:
    network = bpr_network(2, 2, [(0, 1), (0, 1)], [10, 15], [1000, 1500])
    user = assign(network, one_pair(3000.0), gap=1e-12)
    cold = assign(network, one_pair(3000.0), objective="system", gap=1e-12)
    warm = assign(network, one_pair(3000.0), objective="system", gap=1e-12, start=user)
    np.testing.assert_allclose(warm.link_volume, cold.link_volume, rtol=1e-9)
    assert warm.tstt[0] < user.tstt[0]


def test_an_unknown_objective_is_named() -> None:
    network = bpr_network(2, 2, [(0, 1)], 10.0, 100.0)
    with pytest.raises(InputError, match="objective 'both': must be one of user, system"):
        assign(network, one_pair(1.0), objective="both")
