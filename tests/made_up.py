"""Made-up cities whose truth is known, for tests. Fictional by construction."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from citymove.facts.car_parks import Access, CarParkKind, CarParks
from citymove.facts.city import Bilingual, City
from citymove.facts.gateways import Gateways
from citymove.facts.kerb import Kerb
from citymove.facts.places import PlaceKind, Places
from citymove.facts.reading import Reading
from citymove.facts.roads import (
    Links,
    Nodes,
    PathBans,
    RoadClass,
    Roads,
    SignalKind,
    SignalNodes,
    TurnBans,
)
from citymove.facts.tariffs import Tariff, TariffBand
from citymove.facts.zones import Zones
from citymove.foundation.crs import LocalPlane
from citymove.foundation.daytime import DAY_S
from citymove.foundation.provenance import Source, Sourced

BLOCK_M = 200.0

ASSUMPTIONS: dict[str, float] = {
    "residents": 2000,
    "jobs": 1500,
    "cars_owned": 800,
    "public_spaces": 400,
    "kerb_spaces": 160,
    "incoming_commuters.west": 900,
    "incoming_commuters.east": 600,
    "car_share_incoming.west": 0.5,
    "car_share_incoming.east": 0.5,
    "near_share.west": 0.3,
    "near_share.east": 0.3,
    "persons_per_car": 1.1,
    "external_near_min": 12,
    "external_far_min": 40,
    "external_sigma": 0.4,
    "visitor_cars.west": 300,
    "visitor_cars.east": 200,
    "through_share": 0.1,
    "tours_per_car": 0.8,
    "outgoing_share": 0.3,
    "resident_purpose_share.work": 0.4,
    "resident_purpose_share.school": 0.15,
    "resident_purpose_share.shopping": 0.2,
    "resident_purpose_share.visit": 0.15,
    "resident_purpose_share.outpatient": 0.05,
    "resident_purpose_share.market": 0.05,
    "visitor_purpose_share.school": 0.1,
    "visitor_purpose_share.shopping": 0.4,
    "visitor_purpose_share.visit": 0.3,
    "visitor_purpose_share.outpatient": 0.1,
    "visitor_purpose_share.market": 0.1,
    "mixed_work_share": 0.3,
    "private_share_incoming": 0.5,
    "private_share_residents": 0.8,
    "occupancy_0600": 0.4,
    "gravity_per_min": 0.1,
    "value_of_time_per_h": 15,
    "value_of_time_sigma": 0.3,
    "walking_speed_mps": 1.25,
    "walking_detour": 1.3,
    "walk_limit_m": 600,
    "walk_weight": 2.0,
    "patience_median_min": 15,
    "patience_sigma": 0.4,
    "taste_spread_min": 2.0,
} | {
    f"{key}.{purpose}": value
    for purpose, values in {
        "work": (8.4, 0.8, 480, 0.2),
        "school": (8.3, 0.4, 15, 0.4),
        "shopping": (11.0, 2.5, 60, 0.6),
        "visit": (12.0, 3.0, 120, 0.6),
        "outpatient": (9.5, 1.5, 120, 0.5),
        "market": (9.0, 1.5, 40, 0.4),
        "home": (18.0, 2.0, 720, 0.2),
    }.items()
    for key, value in zip(
        ("arrival_mean_h", "arrival_sd_h", "dwell_median_min", "dwell_sigma"), values, strict=True
    )
}


def free_tariff(tariff_id: str = "free") -> Tariff:
    return Tariff(tariff_id, "EUR", (TariffBand(0, 86_400, (), 3600, 0.0),))


def hourly_tariff(tariff_id: str, price_per_h: float, cap: float | None = None) -> Tariff:
    return Tariff(
        tariff_id, "EUR", (TariffBand(0, 86_400, (), 3600, price_per_h),), cap_per_day=cap
    )


def grid_roads(
    columns: int,
    rows: int,
    *,
    lanes: float = 1.0,
    signals: tuple[int, ...] = (),
    bans: tuple[tuple[int, int, int], ...] = (),
    path_bans: tuple[tuple[int, ...], ...] = (),
) -> Roads:
    """Return a grid of two-way streets, one block = `BLOCK_M`.

    Node (column c, row r) is row ``r * columns + c`` and has OSM id ``1 + r * columns + c``.
    Way ids: ``1000 + r`` along row r from west to east, ``2000 + c`` along column c from south
    to north. `signals` are node rows; `bans` are (from node, via node, to node) rows, and
    `path_bans` rows of four nodes or more.
    """
    plane = LocalPlane(10.0, 50.0)
    c, r = np.meshgrid(np.arange(columns), np.arange(rows))
    x_m, y_m = c.ravel() * BLOCK_M, r.ravel() * BLOCK_M
    lon, lat = plane.to_degrees(x_m, y_m)
    nodes = Nodes(osm_id=np.arange(1, x_m.size + 1), lon=lon, lat=lat, x_m=x_m, y_m=y_m)
    ends: list[tuple[int, int, int, bool, float]] = []
    for row in range(rows):
        for col in range(columns - 1):
            a = row * columns + col
            ends += [(1000 + row, a, a + 1, True, col), (1000 + row, a + 1, a, False, col)]
    for col in range(columns):
        for row in range(rows - 1):
            a = row * columns + col
            b = a + columns
            ends += [(2000 + col, a, b, True, row), (2000 + col, b, a, False, row)]
    way, tail, head, forward, at = (np.array(v) for v in zip(*ends, strict=True))
    m = way.size
    default = np.full(m, Source.DEFAULT)
    link_of = {(int(t), int(h)): i for i, (t, h) in enumerate(zip(tail, head, strict=True))}
    names = tuple([f"Row {i}" for i in range(rows)] + [f"Column {i}" for i in range(columns)])
    links = Links(
        way_id=way,
        forward=forward,
        tail=tail,
        head=head,
        way_from_m=at * BLOCK_M,
        way_to_m=(at + 1) * BLOCK_M,
        length_m=np.full(m, BLOCK_M),
        lanes=np.full(m, lanes),
        lanes_source=default,
        speed_mps=np.full(m, 50 / 3.6),
        speed_source=default,
        capacity_vph=np.full(m, np.nan),
        capacity_source=default,
        road_class=np.where(way < 2000, RoadClass.SECONDARY, RoadClass.RESIDENTIAL),
        ramp=np.zeros(m, bool),
        roundabout=np.zeros(m, bool),
        structure=np.zeros(m),
        layer=np.zeros(m),
        name=np.where(way < 2000, way - 1000, way - 2000 + rows),
        open=np.ones(m, bool),
    )
    signal_rows = np.array(signals, np.int64)
    return Roads(
        nodes=nodes,
        links=links,
        turn_bans=TurnBans(
            from_link=[link_of[a, b] for a, b, _ in bans],
            to_link=[link_of[b, d] for _, b, d in bans],
            relation_id=np.arange(1, len(bans) + 1),
        ),
        path_bans=PathBans.of(
            [[link_of[ends] for ends in pairwise(nodes_of)] for nodes_of in path_bans],
            relation_id=np.arange(1001, len(path_bans) + 1001),
            start_s=np.zeros(len(path_bans)),
            end_s=np.full(len(path_bans), DAY_S),
        ),
        signal_nodes=SignalNodes(
            osm_id=signal_rows + 1,
            kind=np.full(signal_rows.size, SignalKind.JUNCTION),
            node=signal_rows,
            way_id=1000 + signal_rows // columns,
            way_at_m=(signal_rows % columns) * BLOCK_M,
            x_m=x_m[signal_rows],
            y_m=y_m[signal_rows],
        ),
        names=names,
        shape_start=np.arange(m + 1) * 2,
        shape_x_m=np.stack([x_m[tail], x_m[head]], axis=1).ravel(),
        shape_y_m=np.stack([y_m[tail], y_m[head]], axis=1).ravel(),
    )


def grid_city(
    columns: int = 5,
    rows: int = 4,
    *,
    signals: tuple[int, ...] = (6, 7, 8),
    bans: tuple[tuple[int, int, int], ...] = (),
    path_bans: tuple[tuple[int, ...], ...] = (),
    car_park_spaces: tuple[int, ...] = (120, 80),
) -> City:
    """Return a fictional grid city: one zone per block, a gateway at each end of row 1."""
    roads = grid_roads(columns, rows, signals=signals, bans=bans, path_bans=path_bans)
    plane = LocalPlane(10.0, 50.0)
    c, r = (v.ravel() for v in np.meshgrid(np.arange(columns - 1), np.arange(rows - 1)))
    x_m, y_m = (c + 0.5) * BLOCK_M, (r + 0.5) * BLOCK_M
    zones = Zones(
        id=[f"z{i}_{j}" for i, j in zip(c, r, strict=True)],
        x_m=x_m,
        y_m=y_m,
        low_x_m=c * BLOCK_M,
        low_y_m=r * BLOCK_M,
        high_x_m=(c + 1) * BLOCK_M,
        high_y_m=(r + 1) * BLOCK_M,
    )
    count = x_m.size
    kinds = np.array([PlaceKind.DWELLING, PlaceKind.WORKPLACE, PlaceKind.SHOP, PlaceKind.SCHOOL])
    places = Places(
        id=[f"w{i}" for i in range(4 * count)],
        name=np.full(4 * count, ""),
        kind=np.tile(kinds, count),
        x_m=np.repeat(x_m, 4) + np.tile([-40.0, 40.0, 40.0, -40.0], count),
        y_m=np.repeat(y_m, 4) + np.tile([-40.0, -40.0, 40.0, 40.0], count),
        floor_area_m2=np.tile([3000.0, 2000.0, 500.0, 400.0], count),
        floor_area_source=np.full(4 * count, Source.TAGGED),
    )
    west, east = columns, 2 * columns - 1
    gateways = Gateways(
        id=["gw", "ge"],
        name=["Row 1", "Row 1"],
        side=["west", "east"],
        node=[west, east],
        x_m=roads.nodes.x_m[[west, east]],
        y_m=roads.nodes.y_m[[west, east]],
        inbound_weight=[800.0, 800.0],
        outbound_weight=[800.0, 800.0],
    )
    n = len(car_park_spaces)
    car_parks = CarParks(
        id=[f"w{900 + i}" for i in range(n)],
        name=[f"Park {i}" for i in range(n)],
        x_m=x_m[:n] + 30.0,
        y_m=y_m[:n],
        kind=np.full(n, CarParkKind.UNDERGROUND),
        access=np.full(n, Access.PUBLIC),
        spaces=car_park_spaces,
        spaces_source=np.full(n, Source.TAGGED),
        spaces_spread=np.zeros(n),
        tariff=np.zeros(n),
    )
    kerb = Kerb(
        id=[f"k{2000 + i}" for i in range(columns)],
        way_id=2000 + np.arange(columns),
        from_m=np.zeros(columns),
        to_m=np.full(columns, (rows - 1) * BLOCK_M),
        side=np.ones(columns),
        spaces=np.full(columns, 24),
        spaces_source=np.full(columns, Source.TAGGED),
        spaces_spread=np.zeros(columns),
        tariff=np.ones(columns),
    )
    edge_x, edge_y = (columns - 1) * BLOCK_M, (rows - 1) * BLOCK_M
    return City(
        name=Bilingual("Gridtown (fictional)", "网格镇（虚构）"),
        country="DE",
        year=2026,
        drives_on="right",
        currency="EUR",
        plane=plane,
        attribution="fictional",
        boundary_x_m=[0, edge_x, edge_x, 0, 0],
        boundary_y_m=[0, 0, edge_y, edge_y, 0],
        roads=roads,
        kerb=kerb,
        car_parks=car_parks,
        tariffs=(hourly_tariff("car_park", 2.0, cap=20.0), hourly_tariff("kerb", 1.0)),
        signal_plans=(),
        zones=zones,
        gateways=gateways,
        places=places,
        assumptions={
            key: Sourced.with_spread(value, Source.ASSUMED, 0.3, "fictional")
            for key, value in ASSUMPTIONS.items()
        },
        reading=Reading(file="made_up", counts={}),
    )
