"""The grid of zones, and where roads cross the boundary."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from citymove.facts.defaults import defaults_for
from citymove.facts.gateways import Gateways, gateways_of
from citymove.facts.places import PlaceKind, Places
from citymove.facts.roads import RoadClass, Roads
from citymove.facts.zones import grid_zones, zone_of
from citymove.foundation.errors import InputError
from made_up import grid_city, grid_roads

METRES = st.floats(-3000, 3000, allow_nan=False)
EU = defaults_for("DE")


def places_at(x_m: list[float], y_m: list[float], area_m2: list[float]) -> Places:
    count = len(x_m)
    return Places(
        id=[f"w{i}" for i in range(count)],
        name=np.full(count, ""),
        kind=np.full(count, PlaceKind.DWELLING),
        x_m=x_m,
        y_m=y_m,
        floor_area_m2=area_m2,
        floor_area_source=np.zeros(count),
    )


@given(
    points=st.lists(st.tuples(METRES, METRES, st.sampled_from([0.0, 10.0, 500.0])), min_size=1),
    cell_m=st.sampled_from([50.0, 200.0, 333.0]),
)
@settings(max_examples=60, deadline=None)
def test_every_place_lies_in_its_zone(
    points: list[tuple[float, float, float]], cell_m: float
) -> None:
    x_m, y_m, area_m2 = (list(column) for column in zip(*points, strict=True))
    places = places_at(x_m, y_m, area_m2)
    zones = grid_zones(places, cell_m)
    zone = zone_of(zones, places.x_m, places.y_m)
    for axis in ("x_m", "y_m"):
        at = getattr(places, axis)
        assert np.all(getattr(zones, f"low_{axis}")[zone] <= at)
        assert np.all(at < getattr(zones, f"high_{axis}")[zone])
    assert set(zone) == set(range(len(zones)))  # no empty zone
    assert len(set(zones.id)) == len(zones)
    for row in range(len(zones)):
        weight = places.floor_area_m2[zone == row]
        weight = weight if weight.any() else np.ones(weight.size)
        assert zones.x_m[row] == pytest.approx(np.average(places.x_m[zone == row], weights=weight))


def test_ids_are_those_of_the_grid_and_stable() -> None:
    zones = grid_zones(places_at([-1.0, 0.0, 250.0], [0.0, 0.0, 450.0], [1, 1, 1]), 200.0)
    assert zones.id.tolist() == ["z-1_0", "z0_0", "z1_2"]
    more = grid_zones(places_at([-1, 0, 250, 900], [0, 0, 450, 0], [1, 1, 1, 1]), 200.0)
    assert set(zones.id) < set(more.id)


def test_outside_all_cells_the_nearest_zone_answers() -> None:
    zones = grid_zones(places_at([100.0, 500.0], [100.0, 100.0], [1, 1]), 200.0)
    assert zone_of(zones, np.array([290.0, 310.0, -900.0]), np.full(3, 100.0)).tolist() == [0, 1, 0]


def test_zones_refuse_nonsense() -> None:
    with pytest.raises(InputError, match="cell_m = 0"):
        grid_zones(places_at([0.0], [0.0], [1]), 0)
    with pytest.raises(InputError, match="at least one zone"):
        zone_of(grid_zones(places_at([], [], []), 200.0), np.zeros(1), np.zeros(1))


def gateways(roads: Roads, ring: tuple[float, ...] | None = None) -> Gateways:
    """Gateways of a box (low x, low y, high x, high y), or of the cut ends without one."""
    x_m, y_m = np.empty(0), np.empty(0)
    if ring is not None:
        x_m = np.array([ring[0], ring[2], ring[2], ring[0], ring[0]])
        y_m = np.array([ring[1], ring[1], ring[3], ring[3], ring[1]])
    return gateways_of(
        roads,
        boundary_x_m=x_m,
        boundary_y_m=y_m,
        side=np.array(["west", "east"]),
        anchor_x_m=np.array([0.0, 800.0]),
        anchor_y_m=np.array([300.0, 300.0]),
        defaults=EU,
    )


BOX = (100.0, 100.0, 700.0, 500.0)  # in a grid of 5 x 4 nodes: the six inner nodes lie inside


def test_each_crossing_road_has_its_gateway_at_the_outer_end() -> None:
    roads = grid_roads(5, 4)
    found = gateways(roads, BOX)
    assert found.node.tolist() == [1, 2, 3, 5, 9, 10, 14, 16, 17, 18]
    assert found.side[found.x_m < 400].tolist() == ["west"] * 4
    lane = EU.capacity_per_lane_vph(
        np.where(found.y_m % 600 == 0, RoadClass.RESIDENTIAL, RoadClass.SECONDARY),
        np.zeros(10, bool),
    )
    assert np.array_equal(found.inbound_weight, lane)
    assert np.array_equal(found.outbound_weight, lane)
    assert found.id[3] == "g1001/6"
    assert found.name[3] == "Row 1"


def test_one_way_roads_lead_one_way_only() -> None:
    roads = grid_roads(5, 4)
    links = roads.links
    roads = roads.with_links(open=links.forward | (links.way_id != 1001))
    found = gateways(roads, BOX)
    west, east = found.take(found.id == "g1001/6"), found.take(found.id == "g1001/10")
    assert west.inbound_weight[0] > 0
    assert west.outbound_weight[0] == 0
    assert east.inbound_weight[0] == 0
    assert east.outbound_weight[0] > 0


def test_service_roads_and_closed_roads_are_no_gateways() -> None:
    roads = grid_roads(5, 4)
    links = roads.links
    roads = roads.with_links(
        road_class=np.where(links.way_id == 1001, RoadClass.SERVICE, links.road_class),
        open=links.way_id != 2001,
    )
    assert not set(gateways(roads, BOX).node) & {1, 5, 9, 16}


def test_known_capacity_goes_before_the_table() -> None:
    roads = grid_roads(5, 4)
    known = np.where(roads.links.way_id == 1001, 123.0, np.nan)
    found = gateways(roads.with_links(capacity_vph=known), BOX)
    assert found.inbound_weight[found.id == "g1001/6"].tolist() == [123.0]


def test_roads_that_share_an_outer_end_are_one_gateway() -> None:
    """A box cut so that corner node 0's two streets both cross it."""
    found = gateways(grid_roads(2, 2), (50.0, 50.0, 300.0, 300.0))
    # inside: node 3 alone; outer ends: 1 (column 1), 2 (row 1)
    assert found.node.tolist() == [1, 2]
    found = gateways(grid_roads(2, 2), (-50.0, -50.0, 250.0, 150.0))
    assert found.node.tolist() == [2, 3]
    both = gateways(grid_roads(3, 2), (-50.0, -50.0, 450.0, 150.0))
    assert both.node.tolist() == [3, 4, 5]
    ell = gateways(grid_roads(2, 2), (-50.0, 150.0, 250.0, 250.0))
    assert ell.node.tolist() == [0, 1]


def test_without_a_boundary_dead_ends_at_the_edge_are_gateways() -> None:
    roads = grid_roads(5, 4)
    links = roads.links
    # only column 2 joins the rows: the rows' ends are dead ends, all at the edge
    roads = roads.with_links(open=(links.way_id < 2000) | (links.way_id == 2002))
    found = gateways(roads)
    assert found.node.tolist() == [0, 4, 5, 9, 10, 14, 15, 19]
    assert np.array_equal(found.inbound_weight, found.outbound_weight)
    assert set(found.side) == {"west", "east"}


def test_nothing_to_cross_is_an_error_with_a_remedy() -> None:
    with pytest.raises(InputError, match="crosses the boundary") as caught:
        gateways(grid_roads(5, 4), (-100.0, -100.0, 900.0, 900.0))
    assert caught.value.remedy
    with pytest.raises(InputError, match="ends at the edge"):
        gateways(grid_roads(5, 4))


def test_a_gateway_that_leads_nowhere_has_no_weight() -> None:
    """Node 5 keeps only its link out of the box: nobody can come in by it."""
    city = grid_city()
    links = city.roads.links
    cut = (links.tail == 5) & (links.head == 6)
    roads = replace(city.roads, links=replace(links, open=links.open & ~cut))
    found = gateways(roads, BOX)
    here = found.take(found.node == 5)
    assert here.inbound_weight.tolist() == [0.0]
    assert here.outbound_weight[0] > 0
