"""The raw objects of an extract that matter here, read in passes over the file.

Files need not be sorted: ways and relations are read first, then only the nodes they name
(and the tagged ones). What pyosmium raises ends here, as an `InputError`.
"""

import re
from array import array
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from citymove.formats.osm.expansion import Room, check_disk, check_expansion, check_text
from citymove.formats.osm.opl import DELETED, Tags, TagWords, lines_of, members_in, refs_in
from citymove.formats.osm.positions import NodeTable, positions_of
from citymove.foundation.errors import InputError

Array = np.ndarray[Any, Any]

SUFFIXES = (".osm", ".osm.gz", ".osm.pbf")
_WAY_KEYS = ("highway", "building", "amenity", "shop", "office", "tourism", "leisure", "landuse")
_NODE_KEYS = (
    "highway", "crossing", "amenity", "shop", "office", "tourism", "leisure",
    "emergency", "public_transport",
)  # fmt: skip
_LAYERS = (".shp", ".gpkg", ".geojson", ".json")
_RELATION_TYPES = ("restriction", "multipolygon", "site")
_IS_WANTED_WAY = re.compile(f"[T,](?:{'|'.join(_WAY_KEYS)})=").search  # in a field of OPL


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
        at = np.array(rows, np.int64)
        size = np.diff(self.start)[at]
        start = np.concatenate([np.zeros(1, np.int64), np.cumsum(size)])
        picked = np.arange(start[-1]) + np.repeat(self.start[at] - start[:-1], size)
        return Ways(self.id[at], [self.tags[row] for row in rows], start, self.refs[picked])


@dataclass(frozen=True)
class Relation:
    """A relation; members are (type "n", "w" or "r", OSM id, role)."""

    id: int
    tags: Tags
    members: tuple[tuple[str, int, str], ...]


@dataclass(frozen=True)
class Extract:
    """What a file holds of roads, parking and places.

    Parameters
    ----------
    ways
        Ways with a tag of interest, and the members of multipolygons with one.
    relations
        Turn restrictions, multipolygons and sites, sorted by id.
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
            remedy="describe the layer in a document (.yaml), and give that"
            if path.suffix.lower() in _LAYERS
            else "export the extract in one of these formats",
        )
    if not path.exists():
        raise InputError("does not exist", file=path, remedy="check the path of the extract")
    if not path.is_file():
        raise InputError("must be a file", file=path, remedy="check the path of the extract")


def read_extract(path: Path, progress: Callable[[str], None]) -> Extract:
    """Return the raw objects of `path`; raise `InputError` where it cannot be read."""
    check_path(path)
    with _readable(path):
        check_disk(path, check_expansion(path))
        _check_versions(path)
        check_text(path)
        progress("reading ways and relations")
        room = Room(path)
        ways, relations, repeated = _ways_and_relations(path, room)
        progress("reading nodes")
        tagged, doubled = _tagged_nodes(path, room)
        needed = _distinct(np.concatenate([ways.refs, np.array([i for i, _ in tagged], np.int64)]))
        nodes = positions_of(path, needed)
    return Extract(ways, relations, nodes, tagged, repeated + doubled)


@contextmanager
def _readable(path: Path) -> Iterator[None]:
    """Turn what pyosmium raises into one `InputError`."""
    import osmium

    try:
        yield
    except InputError:
        raise
    # pyosmium raises these and nothing narrower: read errors, bad numbers, texts and coordinates
    except (RuntimeError, ValueError, osmium.InvalidLocationError) as error:
        raise InputError(
            f"cannot be read as OpenStreetMap data ({error})",
            file=path,
            remedy="the file may be cut short or damaged: download or export it again",
        ) from None


def _check_versions(path: Path) -> None:
    import osmium

    with osmium.io.Reader(str(path), osmium.osm.NOTHING) as reader:
        if reader.header().has_multiple_object_versions:
            raise InputError(
                "must hold the map of one moment, not changes or the history of its objects",
                file=path,
                remedy="apply the changes to an extract, or cut one moment out of the history",
            )


@dataclass
class _Gathered:
    """Ways in the order of the file."""

    room: Room
    id: "array[int]"
    size: "array[int]"
    refs: "array[int]"
    tags: list[Tags]

    def add(self, way_id: int, tags: Tags, refs: list[int]) -> None:
        self.room.take(1 + len(refs))
        self.id.append(way_id)
        self.size.append(len(refs))
        self.refs.extend(refs)
        self.tags.append(tags)

    def sorted_once(self) -> Ways:
        """Return the ways by id, the first of each."""
        size = np.array(self.size, np.int64)
        start = np.concatenate([np.zeros(1, np.int64), np.cumsum(size)])
        ids, first = np.unique(np.array(self.id, np.int64), return_index=True)
        ways = Ways(np.array(self.id, np.int64), self.tags, start, np.array(self.refs, np.int64))
        in_order = np.array_equal(first, np.arange(ids.size)) and ids.size == len(self.tags)
        return ways if in_order else ways.take(first.tolist())


def _ways_and_relations(path: Path, room: Room) -> tuple[Ways, tuple[Relation, ...], int]:
    """Return both by id, and how many objects the file repeats."""
    import osmium

    found = _Gathered(room, array("q"), array("q"), array("q"), [])
    relations: list[Relation] = []
    words, roles = TagWords(), dict[str, str]()
    with lines_of(path, osmium.osm.WAY | osmium.osm.RELATION) as lines:
        for name, _, state, tags, body in lines():
            if state == DELETED:
                continue
            if name[0] == "w":
                if _IS_WANTED_WAY(tags):
                    found.add(int(name[1:]), words.tags(tags), refs_in(body))
            elif (own := words.tags(tags)).get("type") in _RELATION_TYPES:
                members = members_in(body, roles)
                room.take(1 + len(members))
                relations.append(Relation(int(name[1:]), own, members))
        kept = _first_of_each(relations)
        doubled = len(relations) - len(kept) + len(found.id) - len(set(found.id))
        missing = _members_of_areas(kept).difference(found.id)
        for name, _, state, tags, body in lines() if missing else ():
            if name[0] == "w" and state != DELETED and int(name[1:]) in missing:
                found.add(int(name[1:]), words.tags(tags), refs_in(body))
    return found.sorted_once(), kept, doubled


def _first_of_each(relations: list[Relation]) -> tuple[Relation, ...]:
    single = {relation.id: relation for relation in reversed(relations)}
    return tuple(sorted(single.values(), key=lambda relation: relation.id))


def is_area(relation: Relation) -> bool:
    """Whether a relation is a multipolygon with a tag of interest."""
    tags = relation.tags
    return tags.get("type") == "multipolygon" and any(key in tags for key in _WAY_KEYS)


def _members_of_areas(relations: Collection[Relation]) -> set[int]:
    """Return the ids of the ways that multipolygons of interest are made of."""
    return {ref for r in relations if is_area(r) for kind, ref, _ in r.members if kind == "w"}


def _tagged_nodes(path: Path, room: Room) -> tuple[tuple[tuple[int, Tags], ...], int]:
    """Return the nodes with a tag of interest by id, and how many the file repeats."""
    import osmium

    found: dict[int, Tags] = {}
    doubled = 0
    words = TagWords()
    with lines_of(path, osmium.osm.NODE, osmium.filter.KeyFilter(*_NODE_KEYS)) as lines:
        for name, _, state, tags, *_ in lines():
            if state != DELETED:
                room.take(1)
                doubled += int(name[1:]) in found
                found.setdefault(int(name[1:]), words.tags(tags))
    return tuple(sorted(found.items())), doubled


def _distinct(values: Array) -> Array:
    """Return the values sorted, each once (what `numpy.unique` does, without its hashes)."""
    ordered = np.sort(values)
    return ordered[np.append(True, ordered[1:] != ordered[:-1])] if ordered.size else ordered
