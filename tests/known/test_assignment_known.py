"""Published and independently computed answers of the user equilibrium."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from assignment_networks import bpr_network
from citymove.formats.tntp import read_tntp_flows, read_tntp_network, read_tntp_trips
from citymove.traffic.equilibrium import assign
from citymove.traffic.from_tables import network_from_table
from citymove.traffic.network import AssignmentNetwork, Equilibrium, LinkFunction

TNTP = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "tntp"


def tntp_files(name: str, stem: str) -> tuple[Path, Path, Path]:
    folder = TNTP / name
    if not folder.is_dir():
        pytest.skip(f"the TNTP files of {name} are not at hand")
    return tuple(folder / f"{stem}_{part}.tntp" for part in ("net", "trips", "flow"))


def assign_tntp(name: str, stem: str, **options: object) -> tuple[AssignmentNetwork, Equilibrium]:
    net, trips, _ = tntp_files(name, stem)
    network = network_from_table(read_tntp_network(net))
    return network, assign(network, read_tntp_trips(trips).matrix()[None, None], **options)


def test_two_routes_take_the_same_time() -> None:
    network = bpr_network(2, 2, [(0, 1), (0, 1)], [10, 15], [1000, 1500])
    found = assign(network, np.array([[[[0, 3000.0], [0, 0]]]]), gap=1e-13)
    assert found.link_volume[0, 0, 0] == pytest.approx(1486.8113555, rel=1e-10)
    assert found.link_time[0] == pytest.approx([17.3301816399] * 2, rel=1e-11)
    assert found.trip_cost[0, 0, 1] == pytest.approx(17.3301816399, rel=1e-11)
    assert found.average_excess_cost[0] == pytest.approx(0.0, abs=1e-11)


def braess(*, with_bridge: bool) -> Equilibrium:
    links = [(0, 2), (0, 3), (2, 1), (3, 1), (2, 3)]
    base = [1e-8, 50, 50, 1e-8, 10]
    slope = [10, 1, 1, 10, 1]
    keep = slice(None) if with_bridge else slice(4)
    b = np.array(slope)[keep] / np.array(base)[keep]
    network = bpr_network(2, 4, links[keep], base[keep], 1.0, b=b, power=1.0)
    return assign(network, np.array([[[[0, 6.0], [0, 0]]]]), gap=1e-12)


def test_braess_the_new_road_makes_all_slower() -> None:
    before, after = braess(with_bridge=False), braess(with_bridge=True)
    assert before.trip_cost[0, 0, 1] == pytest.approx(83.0, abs=1e-6)
    assert after.trip_cost[0, 0, 1] == pytest.approx(92.0, abs=1e-6)
    # the two times of 1e-8 at no volume move the whole numbers by 2e-8 / 13
    assert after.link_volume[0, 0] == pytest.approx([4, 2, 2, 4, 2 - 2e-8 / 13], abs=1e-9)
    assert after.objective[0] == pytest.approx(386.00000008, rel=1e-12)
    assert after.tstt[0] == pytest.approx(552.00000002, rel=1e-9)


def test_braess_of_the_file() -> None:
    _, found = assign_tntp("Braess-Example", "Braess", gap=1e-12)
    assert found.objective[0] == pytest.approx(386.00000008, rel=1e-12)
    assert found.tstt[0] == pytest.approx(552.00000002, rel=1e-9)


@pytest.mark.parametrize(
    ("name", "objective", "tstt"),
    [
        ("SiouxFalls", 4231335.28711, 7480225.34492),
        ("Anaheim", 1286032.17110, 1419913.85106),
    ],
)
def test_real_networks(name: str, objective: float, tstt: float) -> None:
    _, found = assign_tntp(name, name, gap=1e-6)
    assert found.converged[0]
    assert found.objective[0] == pytest.approx(objective, rel=1e-6)
    assert found.tstt[0] == pytest.approx(tstt, rel=1e-4)
    # the objective cannot lie below the optimum, nor its bound above it
    slack = found.tstt[0] - found.sptt[0]
    assert found.objective[0] >= objective * (1 - 1e-11)
    assert found.objective[0] - slack <= objective * (1 + 1e-11)
    *_, flow = tntp_files(name, name)
    table = read_tntp_network(tntp_files(name, name)[0])
    published = read_tntp_flows(flow).in_order_of(table)
    # where costs are flat a gap of 1e-6 leaves single volumes loose: judged together, to 0.5 %
    assert np.abs(found.link_volume[0, 0] - published).sum() < 5e-3 * published.sum()


@pytest.mark.parametrize(("name", "most"), [("SiouxFalls", 100), ("Anaheim", 12)])
def test_bfw_needs_few_iterations(name: str, most: int) -> None:
    _, found = assign_tntp(name, name, gap=1e-4)
    assert found.converged[0]
    assert found.iterations[0] <= most


@pytest.mark.parametrize(
    ("name", "objective", "tstt"),
    [
        ("SiouxFalls", 4231335.28711, 7480225.34492),
        ("Anaheim", 1286032.17110, 1419913.85106),
    ],
)
@pytest.mark.parametrize("algorithm", ["paths", "segments"])
def test_the_last_digits_are_reached(
    algorithm: str, name: str, objective: float, tstt: float
) -> None:
    _, found = assign_tntp(name, name, algorithm=algorithm, gap=1e-12)
    assert found.converged[0]
    assert found.iterations[0] <= 25
    assert found.objective[0] == pytest.approx(objective, rel=1e-11)
    assert found.tstt[0] == pytest.approx(tstt, rel=1e-9)


@pytest.mark.parametrize("algorithm", ["bfw", "cfw", "fw"])
def test_all_rules_agree_on_sioux_falls(algorithm: str) -> None:
    _, found = assign_tntp("SiouxFalls", "SiouxFalls", gap=1e-4, algorithm=algorithm)
    assert found.converged[0]
    assert found.objective[0] == pytest.approx(4231335.28711, rel=2e-4)


def test_successive_averages_lower_the_gap_and_say_when_they_fail() -> None:
    _, found = assign_tntp(
        "SiouxFalls", "SiouxFalls", gap=1e-6, algorithm="msa", max_iterations=300
    )
    assert not found.converged[0]
    assert found.iterations[0] == 300
    assert found.relative_gap[0] < 0.01 < found.history[0][0]


def test_toll_and_distance_are_not_multiplied_by_b() -> None:
    network = bpr_network(2, 2, [(0, 1), (0, 1)], [10, 10], [100, 100], fixed_cost=[0, 5])
    found = assign(network, np.array([[[[0, 150.0], [0, 0]]]]), gap=1e-13)
    assert found.link_time[0, 0] == pytest.approx(found.link_time[0, 1] + 5, rel=1e-9)
    assert found.link_volume[0, 0].sum() == pytest.approx(150)


def test_constant_time_beside_a_signal() -> None:
    """A signalised road fills until its delay equals what the detour costs."""
    parameters = np.array([[[60.0, 0.5, 0.25], [0, 0, 0]]])
    network = AssignmentNetwork(
        zone_count=2,
        node_count=2,
        first_through_node=0,
        tail=[0, 0],
        head=[1, 1],
        function=[LinkFunction.SIGNAL, LinkFunction.CONSTANT],
        free_time=[[40.0, 55.15]],
        capacity=[[1800.0, np.inf]],
        parameters=parameters,
        fixed_cost=[0.0, 0.0],
    )
    found = assign(network, np.array([[[[0, 1000.0], [0, 0]]]]), gap=1e-12)
    # HCM: 600 veh/h at C 60, g 30, s 1800, T .25 wait 11.25 + 3.90 s
    assert found.link_volume[0, 0, 0] == pytest.approx(600, abs=1.5)
    assert found.link_time[0, 0] == pytest.approx(55.15, abs=1e-6)
