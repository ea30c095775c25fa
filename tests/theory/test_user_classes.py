"""Classes of users: closed forms, bans, and what may not change with how classes are written."""

from __future__ import annotations

from itertools import permutations
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assignment_networks import all_turns, bpr_network, random_links
from citymove.facts.roads import Vehicle
from citymove.foundation.errors import InputError
from citymove.traffic.equilibrium import assign
from citymove.traffic.network import AssignmentNetwork, Equilibrium
from citymove.traffic.user_classes import UserClass, closed_to

Array = np.ndarray[Any, Any]
ALGORITHMS = ("bfw", "cfw", "fw", "paths", "segments")


def two_routes() -> AssignmentNetwork:
    """A road of 10 (1 + v / 100) min and one of 15 min at any volume."""
    return bpr_network(2, 2, [(0, 1), (0, 1)], [10, 15], 100.0, b=[1, 0], power=1.0)


def trips(*of_segments: float) -> Array:
    return np.array([[[[0, veh], [0, 0]]] for veh in of_segments])


HASTY = UserClass(name="hasty", value_of_time=4.0, toll=[2.0, 0.0])
THRIFTY = UserClass(name="thrifty", value_of_time=1.0, toll=[2.0, 0.0])


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_a_toll_splits_by_value_of_time(algorithm: str) -> None:
    # the thrifty are indifferent at 13 + 2 min, so 30 drive there: all 20 hasty and 10 thrifty
    found = assign(
        two_routes(), trips(20, 50), classes=(HASTY, THRIFTY), algorithm=algorithm, gap=1e-10
    )
    assert found.converged[0]
    np.testing.assert_allclose(found.link_volume[:, 0], [[20, 0], [10, 40]], atol=1e-5)
    assert found.class_names == ("hasty", "thrifty")
    assert found.class_trip_cost is not None
    np.testing.assert_allclose(found.class_trip_cost[:, 0, 0, 1], [13.5, 15.0], rtol=1e-7)
    # without what classes add the tolled road is the faster one
    assert found.trip_cost[0, 0, 1] == pytest.approx(13.0, rel=1e-7)
    assert found.tstt[0] == pytest.approx(20 * 13.5 + 10 * 15 + 40 * 15, rel=1e-8)
    # integral of the times + constants: 300 + 45 + 600, and 0.5 x 20 + 2 x 10
    assert found.objective[0] == pytest.approx(945 + 30, rel=1e-8)
    assert found.objective_bound[0] == pytest.approx(975, rel=1e-8)


def test_a_vehicle_of_two_cars_is_two_cars() -> None:
    network, demand, _ = random_case(3)
    trucks = (UserClass(name="cars"), UserClass(name="trucks", pce=2.0))
    found = assign(network, demand, classes=trucks, gap=1e-8)
    doubled = assign(network, demand * [[[[1.0]]], [[[2.0]]]], gap=1e-8)
    np.testing.assert_allclose(found.total_volume, doubled.total_volume, rtol=1e-12)
    np.testing.assert_allclose(found.link_time, doubled.link_time, rtol=1e-12)
    np.testing.assert_allclose(found.link_volume[1] * 2, doubled.link_volume[1], rtol=1e-12)
    assert found.objective[0] == pytest.approx(doubled.objective[0], rel=1e-12)
    # time is spent by vehicles
    assert found.tstt[0] < doubled.tstt[0]
    met = (found.link_volume * (found.link_time + network.fixed_cost)).sum()
    assert found.tstt[0] == pytest.approx(met, rel=1e-12)


def test_room_does_not_weigh_the_toll() -> None:
    """A truck's choice goes by its own time and toll, however much room it takes."""
    truck = UserClass(name="trucks", pce=2.5, value_of_time=4.0, toll=[2.0, 0.0])
    found = assign(two_routes(), trips(100), classes=(truck,), gap=1e-12)
    # 10 (1 + V / 100) + 0.5 = 15
    assert found.total_volume[0, 0] == pytest.approx(45.0, rel=1e-8)
    assert found.link_volume[0, 0] == pytest.approx([18.0, 82.0], rel=1e-8)


def random_case(
    seed: int, classes: int = 2, *, turns: bool = False
) -> tuple[AssignmentNetwork, Array, Array]:
    """Return a network, demand, and which vehicles its links permit; zones stay connected.

    With turns, a driver may not go back by the link that he came by.
    """
    rng = np.random.default_rng(seed)
    zones, through = 4, 9
    links = random_links(rng, zones, through, 14)
    back = frozenset(
        (i, j) for i, a in enumerate(links) for j, b in enumerate(links) if a == b[::-1]
    )
    network = bpr_network(
        zones,
        zones + through,
        links,
        rng.uniform(0, 10, len(links)),
        rng.uniform(50, 200, (1, len(links))),
        first_through_node=zones,
        fixed_cost=rng.uniform(0, 1, len(links)),
        turns=(all_turns(links, back),) if turns else (),
    )
    permitted = np.full(len(links), int(Vehicle.CAR | Vehicle.TRUCK))
    extra = np.arange(len(links)) >= 2 * through + 2 * zones
    permitted[extra & (rng.random(len(links)) < 0.5)] = Vehicle.CAR
    return network, rng.uniform(0, 60, (classes, 1, zones, zones)), permitted


def three_classes(seed: int, network: AssignmentNetwork, permitted: Array) -> list[UserClass]:
    rng = np.random.default_rng(seed + 1)
    toll = rng.uniform(0, 3, network.link_count) * (rng.random(network.link_count) < 0.3)
    return [
        UserClass(name="poor", value_of_time=0.5, toll=toll),
        UserClass(name="rich", value_of_time=5.0, toll=toll),
        UserClass(
            name="trucks",
            pce=2.0,
            value_of_time=2.0,
            toll=2 * toll,
            distance_cost=rng.uniform(0, 1, network.link_count),
            closed=closed_to(Vehicle.TRUCK, permitted),
        ),
    ]


def check_classes(
    network: AssignmentNetwork, demand: Array, permitted: Array, found: Equilibrium
) -> None:
    zones = demand.shape[2]
    assert np.all(found.link_volume >= 0)
    assert np.all(found.link_volume[2, 0, permitted == Vehicle.CAR] == 0)
    for of_class, volume in zip(demand[:, 0], found.link_volume[:, 0], strict=True):
        net = np.bincount(network.tail, volume, network.node_count)
        net -= np.bincount(network.head, volume, network.node_count)
        net[:zones] -= of_class.sum(axis=1) - of_class.sum(axis=0)
        np.testing.assert_allclose(net, 0, atol=1e-9 * demand.sum())


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 10_000))
@pytest.mark.parametrize("objective", ["user", "system"])
@pytest.mark.parametrize("algorithm", ["bfw", "msa", "paths", "segments"])
def test_every_class_obeys_its_bans_and_the_gap_is_true(
    algorithm: str, objective: str, seed: int
) -> None:
    network, demand, permitted = random_case(seed, classes=3, turns=seed % 2 == 1)
    classes = three_classes(seed, network, permitted)
    found = assign(
        network, demand, classes=classes, algorithm=algorithm, objective=objective, gap=1e-5,
        max_iterations=200,
    )  # fmt: skip
    check_classes(network, demand, permitted, found)
    assert found.converged[0] or algorithm != "paths"
    assert found.relative_gap[0] >= -1e-14
    # at a gap of rounding the bound is the objective, up to rounding
    assert found.objective_bound[0] <= found.objective[0] * (1 + 1e-14)
    # the last gap of the run and the certificate's agree: both sum over the classes
    assert found.history[0][-1] == pytest.approx(found.relative_gap[0], abs=1e-12)


@settings(max_examples=8, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_paths_of_a_class_are_its_own_and_the_total_is_unique(seed: int) -> None:
    network, demand, permitted = random_case(seed, classes=3)
    classes = three_classes(seed, network, permitted)
    exact = assign(network, demand, classes=classes, algorithm="paths", gap=1e-12)
    loose = assign(network, demand, classes=classes, gap=1e-7, max_iterations=1000)
    assert exact.converged[0]
    assert loose.objective_bound[0] <= exact.objective[0] * (1 + 1e-12)
    assert exact.objective[0] <= loose.objective[0] * (1 + 1e-12)
    check_classes(network, demand, permitted, exact)
    assert exact.paths is not None
    (paths,) = exact.paths
    truck_paths = paths.of_group(2)
    assert not np.any(permitted[truck_paths.links] == Vehicle.CAR)
    volume = truck_paths.volume(demand[2, 0], network.link_count)
    np.testing.assert_allclose(volume, exact.link_volume[2, 0], rtol=1e-12, atol=1e-9)
    # paths of one closure serve as start of another, and are certified afresh
    free = [UserClass(name=one.name, pce=one.pce) for one in classes]
    start = assign(network, demand, classes=free, algorithm="paths", gap=1e-8)
    warm = assign(network, demand, classes=classes, algorithm="paths", gap=1e-12, start=start)
    again = assign(network, demand, classes=classes, algorithm="paths", gap=1e-12, start=exact)
    check_classes(network, demand, permitted, warm)
    assert warm.objective[0] == pytest.approx(exact.objective[0], rel=1e-11)
    assert again.iterations[0] <= 2


@settings(max_examples=6, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_the_order_of_classes_changes_nothing_but_order(seed: int) -> None:
    network, demand, permitted = random_case(seed, classes=3)
    classes = three_classes(seed, network, permitted)
    first = assign(network, demand, classes=classes, gap=1e-6, max_iterations=400)
    for order in permutations(range(3)):
        rows = list(order)
        other = assign(
            network, demand[rows], classes=[classes[i] for i in rows], gap=1e-6, max_iterations=400
        )
        assert other.class_names == tuple(classes[i].name for i in rows)
        assert other.objective[0] == pytest.approx(first.objective[0], rel=1e-5)
        assert max(first.objective_bound[0], other.objective_bound[0]) <= min(
            first.objective[0], other.objective[0]
        ) * (1 + 1e-12)
        np.testing.assert_allclose(other.total_volume, first.total_volume, atol=2.0)


def test_workers_do_not_change_a_byte() -> None:
    network, demand, permitted = random_case(8, classes=3)
    classes = three_classes(8, network, permitted)
    one = assign(network, demand, classes=classes, gap=1e-6)
    two = assign(network, demand, classes=classes, gap=1e-6, workers=2)
    assert one.link_volume.tobytes() == two.link_volume.tobytes()


def test_classes_that_add_nothing_change_nothing() -> None:
    network, demand, _ = random_case(4)
    plain = assign(network, demand, gap=1e-6)
    named = assign(network, demand, gap=1e-6, classes=[UserClass(name="a"), UserClass(name="b")])
    assert plain.link_volume.tobytes() == named.link_volume.tobytes()
    assert plain.class_trip_cost is None


def test_a_start_of_other_closures_is_not_taken_for_feasible() -> None:
    network, demand, permitted = random_case(5, classes=3)
    classes = three_classes(5, network, permitted)
    free = [UserClass(name=one.name, pce=one.pce) for one in classes]
    start = assign(network, demand, classes=free, gap=1e-8)
    assert start.link_volume[2, 0, permitted == Vehicle.CAR].sum() > 0
    found = assign(network, demand, classes=classes, gap=1e-6, start=start)
    check_classes(network, demand, permitted, found)
    again = assign(network, demand, classes=classes, gap=1e-6, start=found)
    assert again.iterations.tolist() == [1]
    np.testing.assert_allclose(again.link_volume, found.link_volume, rtol=1e-14)


def test_a_class_without_a_way_is_reported() -> None:
    network = bpr_network(2, 2, [(0, 1)], 10.0, 100.0)
    classes = (UserClass(name="cars"), UserClass(name="trucks", pce=2.0, closed=[True]))
    found = assign(network, trips(5, 7), classes=classes)
    assert found.unreachable.tolist() == [7.0]
    assert found.link_volume[:, 0, 0].tolist() == [5.0, 0.0]
    assert found.converged[0]


@pytest.mark.parametrize(
    ("classes", "said"),
    [
        ((HASTY,), "1 classes"),
        ((HASTY, HASTY), "class name 'hasty'"),
        ((HASTY, UserClass(name="b", toll=[1.0])), "toll of shape (1,) (class 'b')"),
        ((HASTY, UserClass(name="b", toll=[0.0, -1.0])), "toll = -1 (class 'b', link 1)"),
        ((HASTY, UserClass(name="b", closed=[True])), "closed of shape (1,) (class 'b')"),
    ],
)
def test_bad_classes_are_named(classes: tuple[UserClass, ...], said: str) -> None:
    with pytest.raises(InputError) as caught:
        assign(two_routes(), trips(1, 1), classes=classes)
    assert said in str(caught.value)


def test_bad_numbers_of_a_class_are_named() -> None:
    with pytest.raises(InputError, match=r"pce = 0 \(class 'b'\): must be > 0"):
        UserClass(name="b", pce=0)
    with pytest.raises(InputError, match=r"value_of_time = nan \(class 'b'\)"):
        UserClass(name="b", value_of_time=float("nan"))
