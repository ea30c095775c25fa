"""The raw objects of an extract that matter here, read in passes over the file.

Files need not be sorted: ways and relations are read first, then only the nodes they name
(and the tagged ones). What pyosmium raises ends here, as an `InputError`.
"""

from array import array
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from citymove.foundation.errors import InputError

Array = np.ndarray[Any, Any]
Tags = dict[str, str]

SUFFIXES = (".osm", ".osm.gz", ".osm.pbf")
_WAY_KEYS = ("highway", "building", "amenity", "shop", "office", "tourism", "leisure", "landuse")
_NODE_KEYS = ("highway", "crossing", "amenity", "shop", "office", "tourism", "leisure")
_DEGREES = 1e-7  # libosmium keeps coordinates as whole numbers of this unit
_UNDEFINED = 2**31 - 1  # its coordinate of a node without one
_BLOCK = 1 << 18  # nodes read before those that nothing needs are dropped


@dataclass(frozen=True)
class Ways:
    """Ways sorted by id; the nodes of way ``i`` are ``refs[start[i]:start[i + 1]]`` (OSM ids)."""

    id: Array
    tags: list[Tags]
    start: Array
    refs: Array

    def __len__(self) -> int:
        return len(self.tags)

    def refs_of(self, row: int) -> Array:
        """Return the OSM ids of the nodes of one way."""
        return self.refs[self.start[row] : self.start[row + 1]]

    def take(self, rows: list[int]) -> "Ways":
        """Return these ways, which must be in increasing order of rows."""
        refs = [self.refs_of(row) for row in rows]
        return Ways(
            id=self.id[rows],
            tags=[self.tags[row] for row in rows],
            start=np.cumsum([0, *(len(r) for r in refs)]),
            refs=np.concatenate(refs) if refs else np.empty(0, np.int64),
        )


@dataclass(frozen=True)
class Relation:
    """A relation; members are (type "n", "w" or "r", OSM id, role)."""

    id: int
    tags: Tags
    members: tuple[tuple[str, int, str], ...]


@dataclass(frozen=True)
class NodeTable:
    """Positions of the nodes present in the file, sorted by OSM id."""

    id: Array
    lon: Array
    lat: Array

    def rows_of(self, ids: Array) -> Array:
        """Return the row of each OSM id, int64 [n], -1 where the file lacks the node."""
        if self.id.size == 0:
            return np.full(np.shape(ids), -1, np.int64)
        row = np.minimum(np.searchsorted(self.id, ids), self.id.size - 1)
        return np.where(self.id[row] == ids, row, -1)


@dataclass(frozen=True)
class Extract:
    """What a file holds of roads, parking and places.

    Parameters
    ----------
    ways
        Ways with a tag of interest, and the members of multipolygons with one.
    relations
        Turn restrictions and multipolygons, sorted by id.
    nodes
        Nodes of those ways, and the tagged nodes.
    tagged_nodes
        (OSM id, tags) of nodes with a tag of interest, sorted by id.
    repeated
        Objects that the file holds more than once; the first one counts.
    """

    ways: Ways
    relations: tuple[Relation, ...]
    nodes: NodeTable
    tagged_nodes: tuple[tuple[int, Tags], ...]
    repeated: int


def check_path(path: Path) -> None:
    """Raise `InputError` where `path` is no file with a suffix of OpenStreetMap."""
    if not path.name.lower().endswith(SUFFIXES):
        raise InputError(
            "must end in " + ", ".join(SUFFIXES),
            file=path,
            remedy="export the extract in one of these formats",
        )
    if not path.exists():
        raise InputError("does not exist", file=path, remedy="check the path of the extract")
    if not path.is_file():
        raise InputError("must be a file", file=path, remedy="check the path of the extract")


def read_extract(path: Path, progress: Callable[[str], None]) -> Extract:
    """Return the raw objects of `path`; raise `InputError` where it cannot be read."""
    check_path(path)
    try:
        return _in_passes(path, progress)
    except UnicodeDecodeError as error:
        raise _unreadable(path, error) from None


def _in_passes(path: Path, progress: Callable[[str], None]) -> Extract:
    progress("reading ways and relations")
    ways, relations, repeated = _ways_and_relations(path)
    ways = _with_members(path, ways, relations)
    progress("reading nodes")
    tagged, doubled = _tagged_nodes(path)
    needed = np.unique(np.concatenate([ways.refs, np.array([i for i, _ in tagged], np.int64)]))
    return Extract(ways, relations, _positions(path, needed), tagged, repeated + doubled)


def _unreadable(path: Path, error: Exception) -> InputError:
    return InputError(
        f"cannot be read as OpenStreetMap data ({error})",
        file=path,
        remedy="the file may be cut short or damaged: download or export it again",
    )


def _stream(path: Path, entities: Any, *filters: Any) -> Iterator[Any]:
    """Yield the objects of a file that pass all filters; objects live until the next one."""
    import osmium

    try:
        processor: Any = osmium.FileProcessor(str(path), entities)
        for one in filters:
            processor = processor.with_filter(one)
        for found in processor:
            if not found.deleted:
                yield found
    # pyosmium raises these three and nothing narrower: read errors, bad numbers, coordinates
    except (RuntimeError, ValueError, osmium.InvalidLocationError) as error:
        raise _unreadable(path, error) from None


def _ways_and_relations(path: Path) -> tuple[Ways, tuple[Relation, ...], int]:
    import osmium

    found: list[tuple[int, Tags, array[int]]] = []
    relations: list[Relation] = []
    wanted = osmium.filter.KeyFilter("type", *_WAY_KEYS)
    for item in _stream(path, osmium.osm.WAY | osmium.osm.RELATION, wanted):
        tags = dict(item.tags)
        if item.is_way():
            found.append((item.id, tags, array("q", [node.ref for node in item.nodes])))
        elif tags.get("type") in ("restriction", "multipolygon"):
            members = tuple((m.type, m.ref, m.role) for m in item.members)
            relations.append(Relation(item.id, tags, members))
    ways, doubled_ways = _packed(found)
    relations.sort(key=lambda relation: relation.id)
    single = {relation.id: relation for relation in reversed(relations)}
    kept = tuple(sorted(single.values(), key=lambda relation: relation.id))
    return ways, kept, doubled_ways + len(relations) - len(kept)


def _packed(found: list[tuple[int, Tags, "array[int]"]]) -> tuple[Ways, int]:
    """Return ways sorted by id, the first of each, and how many were doubled."""
    ids = np.array([item[0] for item in found], np.int64)
    _, first = np.unique(ids, return_index=True)
    kept = [found[i] for i in first]
    refs: array[int] = array("q")
    for _, _, nodes in kept:
        refs.extend(nodes)
    ways = Ways(
        id=np.array([item[0] for item in kept], np.int64),
        tags=[item[1] for item in kept],
        start=np.cumsum([0, *(len(item[2]) for item in kept)]),
        refs=np.array(refs, np.int64),
    )
    return ways, ids.size - len(kept)


def is_area(relation: Relation) -> bool:
    """Whether a relation is a multipolygon with a tag of interest."""
    tags = relation.tags
    return tags.get("type") == "multipolygon" and any(key in tags for key in _WAY_KEYS)


def _with_members(path: Path, ways: Ways, relations: tuple[Relation, ...]) -> Ways:
    """Return the ways with those added that multipolygons are made of."""
    import osmium

    named = [ref for r in relations if is_area(r) for kind, ref, _ in r.members if kind == "w"]
    missing = set(named) - set(ways.id.tolist())
    if not missing:
        return ways
    found = [
        (int(ways.id[i]), ways.tags[i], array("q", ways.refs_of(i).tolist()))
        for i in range(len(ways))
    ]
    # libosmium's own filter by id keeps bit sets as wide as the ids, a gigabyte for new ones
    found.extend(
        (item.id, dict(item.tags), array("q", [node.ref for node in item.nodes]))
        for item in _stream(path, osmium.osm.WAY)
        if item.id in missing
    )
    return _packed(found)[0]


def _tagged_nodes(path: Path) -> tuple[tuple[tuple[int, Tags], ...], int]:
    import osmium

    found: dict[int, Tags] = {}
    doubled = 0
    for node in _stream(path, osmium.osm.NODE, osmium.filter.KeyFilter(*_NODE_KEYS)):
        doubled += node.id in found
        found.setdefault(node.id, dict(node.tags))
    return tuple(sorted(found.items())), doubled


def _positions(path: Path, needed: Array) -> NodeTable:
    """Return where the needed nodes lie; nodes without coordinates count as missing."""
    import osmium

    blocks: list[Array] = []
    block: array[int] = array("q")

    def close_block() -> None:
        rows = np.array(block, np.int64).reshape(-1, 3)
        blocks.append(rows[np.isin(rows[:, 0], needed)])
        del block[:]

    for node in _stream(path, osmium.osm.NODE):
        place = node.location
        block.extend((node.id, place.x, place.y))
        if len(block) >= 3 * _BLOCK:
            close_block()
    close_block()
    found = np.concatenate(blocks)
    all_ids, first = np.unique(found[:, 0], return_index=True)
    lon, lat = found[first, 1], found[first, 2]
    stated = (lon != _UNDEFINED) & (lat != _UNDEFINED)
    all_ids, lon, lat = all_ids[stated], lon[stated] * _DEGREES, lat[stated] * _DEGREES
    wrong = np.flatnonzero((np.abs(lon) > 180) | (np.abs(lat) > 90))
    if wrong.size:
        at = wrong[0]
        raise InputError(
            "must have a longitude within -180 .. 180 and a latitude within -90 .. 90 degrees",
            file=path,
            value=f"node {all_ids[at]} at lon {lon[at]:.7f}, lat {lat[at]:.7f}",
            remedy="correct the node or leave it out of the extract",
        )
    return NodeTable(all_ids, lon, lat)
