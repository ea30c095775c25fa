"""What tags of a side of a road mean, in both schemes: status, users hour by hour, fee, stay."""

from __future__ import annotations

import pytest

from citymove.facts.kerb import Fee, KerbUsers, Orientation, SideStatus
from citymove.formats.osm.kerb_tags import SideParking, parse_duration_s, side_parking

H = 3600
DAY = 24 * H
PUBLIC, PERMIT, NOBODY = KerbUsers.PUBLIC, KerbUsers.PERMIT, KerbUsers.NOBODY


def right(**tags: str) -> SideParking:
    """Read the right side of tags written with ``__`` for a colon."""
    return side_parking({key.replace("__", ":"): value for key, value in tags.items()}, "right")


@pytest.mark.parametrize(
    ("tags", "status"),
    [
        ({"parking:both": "no"}, SideStatus.NONE),
        ({"parking:lane:right": "no_stopping"}, SideStatus.NONE),
        ({"parking:condition:right": "no_stopping"}, SideStatus.NONE),
        ({"parking:both": "lane", "parking:both:restriction": "no_parking"}, SideStatus.NONE),
        ({"parking:right": "lane", "parking:right:access": "no"}, SideStatus.NONE),
        ({"parking:both": "separate"}, SideStatus.APART),
        ({"parking:lane:both": "drawn_separately"}, SideStatus.APART),
        ({"parking:right": "inline"}, SideStatus.STATED),
        ({"parking:right": "street_side"}, SideStatus.STATED),
        ({"parking:lane:both": "marked"}, SideStatus.STATED),
        ({"parking:condition:both": "ticket"}, SideStatus.STATED),
        ({"parking:right": "perhaps"}, SideStatus.UNREAD),
        ({"parking:left": "lane"}, None),
        ({"parking:fee": "yes"}, None),
    ],
)
def test_status(tags: dict[str, str], status: SideStatus | None) -> None:
    assert side_parking(tags, "right").status is status


@pytest.mark.parametrize(
    ("tags", "users"),
    [
        ({}, KerbUsers.PUBLIC),
        ({"parking:right:access": "residents"}, KerbUsers.PERMIT),
        ({"parking:both:access": "permit"}, KerbUsers.PERMIT),
        ({"parking:right:access": "private;residents"}, KerbUsers.PERMIT),
        ({"parking:right:access": "customers"}, KerbUsers.CUSTOMERS),
        ({"parking:right:access": "private"}, KerbUsers.PRIVATE),
        ({"parking:right:disabled": "designated"}, KerbUsers.DISABLED),
        ({"parking:right:taxi": "designated"}, KerbUsers.OTHER),
        ({"parking:right:restriction": "loading_only"}, KerbUsers.LOADING),
        ({"parking:right:restriction": "charging_only"}, KerbUsers.OTHER),
        ({"parking:right:restriction": "none"}, KerbUsers.PUBLIC),
        ({"parking:right:zone": "12"}, KerbUsers.PUBLIC),
    ],
)
def test_users_of_the_newer_scheme(tags: dict[str, str], users: KerbUsers) -> None:
    assert side_parking({"parking:right": "lane", **tags}, "right").users is users


@pytest.mark.parametrize(
    ("tags", "users"),
    [
        ({"parking:condition:right": "residents"}, KerbUsers.PERMIT),
        ({"parking:condition:both": "customers"}, KerbUsers.CUSTOMERS),
        ({"parking:condition:right": "wheelchair"}, KerbUsers.DISABLED),
        ({"parking:condition:right": "diplomat"}, KerbUsers.OTHER),
        ({"parking:condition:right": "ticket;residents"}, KerbUsers.PUBLIC),
        # residents of zone C need no ticket here; everyone else may stand with one
        (
            {"parking:condition:right": "ticket", "parking:condition:right:residents": "C"},
            KerbUsers.PUBLIC,
        ),
        (
            {"parking:condition:right": "free", "parking:condition:right:vehicles": "motorcycle"},
            KerbUsers.OTHER,
        ),
        ({"parking:condition:right:vehicles": "bus"}, KerbUsers.OTHER),
        # lorries may not stand: cars may
        (
            {"parking:condition:right": "no_parking", "parking:condition:right:vehicles": "hgv"},
            KerbUsers.PUBLIC,
        ),
    ],
)
def test_users_of_the_older_scheme(tags: dict[str, str], users: KerbUsers) -> None:
    assert side_parking({"parking:lane:right": "parallel", **tags}, "right").users is users


def test_forbidden_in_the_afternoon() -> None:
    side = right(
        parking__lane__both="parallel",
        parking__condition__both="no_parking",
        parking__condition__both__time_interval="Mo-Fr 15:00-18:00",
        parking__condition__both__default="free",
    )
    assert side.users is PUBLIC
    assert side.hours == ((15 * H, 18 * H, NOBODY),)


def test_forbidden_for_most_of_the_day_is_open_at_night() -> None:
    side = right(
        parking__lane__right="parallel",
        parking__condition__right="no_stopping",
        parking__condition__right__time_interval="Mo-Fr 07:00-18:00; Sa 09:00-15:00",
        parking__condition__right__default="free",
    )
    assert (side.status, side.users) == (SideStatus.STATED, NOBODY)
    assert side.hours == ((0, 7 * H, PUBLIC), (18 * H, DAY, PUBLIC))


def test_residents_alone_by_night() -> None:
    side = right(
        parking__both="lane",
        parking__right__access__conditional="residents @ (18:00-07:00)",
    )
    assert side.users is PUBLIC
    assert side.hours == ((0, 7 * H, PERMIT), (18 * H, DAY, PERMIT))


def test_further_conditions_of_the_older_scheme() -> None:
    side = right(
        parking__lane__right="parallel",
        parking__condition__right="ticket",
        parking__condition__right__time_interval="Mo-Fr 09:00-21:00",
        parking__condition__right__default="free",
        parking__condition__right__2="no_parking",
        parking__condition__right__2__time_interval="Mo-Fr 07:00-09:00",
    )
    assert (side.users, side.fee) == (PUBLIC, Fee.YES)
    assert side.hours == ((7 * H, 9 * H, NOBODY),)


def test_conditional_restriction_and_what_lifts_it() -> None:
    side = right(
        parking__right="lane",
        parking__right__access="residents",
        parking__right__restriction="no_parking",
        parking__right__restriction__conditional="none @ (17:00-08:00)",
    )
    assert side.users is NOBODY
    assert side.hours == ((0, 8 * H, PERMIT), (17 * H, DAY, PERMIT))


def test_hours_and_words_that_cannot_be_read_are_told() -> None:
    odd = right(parking__right="lane", parking__right__access="gnomes")
    assert (odd.users, odd.unread) == (PUBLIC, True)
    odd = right(
        parking__lane__right="parallel",
        parking__condition__right="no_parking",
        parking__condition__right__time_interval="in the morning",
    )
    assert (odd.users, odd.hours, odd.unread) == (PUBLIC, (), True)
    assert not right(parking__right="lane", parking__right__access="residents").unread


@pytest.mark.parametrize(
    ("tags", "fee"),
    [
        ({}, Fee.UNKNOWN),
        ({"parking:right:fee": "no"}, Fee.NO),
        ({"parking:both:fee": "yes"}, Fee.YES),
        ({"parking:both:fee": "2 EUR/h"}, Fee.YES),
        ({"parking:right:fee": "no", "parking:both:fee": "yes"}, Fee.NO),
        (
            {"parking:both:fee": "no", "parking:both:fee:conditional": "yes @ (Mo-Fr 08:00-18:00)"},
            Fee.YES,
        ),
        ({"parking:right:authentication:ticket": "yes"}, Fee.YES),
        ({"parking:right:authentication:disc": "yes"}, Fee.NO),
        ({"parking:condition:right": "ticket"}, Fee.YES),
        ({"parking:condition:right": "disc"}, Fee.NO),
        ({"parking:condition:both": "free"}, Fee.NO),
    ],
)
def test_fee(tags: dict[str, str], fee: Fee) -> None:
    assert side_parking({"parking:both": "lane", **tags}, "right").fee is fee


def test_stay_zone_and_orientation() -> None:
    side = right(
        parking__right="half_on_kerb",
        parking__right__orientation="diagonal",
        parking__right__maxstay__conditional="1 hour @ (Mo-Fr 09:00-18:00); 2 hours @ (Sa)",
        parking__right__zone="12",
        parking__right__capacity="9",
    )
    assert side.orientation is Orientation.DIAGONAL
    assert (side.max_stay_s, side.permit_zone, side.capacity) == (H, "12", 9)
    side = right(
        parking__lane__both="perpendicular",
        parking__condition__both="ticket",
        parking__condition__both__maxstay="4 h",
        parking__condition__both__residents="B;C",
    )
    assert side.orientation is Orientation.PERPENDICULAR
    assert (side.max_stay_s, side.permit_zone) == (4 * H, "B;C")


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("60 min", 3600),
        ("4h", 4 * 3600),
        ("1.5 hours", 5400),
        ("2 hours", 7200),
        ("1 day", 86_400),
        ("unlimited", 0),
        ("", 0),
        ("2", 0),
    ],
)
def test_durations(text: str, seconds: int) -> None:
    assert parse_duration_s(text) == seconds
