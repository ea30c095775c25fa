"""Which gateway a car takes: within a side by lanes and capacity, where a way leads there."""

from typing import Any, Final

import numpy as np

from citymove.demand.inversion import Choices
from citymove.facts.gateways import Gateways
from citymove.foundation.errors import InputError, InputErrors
from citymove.foundation.note import Note

Array = np.ndarray[Any, Any]


_WAY_ZH: Final = {"in": "驶入", "out": "驶出"}


def side_rows(gateways: Gateways, sides: tuple[str, ...]) -> Array:
    """Return the row of its side for each gateway, int64 [gateways]."""
    row = {side: index for index, side in enumerate(sides)}
    return np.array([row[str(side)] for side in gateways.side], np.int64)


def inbound_shares(gateways: Gateways, sides: tuple[str, ...]) -> Array:
    """Return the share of a side's incoming cars at each gateway, float64 [sides, gateways].

    Rows sum to 1, or to 0 where no road of the side leads in.
    """
    return _shares_of_side(gateways.inbound_weight, gateways, sides)


def outbound_shares(gateways: Gateways, sides: tuple[str, ...]) -> Array:
    """Return the share of a side's outgoing cars at each gateway, float64 [sides, gateways]."""
    return _shares_of_side(gateways.outbound_weight, gateways, sides)


def _shares_of_side(weight: Array, gateways: Gateways, sides: tuple[str, ...]) -> Array:
    table = np.zeros((len(sides), len(gateways)))
    table[side_rows(gateways, sides), np.arange(len(gateways))] = weight
    total = table.sum(axis=1, keepdims=True)
    return np.asarray(np.divide(table, total, out=np.zeros_like(table), where=total > 0))


def gateway_choices(
    shares: Array, reachable: Array, sides: tuple[str, ...], way: str
) -> tuple[Choices, tuple[Note, ...]]:
    """Return the gateway of a side by which a car leaves a zone, or comes to it.

    Parameters
    ----------
    shares
        float64 [sides, gateways], from `outbound_shares` or `inbound_shares`.
    reachable
        bool [zones, gateways], whether a way leads between the two in that direction.
    sides
        Names, for the notes.
    way
        "out" or "in", for the notes.

    Returns
    -------
    Choices
        Row ``side * zones + zone``. Where no gateway of the side serves the zone, those of all
        sides do.
    tuple of Note
        A note for each side whose gateways serve no zone.
    """
    weights = shares[:, None, :] * reachable[None, :, :]
    closed = weights.sum(axis=2) == 0
    anywhere = shares.sum(axis=0)[None, :] * reachable
    weights = np.where(closed[:, :, None], anywhere[None, :, :], weights)
    notes = [
        Note(
            f"side_without_road_{way}",
            en=f"Side {side}: no road leads {way}, its cars take the gateways of other sides.",
            zh=f"方位 {side}：没有{_WAY_ZH[way]}道路，其车辆改由其他方位的出入口通行。",
        )
        for side, is_shut in zip(sides, closed.all(axis=1), strict=True)
        if is_shut
    ]
    return Choices.of_weights(weights.reshape(-1, shares.shape[1])), tuple(notes)


def outgoing_choices(outbound: Array, side_cars: Array, reachable: Array) -> Choices:
    """Return the gateway by which a resident drives out, one row per zone.

    Sides draw in proportion to the cars that come in from them (equally where none comes),
    gateways of a side by their share.
    """
    side = side_cars if side_cars.sum() > 0 else np.ones_like(side_cars)
    return Choices.of_weights((side @ outbound)[None, :] * reachable)


def through_weights(
    inbound: Array, outbound: Array, side_cars: Array, side_of: Array, reachable: Array
) -> Array:
    """Return weights of pairs of gateways for cars that cross, float64 [gateways, gateways].

    Both ends draw in proportion to the cars of their sides; the sides differ, or where there is
    one side only, the gateways do.

    Parameters
    ----------
    inbound, outbound
        float64 [sides, gateways].
    side_cars
        float64 [sides], cars that come in.
    side_of
        int64 [gateways], from `side_rows`.
    reachable
        bool [gateways, gateways].
    """
    several = np.unique(side_of).size > 1
    apart = side_of[:, None] != side_of[None, :] if several else ~np.eye(side_of.size, dtype=bool)
    ends = np.outer(side_cars @ inbound, side_cars @ outbound)
    return np.asarray(ends * apart * reachable)


def drawn_or_raise(
    column: Array, zone: Array, names: tuple[str, ...], verb: str = "leave"
) -> Array:
    """Return the drawn gateways; raise `InputErrors` that name the zones of those without one.

    Parameters
    ----------
    column
        int64 [n], from `Choices.draw`.
    zone
        int64 [n], zones that the cars leave, or come to.
    names
        Ids of the centroids.
    verb
        "leave" or "come in", for the message.
    """
    lost = [
        InputError(
            f"has no gateway by which cars could {verb}",
            value=names[row],
            remedy="check its connector, the gateways' directions, closed links and turn bans",
        )
        for row in np.unique(zone[column < 0])
    ]
    if lost:
        raise InputErrors(lost)
    return column
