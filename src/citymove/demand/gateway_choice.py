"""Which gateway a car takes: within a side by lanes and capacity, where a way leads there."""

from typing import Any

import numpy as np

from citymove.demand.inversion import Choices
from citymove.facts.gateways import Gateways
from citymove.foundation.errors import InputError

Array = np.ndarray[Any, Any]


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
    return np.divide(table, total, out=np.zeros_like(table), where=total > 0)


def return_choices(
    outbound: Array, reachable: Array, sides: tuple[str, ...]
) -> tuple[Choices, tuple[str, ...]]:
    """Return the gateway by which a car that came in from a side leaves a zone.

    Parameters
    ----------
    outbound
        float64 [sides, gateways], from `outbound_shares`.
    reachable
        bool [zones, gateways].
    sides
        Names, for the notes.

    Returns
    -------
    Choices
        Row ``side * zones + zone``; a side that no road of the zone leads out to is left by the
        gateways of all sides.
    tuple of str
        A note for each side that all zones leave by others.
    """
    weights = outbound[:, None, :] * reachable[None, :, :]
    closed = weights.sum(axis=2) == 0
    anywhere = outbound.sum(axis=0)[None, :] * reachable
    weights = np.where(closed[:, :, None], anywhere[None, :, :], weights)
    shut = closed.all(axis=1)
    notes = [
        f"no road leads out to side {side}: its cars leave by the gateways of other sides"
        for side, is_shut in zip(sides, shut, strict=True)
        if is_shut
    ]
    return Choices.of_weights(weights.reshape(-1, outbound.shape[1])), tuple(notes)


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
    return np.outer(side_cars @ inbound, side_cars @ outbound) * apart * reachable


def drawn_or_raise(column: Array, what: str) -> Array:
    """Return the drawn columns; raise `InputError` where one found nothing to draw from."""
    lost = np.count_nonzero(column < 0)
    if lost:
        raise InputError(
            "find no gateway that leads there",
            value=f"{lost} {what}",
            remedy="check the gateways' directions, closed links and turn bans",
        )
    return column
