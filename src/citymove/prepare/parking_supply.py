"""Public parking tied to the links on which drivers reach it."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from citymove.facts.car_parks import Access
from citymove.facts.city import City
from citymove.facts.kerb import LEFT, RIGHT, KerbUsers
from citymove.facts.roads import RoadClass, Roads, Structure
from citymove.foundation.errors import InputError
from citymove.prepare.prepared import FacilityKind, ParkingSupply
from citymove.prepare.reach import Reach
from citymove.prepare.share_out import share_out

Array = np.ndarray[Any, Any]

_OPEN_TO_ALL = (Access.PUBLIC, Access.CUSTOMERS)
_OPEN_KERB = (KerbUsers.PUBLIC, KerbUsers.CUSTOMERS)
_NO_FRONTAGE = (RoadClass.MOTORWAY, RoadClass.TRUNK)


def parking_supply(city: City, reach: Reach) -> ParkingSupply:
    """Return the city's public parking: kerb first, in the order of its facts, then car parks.

    A stretch of kerb is split onto the links of its way that it covers. Its spaces are shared
    out by covered length, whole and without loss. Each piece is reached on the direction on
    whose driving side it lies, and where that is missing or closed (a one-way street) on the
    other. A piece whose street is closed or cut off keeps its row, with link -1. Kerb for
    residents, permit holders, disabled people or loading is no public supply.

    Car parks for the public or for customers whose spaces are known are tied to the nearest
    open street that can be reached: no motorway, trunk road or tunnel unless there is nothing
    else; of a two-way street the direction on whose driving side it lies.

    Rows depend on the ways and the facts alone, so they stay the same when streets are closed or
    prices change; parking that an option adds comes after the base's, kerb and car parks each.

    Parameters
    ----------
    city
        The facts.
    reach
        Links by their place in the network.

    Returns
    -------
    ParkingSupply
        A kerb that lies on several links has one row each, ``<kerb id>#1``, ``#2`` ... along
        the way.

    Raises
    ------
    InputError
        A kerb lies on no link of the network, or a car park's spaces are known and no street is
        open.
    """
    return _kerb(city, reach).append(_car_parks(city, reach))


# --- kerb ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Piece:
    """A part of a kerb: its stretch of the way and the links along it, the own side's first."""

    low_m: float
    high_m: float
    links: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class KerbPiece:
    """A part of a kerb between junctions.

    Parameters
    ----------
    id
        ``<kerb id>``, or ``<kerb id>#1``, ``#2`` ... along the way where there are several.
    row
        Row of the city's kerb.
    links
        The links along it, the own side's first.
    spaces
        Its share.
    x_m, y_m
        Its middle.
    """

    id: str
    row: int
    links: tuple[int, ...]
    spaces: int
    x_m: float
    y_m: float


def kerb_pieces(city: City, rows: Array) -> list[KerbPiece]:
    """Return these rows of kerb cut at junctions, their spaces shared out by covered length.

    Raises
    ------
    InputError
        A kerb lies on no link of the network.
    """
    roads, kerb = city.roads, city.kerb
    by_way = np.argsort(roads.links.way_id, kind="stable")
    way_sorted = roads.links.way_id[by_way]
    found = []
    for row in np.asarray(rows).tolist():
        way = kerb.way_id[row]
        first, last = np.searchsorted(way_sorted, (way, way + 1))
        pieces = _pieces(city, row, by_way[first:last])
        covered = np.array([piece.high_m - piece.low_m for piece in pieces])
        shares = share_out(int(kerb.spaces[row]), covered)
        for number, (piece, share) in enumerate(zip(pieces, shares, strict=True), start=1):
            name = str(kerb.id[row])
            # of the lowest row, since a street that is turned round appends another
            x_m, y_m = _point_on(roads, min(piece.links), (piece.low_m + piece.high_m) / 2)
            found.append(
                KerbPiece(
                    name if len(pieces) == 1 else f"{name}#{number}",
                    row,
                    piece.links,
                    int(share),
                    x_m,
                    y_m,
                )
            )
    return found


def _kerb(city: City, reach: Reach) -> ParkingSupply:
    pieces = kerb_pieces(city, np.flatnonzero(np.isin(city.kerb.users, _OPEN_KERB)))
    link = [next((k for k in piece.links if reach.served[k]), -1) for piece in pieces]
    tariff = city.kerb.tariff[np.array([piece.row for piece in pieces], np.int64)]
    return ParkingSupply(
        id=np.array([piece.id for piece in pieces], np.str_),
        kind=np.full(len(pieces), FacilityKind.KERB),
        link=np.array(link, np.int32),
        spaces=np.array([piece.spaces for piece in pieces], np.int32),
        tariff=tariff,
        x_m=np.array([piece.x_m for piece in pieces], np.float64),
        y_m=np.array([piece.y_m for piece in pieces], np.float64),
    )


def _pieces(city: City, row: int, of_way: Array) -> list[_Piece]:
    """Return the parts of a kerb between junctions, along the way."""
    links, kerb = city.roads.links, city.kerb
    with_way = RIGHT if city.drives_on == "right" else LEFT
    low = np.maximum(links.way_from_m[of_way], kerb.from_m[row])
    high = np.minimum(links.way_to_m[of_way], kerb.to_m[row])
    own_side = links.forward[of_way] == (kerb.side[row] == with_way)
    stretches: dict[tuple[float, float], list[tuple[bool, int]]] = {}
    for link, own, a, b in zip(of_way, own_side, low, high, strict=True):
        if b > a:
            stretches.setdefault((float(a), float(b)), []).append((not own, int(link)))
    if not stretches:
        raise InputError(
            "must lie on a street of the network",
            value=(
                f"kerb {kerb.id[row]}: way {kerb.way_id[row]}, "
                f"{kerb.from_m[row]:g} .. {kerb.to_m[row]:g} m"
            ),
            remedy="correct way, from_m and to_m, or leave the kerb out",
        )
    return [
        _Piece(a, b, tuple(link for _, link in sorted(along)))
        for (a, b), along in sorted(stretches.items())
    ]


def _point_on(roads: Roads, link: int, way_at_m: float) -> tuple[float, float]:
    """Return the point of a link's polyline at a distance along its way."""
    links = roads.links
    stretch = links.way_to_m[link] - links.way_from_m[link]
    share = (way_at_m - links.way_from_m[link]) / stretch
    share = share if links.forward[link] else 1 - share
    rows = slice(int(roads.shape_start[link]), int(roads.shape_start[link + 1]))
    x_m, y_m = roads.shape_x_m[rows], roads.shape_y_m[rows]
    along = np.concatenate([[0.0], np.cumsum(np.hypot(np.diff(x_m), np.diff(y_m)))])
    at_m = share * along[-1]
    return float(np.interp(at_m, along, x_m)), float(np.interp(at_m, along, y_m))


# --- car parks -------------------------------------------------------------------------------


def _car_parks(city: City, reach: Reach) -> ParkingSupply:
    parks, links = city.car_parks, city.roads.links
    rows = np.flatnonzero(np.isin(parks.access, _OPEN_TO_ALL) & (parks.spaces >= 0))
    streets = (
        reach.main
        & ~np.isin(links.road_class, _NO_FRONTAGE)
        & (links.structure != Structure.TUNNEL)
    )
    usable = streets if streets.any() else reach.main
    if rows.size and not usable.any():
        raise InputError("must have an open street", value=f"car park {parks.id[rows[0]]}")
    near = _Streets.of(city.roads, usable)
    keeps_right = city.drives_on == "right"
    link = [
        near.link_at(x, y, keeps_right)
        for x, y in zip(parks.x_m[rows], parks.y_m[rows], strict=True)
    ]
    return ParkingSupply(
        id=parks.id[rows],
        kind=np.full(rows.size, FacilityKind.CAR_PARK),
        link=np.array(link, np.int32),
        spaces=parks.spaces[rows],
        tariff=parks.tariff[rows],
        x_m=parks.x_m[rows],
        y_m=parks.y_m[rows],
    )


@dataclass(frozen=True, slots=True)
class _Streets:
    """Segments of usable links: link, start, direction and squared length."""

    link: Array
    x_m: Array
    y_m: Array
    dx_m: Array
    dy_m: Array
    square_m2: Array

    @classmethod
    def of(cls, roads: Roads, usable: Array) -> "_Streets":
        points = np.diff(roads.shape_start)
        owner = np.repeat(np.arange(points.size), points)
        first = np.flatnonzero((owner[:-1] == owner[1:]) & usable[owner[:-1]])
        dx_m = roads.shape_x_m[first + 1] - roads.shape_x_m[first]
        dy_m = roads.shape_y_m[first + 1] - roads.shape_y_m[first]
        square = np.maximum(dx_m**2 + dy_m**2, 1e-12)
        return cls(owner[first], roads.shape_x_m[first], roads.shape_y_m[first], dx_m, dy_m, square)

    def link_at(self, x_m: float, y_m: float, keeps_right: bool) -> int:
        """Return the nearest link; of equally near ones that with the point on its side."""
        to_x, to_y = x_m - self.x_m, y_m - self.y_m
        share = np.clip((to_x * self.dx_m + to_y * self.dy_m) / self.square_m2, 0.0, 1.0)
        distance = np.hypot(to_x - share * self.dx_m, to_y - share * self.dy_m)
        nearest = np.flatnonzero(distance <= distance.min() + 1e-6)
        left_of = self.dx_m[nearest] * to_y[nearest] - self.dy_m[nearest] * to_x[nearest]
        on_side = nearest[(left_of < 0) if keeps_right else (left_of > 0)]
        return int(self.link[on_side[0] if on_side.size else nearest[0]])
