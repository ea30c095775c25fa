"""Bans that restrictions make, and those of them that stay between the links that are kept."""

from dataclasses import dataclass
from itertools import groupby
from typing import Any

import numpy as np

from citymove.facts.roads import PathBans, TurnBans
from citymove.formats.osm.tally import Tally
from citymove.foundation.daytime import DAY_S

Array = np.ndarray[Any, Any]
Path = tuple[int, ...]


@dataclass(frozen=True, order=True)
class Ban:
    """A sequence of links that may not be driven one after the other.

    Parameters
    ----------
    path
        Links, at least two.
    start_s, end_s
        Hours of a working day in which it holds, 0 .. 86400, ``start_s < end_s``.
    relation_id
        OSM id of the restriction.
    instead
        Links of which the restriction wants one to be taken instead of the last; empty where it
        only bans.
    """

    path: Path
    start_s: int
    end_s: int
    relation_id: int
    instead: Path


def turns_banned_all_day(bans: tuple[Ban, ...]) -> Array:
    """Return the turns banned at every hour, int64 [turns, 2], links (from, to), each once.

    Bans over more links, and those of some hours, are not among them: a driver may come another
    way, or at another time.
    """
    pairs = {b.path for b in bans if len(b.path) == 2 and b.start_s == 0 and b.end_s == DAY_S}
    return np.array(sorted(pairs), np.int64).reshape(-1, 2)


def kept_bans(bans: tuple[Ban, ...], link_row: Array, tally: Tally) -> tuple[TurnBans, PathBans]:
    """Return the bans between the links that are kept; count them, and those that are void.

    A ban one of whose links is lost is void. So is one whose restriction wants a link to be taken
    that is lost, with all others that it wants: nothing would lead on.

    Parameters
    ----------
    bans
        Sorted. Of those alike but for their relation, the first is kept.
    link_row
        int64 [links], the row of each link among those kept, -1 for none.
    tally
        Takes the counts ``turn_bans``, ``path_bans`` (rows), ``turn_bans_void``,
        ``path_bans_void``, and ``turn_bans_in_force`` (restrictions with a ban that is kept).
    """
    kept = [ban for ban in bans if _stands(ban, link_row)]
    tally.add("turn_bans_in_force", len({ban.relation_id for ban in kept}))
    single = [next(same) for _, same in groupby(kept, lambda b: (b.path, b.start_s, b.end_s))]
    turns = [ban for ban in single if len(ban.path) == 2]
    paths = [ban for ban in single if len(ban.path) > 2]
    rows = link_row[np.array([ban.path for ban in turns], np.int64).reshape(-1, 2)]
    found = TurnBans(from_link=rows[:, 0], to_link=rows[:, 1], **_columns(turns))
    sequences = [[int(link_row[link]) for link in ban.path] for ban in paths]
    for key, table, is_of in (
        ("turn_bans", turns, lambda ban: len(ban.path) == 2),
        ("path_bans", paths, lambda ban: len(ban.path) > 2),
    ):
        tally.add(key, len(table))
        void = sum(map(is_of, bans)) - sum(map(is_of, kept))
        tally.add(f"{key}_void", void)
    return found, PathBans.of(sequences, **_columns(paths))


def _stands(ban: Ban, link_row: Array) -> bool:
    wanted = not ban.instead or bool(np.any(link_row[list(ban.instead)] >= 0))
    return wanted and bool(np.all(link_row[list(ban.path)] >= 0))


def _columns(bans: list[Ban]) -> dict[str, Array]:
    return {
        "relation_id": np.array([ban.relation_id for ban in bans], np.int64),
        "start_s": np.array([ban.start_s for ban in bans], np.int32),
        "end_s": np.array([ban.end_s for ban in bans], np.int32),
    }
