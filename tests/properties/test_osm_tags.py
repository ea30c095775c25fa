"""What tags of a way say: access, direction, lanes, arrows, speed limits, levels, by hand."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from citymove.facts.roads import EVERY_VEHICLE, LaneTurn, Structure, Vehicle
from citymove.formats.osm import access, lanes, levels, speeds
from citymove.formats.osm.access import direction_source, directions, is_drivable, vehicles
from citymove.formats.osm.bus_lanes import BUS_KEYS
from citymove.formats.osm.lane_lists import LIST_KEYS, LaneUse, read_lists, read_turns
from citymove.formats.osm.lanes import lanes_of
from citymove.formats.osm.levels import level_of
from citymove.formats.osm.speeds import limits, parse_speed_kmh, read_limit, timed_limits
from citymove.formats.osm.tags import parse_lanes
from citymove.foundation.provenance import Source

Tags = dict[str, str]
MPH = 1.609344
L, T, R, U = (
    int(turn) for turn in (LaneTurn.LEFT, LaneTurn.THROUGH, LaneTurn.RIGHT, LaneTurn.U_TURN)
)
H = 3600

# --- access -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ({"access": "private"}, False),
        ({"access": "no"}, False),
        ({"access": "no", "motorcar": "yes"}, True),
        ({"access": "yes", "motor_vehicle": "no"}, False),
        ({"motorcar": "no"}, False),
        ({"vehicle": "no", "motor_vehicle": "destination"}, True),
        ({"access": "customers"}, True),
        ({"access": "delivery;private"}, True),
        ({"motor_vehicle": "psv"}, False),
    ],
)
def test_access(tags: Tags, expected: bool) -> None:
    assert is_drivable(tags) is expected


def classes(*names: str) -> Vehicle:
    found = Vehicle(0)
    for name in names:
        found |= Vehicle[name.upper()]
    return found


MOTOR = EVERY_VEHICLE & ~Vehicle.BICYCLE


@pytest.mark.parametrize(
    ("tags", "ahead", "back", "source"),
    [
        ({}, EVERY_VEHICLE, EVERY_VEHICLE, Source.DEFAULT),
        ({"highway": "motorway"}, MOTOR, MOTOR, Source.INFERRED),
        ({"motorroad": "yes", "highway": "trunk"}, MOTOR, MOTOR, Source.INFERRED),
        ({"hgv": "no"}, *[EVERY_VEHICLE & ~Vehicle.TRUCK] * 2, Source.TAGGED),
        ({"goods": "no", "hgv": "yes"}, *[EVERY_VEHICLE] * 2, Source.TAGGED),
        ({"bicycle": "use_sidepath"}, MOTOR, MOTOR, Source.TAGGED),
        (
            {"motor_vehicle": "no", "psv": "yes"},
            *[classes("bus", "taxi", "bicycle")] * 2,
            Source.TAGGED,
        ),
        ({"motor_vehicle": "no", "bus": "yes"}, *[classes("bus", "bicycle")] * 2, Source.TAGGED),
        ({"access": "no", "taxi": "yes"}, *[classes("taxi")] * 2, Source.TAGGED),
        ({"access": "psv"}, *[classes("bus", "taxi")] * 2, Source.TAGGED),
        (
            {"motorcar": "no"},
            *[classes("truck", "bus", "motorcycle", "bicycle")] * 2,
            Source.TAGGED,
        ),
        ({"motorcar": "no", "psv": "yes"}, *[EVERY_VEHICLE & ~Vehicle.CAR] * 2, Source.TAGGED),
        (
            {"hgv:backward": "no"},
            EVERY_VEHICLE,
            EVERY_VEHICLE & ~Vehicle.TRUCK,
            Source.TAGGED,
        ),
        (
            {"oneway": "yes", "oneway:bus": "no", "oneway:bicycle": "no"},
            EVERY_VEHICLE,
            classes("bus", "bicycle"),
            Source.TAGGED,
        ),
        (
            {"oneway": "yes", "psv:oneway": "no"},
            EVERY_VEHICLE,
            classes("bus", "taxi"),
            Source.TAGGED,
        ),
        (
            {"vehicle": "no", "motor_vehicle:forward": "yes"},
            classes("car", "truck", "bus", "taxi", "motorcycle"),
            Vehicle(0),
            Source.TAGGED,
        ),
    ],
)
def test_vehicles(tags: Tags, ahead: Vehicle, back: Vehicle, source: Source) -> None:
    assert vehicles(tags) == ((ahead, back), source)


# --- direction --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("tags", "expected", "source"),
    [
        ({}, (True, True), Source.DEFAULT),
        ({"oneway": "yes"}, (True, False), Source.TAGGED),
        ({"oneway": "1"}, (True, False), Source.TAGGED),
        ({"oneway": "true"}, (True, False), Source.TAGGED),
        ({"oneway": "-1"}, (False, True), Source.TAGGED),
        ({"oneway": "reverse"}, (False, True), Source.TAGGED),
        ({"oneway": "no"}, (True, True), Source.TAGGED),
        ({"oneway": "alternating"}, (True, True), Source.TAGGED),
        ({"oneway": "perhaps"}, (True, True), Source.DEFAULT),
        ({"oneway": "perhaps", "highway": "motorway"}, (True, False), Source.INFERRED),
        ({"junction": "roundabout"}, (True, False), Source.INFERRED),
        ({"junction": "circular"}, (True, False), Source.INFERRED),
        ({"junction": "circular", "oneway": "no"}, (True, True), Source.TAGGED),
        ({"junction": "roundabout", "oneway": "-1"}, (False, True), Source.TAGGED),
        ({"highway": "motorway"}, (True, False), Source.INFERRED),
        ({"highway": "motorway", "oneway": "no"}, (True, True), Source.TAGGED),
        ({"highway": "motorway_link"}, (True, True), Source.DEFAULT),
        ({"oneway": "yes", "oneway:motor_vehicle": "no"}, (True, True), Source.TAGGED),
        ({"oneway": "no", "oneway:motorcar": "yes"}, (True, False), Source.TAGGED),
        ({"oneway": "yes", "oneway:bus": "no"}, (True, False), Source.TAGGED),
        ({"motor_vehicle:backward": "no"}, (True, False), Source.TAGGED),
        ({"motor_vehicle": "no", "motor_vehicle:forward": "yes"}, (True, False), Source.TAGGED),
        ({"access:backward": "private", "motorcar": "yes"}, (True, True), Source.TAGGED),
    ],
)
def test_directions(tags: Tags, expected: tuple[bool, bool], source: Source) -> None:
    assert directions(tags) == expected
    assert direction_source(tags) == source


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ({}, set()),
        ({"oneway": "alternating"}, {"ways_alternating"}),
        ({"oneway": "perhaps"}, {"ways_with_unread_oneway"}),
        ({"oneway": "yes", "oneway:psv": "no"}, {"ways_with_contraflow_for_buses"}),
        ({"oneway": "yes", "oneway:bicycle": "no"}, set()),
        (
            {"oneway:conditional": "yes @ (Mo-Fr 07:00-09:00)"},
            {"ways_with_conditional_oneway"},
        ),
        ({"motor_vehicle:conditional": "no @ (22:00-06:00)"}, {"ways_with_conditional_access"}),
        ({"access:forward:conditional": "no @ wet"}, {"ways_with_conditional_access"}),
        ({"hgv:conditional": "no @ (22:00-06:00)"}, set()),
        ({"access": "destination"}, {"ways_for_destinations"}),
        ({"access": "destination", "motorcar": "yes"}, set()),
        ({"access": "sometimes"}, {"ways_with_unread_access"}),
    ],
)
def test_remarks_on_access(tags: Tags, expected: set[str]) -> None:
    assert set(access.remarks(tags)) == expected
    assert expected <= set(access.REMARKS)


# --- lanes ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2", 2.0),
        ("2;3", 2.0),
        ("1.5", 1.5),
        ("1,5", 1.5),
        ("many", None),
        ("99", None),
        ("0", None),
    ],
)
def test_number_of_lanes(text: str, expected: float | None) -> None:
    assert parse_lanes(text) == expected


@pytest.mark.parametrize(
    ("tags", "both_ways", "expected"),
    [
        ({"lanes": "2"}, True, (1.0, 1.0)),
        ({"lanes": "3"}, True, (1.5, 1.5)),
        ({"lanes": "1"}, True, (0.5, 0.5)),
        ({"lanes": "3", "lanes:forward": "2"}, True, (2.0, 1.0)),
        ({"lanes": "3", "lanes:forward": "2", "lanes:backward": "1"}, True, (2.0, 1.0)),
        ({"lanes": "3", "lanes:both_ways": "1"}, True, (1.0, 1.0)),
        ({"lanes:backward": "2"}, True, (None, 2.0)),
        ({"lanes": "2"}, False, (2.0, None)),
        ({"lanes:forward": "2"}, False, (2.0, None)),
        ({"lanes": "3", "lanes:backward": "1"}, False, (2.0, None)),
        ({"lanes": "3", "lanes:psv": "1"}, False, (2.0, None)),
        ({"lanes": "1", "lanes:psv": "1"}, False, (1.0, None)),
        ({"lanes": "two"}, True, (None, None)),
        ({"lanes": "99"}, True, (None, None)),
        ({"lanes": "-2"}, True, (None, None)),
        ({"lanes": "2;3"}, False, (2.0, None)),
        ({"lanes": "2", "cycleway": "lane"}, False, (2.0, None)),
        ({"lanes": "2", "cycleway:both": "lane"}, True, (1.0, 1.0)),
        ({"turn:lanes": "left|through|right"}, False, (3.0, None)),
        ({"turn:lanes:forward": "left|through"}, True, (2.0, None)),
        ({"lanes": "3", "turn:lanes:forward": "left|through"}, True, (2.0, 1.0)),
        ({"turn:lanes": "left|through"}, True, (None, None)),  # whose lanes is not said
        ({}, True, (None, None)),
    ],
)
def test_lanes(tags: Tags, both_ways: bool, expected: tuple[float | None, float | None]) -> None:
    said = lanes_of(tags, True, both_ways)
    assert (said.ahead.lanes, said.back.lanes) == expected
    known = [one.source for one in said[:2] if one.lanes is None]
    assert known == [Source.DEFAULT] * len(known)


def test_half_of_an_odd_number_is_inferred() -> None:
    assert lanes_of({"lanes": "3"}, True, True).ahead.source == Source.INFERRED
    assert lanes_of({"lanes": "1"}, True, True).ahead.source == Source.TAGGED
    assert lanes_of({"lanes": "4"}, True, True).ahead.source == Source.TAGGED
    assert lanes_of({"lanes": "3", "lanes:forward": "2"}, True, True).back.source == Source.TAGGED


@pytest.mark.parametrize(
    ("tags", "both_ways", "lanes_and_buses"),
    [
        ({"lanes": "3", "lanes:bus": "1"}, False, [(2, 1), (None, 0)]),
        ({"lanes": "4", "lanes:psv:forward": "1"}, True, [(1, 1), (2, 0)]),
        ({"lanes": "4", "lanes:psv": "2"}, True, [(1, 1), (1, 1)]),
        ({"lanes": "3", "lanes:psv": "1"}, True, [(1, 0.5), (1, 0.5)]),
        (
            {"lanes": "3", "lanes:forward": "2", "lanes:backward": "1", "lanes:psv": "1"},
            True,
            [(1, 1), (1, 0)],
        ),
        (
            {"lanes": "3", "lanes:forward": "2", "lanes:backward": "1", "lanes:bus:backward": "1"},
            False,
            [(2, 0), (None, 0)],
        ),
        ({"lanes": "3", "psv:lanes": "yes|yes|designated"}, False, [(2, 1), (None, 0)]),
        (
            {"lanes": "3", "access:lanes": "||no", "bus:lanes": "||designated"},
            False,
            [(2, 1), (None, 0)],
        ),
        ({"lanes": "3", "access:lanes": "||no", "psv:lanes": "||yes"}, False, [(2, 1), (None, 0)]),
        # designated for buses, and open to cars by word
        (
            {"lanes": "2", "bus:lanes": "|designated", "motor_vehicle:lanes": "yes|yes"},
            False,
            [(2, 0), (None, 0)],
        ),
        # a hatched lane, counted in `lanes` or not
        ({"lanes": "3", "access:lanes": "yes|no|yes"}, False, [(2, 0), (None, 0)]),
        ({"lanes": "2", "access:lanes": "yes|no|yes"}, False, [(2, 0), (None, 0)]),
        # a lane for bicycles is in the list, and not in `lanes`
        (
            {"lanes": "2", "bicycle:lanes": "||designated", "vehicle:lanes": "yes|yes|no"},
            False,
            [(2, 0), (None, 0)],
        ),
        ({"lanes": "2", "bicycle:lanes": "||designated"}, False, [(2, 0), (None, 0)]),
        ({"bicycle:lanes": "|designated|"}, False, [(2, 0), (None, 0)]),
        ({"lanes": "3", "busway": "lane"}, False, [(2, 1), (None, 0)]),
        ({"lanes": "4", "busway": "lane"}, True, [(1, 1), (1, 1)]),
        ({"lanes": "4", "busway:both": "lane"}, True, [(1, 1), (1, 1)]),
        ({"lanes": "4", "busway:right": "lane"}, True, [(1, 1), (2, 0)]),
        ({"lanes": "3", "busway:right": "lane"}, True, [(1, 1), (1, 0)]),
        ({"lanes": "3", "cycleway:left": "share_busway"}, True, [(1, 0), (1, 1)]),
        ({"lanes": "3", "busway": "opposite_lane"}, False, [(2, 0), (None, 0)]),
        (
            {"lanes": "4", "busway:left": "lane", "busway:right": "lane"},
            False,
            [(2, 1), (None, 0)],
        ),
        ({"busway": "lane"}, True, [(None, 1), (None, 1)]),
    ],
)
def test_bus_lanes_are_taken_off(
    tags: Tags, both_ways: bool, lanes_and_buses: list[tuple[float | None, float]]
) -> None:
    said = lanes_of(tags, True, both_ways)
    assert [(one.lanes, one.bus_lanes) for one in said[:2]] == lanes_and_buses
    assert ("ways_with_bus_lanes" in said.remarks) == any(n > 0 for _, n in lanes_and_buses)


def test_sides_are_those_one_drives_on() -> None:
    tags = {"lanes": "3", "cycleway:left": "share_busway"}
    left = lanes_of(tags, True, True, keeps_left=True)
    assert (left.ahead.lanes, left.ahead.bus_lanes) == (1, 1)
    assert (left.back.lanes, left.back.bus_lanes) == (1, 0)


@pytest.mark.parametrize(
    ("tags", "both_ways", "ahead", "back", "remark"),
    [
        ({"turn:lanes": "left|through;right"}, False, (L, T | R), (), ""),
        ({"lanes": "2", "turn:lanes": "left|through;right"}, False, (L, T | R), (), ""),
        (
            {"lanes": "4", "turn:lanes:forward": "left|through", "turn:lanes:backward": "|right"},
            True,
            (L, T),
            (0, R),
            "",
        ),
        (
            {"lanes": "2", "turn:lanes": "left|left;through|right"},
            False,
            (),
            (),
            "not_matched",
        ),
        ({"lanes": "2", "turn:lanes": "left|through"}, True, (), (), "without_direction"),
        ({"turn:lanes": "none|none"}, False, (), (), ""),
        ({"lanes": "2", "turn:lanes": "left|ahead"}, False, (L, 0), (), "unread"),
        ({"turn:lanes": "reverse;left|merge_to_left|"}, False, (U | L, T, 0), (), ""),
        # the bus lane goes with its arrow
        (
            {"lanes": "3", "turn:lanes": "left|through|right", "bus:lanes": "||designated"},
            False,
            (L, T),
            (),
            "",
        ),
        # which lane is the buses' is not said
        (
            {"lanes": "3", "turn:lanes": "left|through|right", "lanes:psv": "1"},
            False,
            (),
            (),
            "not_matched",
        ),
        ({"lanes": "3", "turn:lanes": "left|through", "lanes:psv": "1"}, False, (L, T), (), ""),
        # the cycle lane has an arrow too
        (
            {
                "lanes": "2",
                "turn:lanes": "left|through|through",
                "bicycle:lanes": "||designated",
                "vehicle:lanes": "||no",
            },
            False,
            (L, T),
            (),
            "",
        ),
        ({"lanes": "2", "turn": "left"}, False, (L, L), (), None),
        ({"lanes": "2", "turn:backward": "through;right"}, True, (), (T | R,), None),
        ({"lanes": "3", "turn": "left"}, True, (), (), None),  # one and a half lanes each
        ({"turn": "left"}, False, (), (), None),
    ],
)
def test_arrows(
    tags: Tags, both_ways: bool, ahead: tuple[int, ...], back: tuple[int, ...], remark: str | None
) -> None:
    said = lanes_of(tags, True, both_ways)
    assert (said.ahead.turns, said.back.turns) == (ahead, back)
    expected = set() if remark is None else {"ways_with_turn_lanes"}
    expected |= {f"ways_with_turn_lanes_{remark}"} if remark else set()
    assert {word for word in said.remarks if "turn_lanes" in word} == expected


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ({"lanes": "3", "lanes:forward": "1", "lanes:backward": "1"}, {"at_odds"}),
        ({"turn:lanes:forward": "left|", "bus:lanes:forward": "designated"}, {"at_odds"}),
        ({"turn:lanes:forward": "|" * 99}, {"at_odds"}),
        ({"lanes": "2"}, {"tagged"}),
        ({"lanes": "two"}, {"tagged"}),
    ],
)
def test_remarks_on_lanes(tags: Tags, expected: set[str]) -> None:
    found = set(lanes_of(tags, True, True).remarks)
    assert {f"ways_with_lanes_{word}" for word in expected} <= found <= set(lanes.REMARKS)


def test_lanes_reserved_by_hour_are_counted_and_stand() -> None:
    said = lanes_of({"lanes": "2", "lanes:bus:conditional": "1 @ (07:00-09:00)"}, True, False)
    assert (said.ahead.lanes, said.ahead.bus_lanes) == (2, 0)
    assert "ways_with_conditional_lanes" in said.remarks
    only = lanes_of({"psv:lanes:conditional": "|designated @ (07:00-09:00)"}, True, False)
    assert only.remarks == ("ways_with_conditional_lanes",)


def test_lists_lane_by_lane() -> None:
    tags = {
        "turn:lanes": "left|through||right",
        "access:lanes": "|no||no",
        "bicycle:lanes": "||designated|",
        "bus:lanes": "|||yes",
    }
    found = read_lists(tags, "forward", True)
    assert found.uses == (LaneUse.GENERAL, LaneUse.NOBODY, LaneUse.BICYCLE, LaneUse.BUS)
    assert found.turns == (L, T, 0, R)
    assert read_lists(tags, "forward", False).uses == ()
    assert read_turns("sharp_left;slight_right|none") == ((L | R, 0), False)


WORDS = [
    "",
    "yes",
    "no",
    "designated",
    "left",
    "through;right",
    "|",
    "left|through",
    "|no|",
    "2",
    "3",
]
KEYS = [*sorted(lanes.COUNT_KEYS), *sorted(BUS_KEYS), *sorted(LIST_KEYS), "turn"]


@settings(max_examples=300, deadline=None)
@given(
    tags=st.dictionaries(st.sampled_from(KEYS), st.sampled_from(WORDS), max_size=6),
    allowed=st.sampled_from([(True, True), (True, False), (False, True)]),
)
def test_lanes_are_sane_and_turn_round_with_the_way(tags: Tags, allowed: tuple[bool, bool]) -> None:
    said = lanes_of(tags, *allowed)
    for one in said[:2]:
        assert one.lanes is None or one.lanes > 0
        assert one.bus_lanes >= 0
        assert not one.turns or len(one.turns) == one.lanes
        assert (one.source == Source.DEFAULT) == (one.lanes is None)
    swap = {"forward": "backward", "backward": "forward", "left": "right", "right": "left"}
    turned = {
        re.sub("forward|backward|left|right", lambda side: swap[side[0]], key): value
        for key, value in tags.items()
    }
    other = lanes_of(turned, allowed[1], allowed[0])
    assert (other.ahead, other.back) == (said.back, said.ahead)


# --- speed ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected", "kind"),
    [
        ("50", 50.0, "number"),
        ("50 km/h", 50.0, "number"),
        ("30 mph", 30 * MPH, "number"),
        ("30mph", 30 * MPH, "number"),
        ("10 knots", 18.52, "number"),
        ("12.5", 12.5, "number"),
        ("50;30", 30.0, "list"),
        ("signals;70", 70.0, "list"),
        ("FR:urban", 50.0, "zone"),
        ("FI:urban", 50.0, "zone"),
        ("CN:urban", 50.0, "zone"),
        ("CN:rural", 70.0, "zone"),
        ("fr:urban", 50.0, "zone"),
        ("AT:zone:30", 30.0, "zone"),
        ("DE:zone30", 30.0, "zone"),
        ("DE:zone:30", 30.0, "zone"),
        ("DE:rural", 100.0, "zone"),
        ("IE:rural", 80.0, "zone"),
        ("BE-BRU:urban", 30.0, "zone"),
        ("FR:30", 30.0, "zone"),
        ("GB:zone20", 20 * MPH, "zone"),
        ("GB:nsl_single", 60 * MPH, "zone"),
        ("GB:nsl_dual", 70 * MPH, "zone"),
        ("US:zone:25 mph", 25 * MPH, "zone"),
        ("DE:motorway", 130.0, "zone"),
        ("DE:living_street", 7.0, "zone"),
        ("FR:living_street", 20.0, "zone"),
        ("walk", 7.0, "walk"),
        ("none", 130.0, "none"),
        ("signals", None, "variable"),
        ("variable", None, "variable"),
        ("0", None, "out_of_range"),
        ("999", None, "out_of_range"),
        ("5" * 400, None, "out_of_range"),
        ("FR:moon", None, "unknown_zone"),
        ("fast", None, "unreadable"),
        ("", None, "unreadable"),
        ("50|30", None, "unreadable"),
    ],
)
def test_speed(text: str, expected: float | None, kind: str) -> None:
    assert parse_speed_kmh(text) == pytest.approx(expected)
    assert read_limit(text).kind == kind


def test_zones_without_a_country_are_the_city_s() -> None:
    assert read_limit("urban", "FR").kmh == 50.0
    assert read_limit("urban", "US").kmh == pytest.approx(25 * MPH)
    assert read_limit("zone:20", "GB").kmh == pytest.approx(20 * MPH)
    assert read_limit("rural", "DE").kmh == 100.0


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ({"maxspeed": "50", "maxspeed:backward": "30"}, (50.0, 30.0)),
        ({"maxspeed:forward": "50"}, (50.0, None)),
        ({"maxspeed:type": "FR:urban"}, (50.0, 50.0)),
        ({"zone:maxspeed": "DE:30"}, (30.0, 30.0)),
        ({"zone:traffic": "DE:urban"}, (50.0, 50.0)),
        ({"maxspeed": "odd", "source:maxspeed": "DE:rural"}, (100.0, 100.0)),
        ({"maxspeed": "70", "maxspeed:type": "sign"}, (70.0, 70.0)),
        ({"source:maxspeed": "sign"}, (None, None)),
        ({"maxspeed": "signals", "maxspeed:type": "GB:motorway"}, (70 * MPH, 70 * MPH)),
        ({"maxspeed": "80", "maxspeed:motorcar": "60"}, (60.0, 60.0)),
        ({"maxspeed": "80", "maxspeed:hgv": "60"}, (80.0, 80.0)),
        ({"maxspeed:lanes": "120|100|"}, (120.0, 120.0)),
        ({"maxspeed:lanes:backward": "60|80", "maxspeed": "50"}, (50.0, 80.0)),
        ({"maxspeed:lanes": "|100|100", "maxspeed": "120"}, (120.0, 120.0)),
        ({"maxspeed:lanes": "50|50|80", "bus:lanes": "||designated"}, (50.0, 50.0)),
        ({"maxspeed:lanes": "fast", "maxspeed": "50"}, (50.0, 50.0)),
        ({"maxspeed:advisory": "40"}, (None, None)),
        ({"maxspeed:advisory": "40", "maxspeed": "70"}, (70.0, 70.0)),
    ],
)
def test_limits_by_direction_vehicle_lane_and_type(
    tags: Tags, expected: tuple[float | None, float | None]
) -> None:
    assert tuple(limit.kmh for limit in limits(tags)) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("tags", "ahead"),
    [
        ({}, ()),
        (
            {"maxspeed:conditional": "30 @ (Mo-Fr 08:00-17:00)"},
            ((8 * H, 17 * H, 30.0),),
        ),
        (
            {"maxspeed:conditional": "30 @ (22:00-06:00)"},
            ((0, 6 * H, 30.0), (22 * H, 24 * H, 30.0)),
        ),
        # the later of two that hold at once decides
        (
            {"maxspeed:conditional": "60 @ (06:00-20:00); 40 @ (07:00-09:00)"},
            ((6 * H, 7 * H, 60.0), (7 * H, 9 * H, 40.0), (9 * H, 20 * H, 60.0)),
        ),
        ({"maxspeed:conditional": "20 mph @ (08:00-09:00)"}, ((8 * H, 9 * H, 20 * MPH),)),
        ({"maxspeed:conditional": "80 @ wet"}, ()),
        ({"maxspeed:conditional": "30 @ (Sa,Su)"}, ()),
        (
            {
                "maxspeed:conditional": "30 @ (08:00-09:00)",
                "maxspeed:forward:conditional": "40 @ (08:00-09:00)",
            },
            ((8 * H, 9 * H, 40.0),),
        ),
        ({"maxspeed:backward:conditional": "30 @ (08:00-09:00)"}, ()),
        ({"maxspeed:hgv:conditional": "60 @ (22:00-06:00)"}, ()),
        (
            {
                "maxspeed:conditional": "30 @ (08:00-09:00)",
                "maxspeed:motorcar:conditional": "50 @ (10:00-11:00)",
            },
            ((10 * H, 11 * H, 50.0),),
        ),
    ],
)
def test_timed_limits(tags: Tags, ahead: tuple[tuple[int, int, float], ...]) -> None:
    assert timed_limits(tags, "forward") == tuple(pytest.approx(limit) for limit in ahead)


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ({}, set()),
        ({"maxspeed": "50"}, {"maxspeed_tagged"}),
        ({"maxspeed:backward": "50"}, {"maxspeed_tagged"}),
        ({"maxspeed": "none"}, {"maxspeed_tagged", "maxspeed_none"}),
        ({"maxspeed": "50;70"}, {"maxspeed_tagged", "maxspeed_list"}),
        ({"maxspeed": "signals"}, {"maxspeed_tagged", "maxspeed_variable"}),
        ({"maxspeed": "400"}, {"maxspeed_tagged", "maxspeed_out_of_range"}),
        ({"maxspeed": "XX:moon"}, {"maxspeed_tagged", "maxspeed_unknown_zone"}),
        ({"maxspeed": "fast"}, {"maxspeed_tagged", "unreadable_maxspeed"}),
        ({"maxspeed": "DE:urban"}, {"maxspeed_tagged", "maxspeed_zone"}),
        ({"maxspeed:type": "DE:urban"}, {"maxspeed_zone"}),
        ({"maxspeed": "50", "maxspeed:type": "DE:urban"}, {"maxspeed_tagged"}),
        ({"maxspeed:conditional": "30 @ (08:00-09:00)"}, {"maxspeed_timed"}),
        ({"maxspeed:conditional": "80 @ wet"}, {"maxspeed_condition_not_time"}),
        ({"maxspeed:conditional": "30 @ (Su)"}, {"maxspeed_not_on_working_days"}),
    ],
)
def test_remarks_on_speed(tags: Tags, expected: set[str]) -> None:
    assert set(speeds.remarks(tags)) == {f"ways_with_{word}" for word in expected}
    assert {f"ways_with_{word}" for word in expected} <= set(speeds.REMARKS)


@settings(max_examples=200, deadline=None)
@given(text=st.text(alphabet="0123456789.,;: @()|-mphknotsDE:uzr", max_size=20))
def test_any_speed_is_sane_or_none(text: str) -> None:
    kmh = read_limit(text).kmh
    assert kmh is None or speeds.LEAST_KMH <= kmh <= speeds.MOST_KMH


# --- levels -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("tags", "structure", "structure_source", "layer", "layer_source"),
    [
        ({}, "SURFACE", "DEFAULT", 0, "DEFAULT"),
        ({"bridge": "yes"}, "BRIDGE", "TAGGED", 1, "INFERRED"),
        ({"bridge": "viaduct", "layer": "3"}, "BRIDGE", "TAGGED", 3, "TAGGED"),
        ({"bridge": "no"}, "SURFACE", "TAGGED", 0, "DEFAULT"),
        ({"tunnel": "yes"}, "TUNNEL", "TAGGED", -1, "INFERRED"),
        ({"tunnel": "yes", "layer": "-2"}, "TUNNEL", "TAGGED", -2, "TAGGED"),
        ({"tunnel": "building_passage"}, "TUNNEL", "TAGGED", 0, "DEFAULT"),
        ({"location": "underground"}, "TUNNEL", "TAGGED", -1, "INFERRED"),
        ({"covered": "yes"}, "SURFACE", "TAGGED", 0, "DEFAULT"),
        ({"layer": "0"}, "SURFACE", "DEFAULT", 0, "TAGGED"),
        ({"layer": "+1"}, "SURFACE", "DEFAULT", 1, "TAGGED"),
        ({"bridge": "yes", "layer": "high"}, "BRIDGE", "TAGGED", 1, "INFERRED"),
        ({"layer": "1" * 50}, "SURFACE", "DEFAULT", 0, "DEFAULT"),
    ],
)
def test_levels(
    tags: Tags, structure: str, structure_source: str, layer: int, layer_source: str
) -> None:
    assert level_of(tags) == (
        Structure[structure],
        Source[structure_source],
        layer,
        Source[layer_source],
    )
    unread = "layer" in tags and layer_source != "TAGGED"
    assert ("ways_with_unreadable_layer" in levels.remarks(tags)) == unread
    assert ("ways_with_inferred_layer" in levels.remarks(tags)) == (layer_source == "INFERRED")
