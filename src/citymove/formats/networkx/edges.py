"""Edges of a graph, each as tags in OpenStreetMap's words.

osmnx merges segments of several ways into one edge, and then keeps a list of the different values
of each attribute, without their order or their lengths. One value must stand for the edge; what the
list says is what the worst part of it says, since all traffic passes that part:

- lanes and speed limit: the lowest, inferred;
- class: the lowest; an edge a part of which is no road for cars is none;
- access and kind of service road: the most restrictive;
- level: the one farthest from the ground; names: all; anything else: the first in order.
"""

import ast
import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import networkx as nx
import numpy as np

from citymove.formats.networkx import extras
from citymove.formats.osm.access import ACCESS_KEYS, opens_to_cars
from citymove.formats.osm.speeds import parse_speed_kmh
from citymove.formats.osm.tags import PLOT_SERVICE, Tags, parse_lanes, road_class
from citymove.formats.osm.tally import Tally
from citymove.foundation.errors import InputError

Array = np.ndarray[Any, Any]

# Attributes that speak of the edge as drawn and computed, not of the road.
_NOT_TAGS: Final = frozenset((
    "osmid", "oneway", "reversed", "length", "geometry", "speed_kph", "travel_time", "bearing",
    "grade", "grade_abs", "key", "id", "from", "to", "u", "v", "merged_edges", "u_original",
    "v_original",
))  # fmt: skip
_LONGEST_TEXT: Final = 20_000  # of a list written as text; a way has at most 2,000 nodes
_TRUTH: Final = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}


@dataclass(frozen=True, eq=False)
class Edge:
    """One edge, read.

    Parameters
    ----------
    tail, head, key
        As in the graph.
    ways
        Ids of its ways, ascending.
    tags
        In OpenStreetMap's words, directions left out; one value each.
    listed
        Keys of `tags` that had several values.
    one_way, is_reversed
        As the attributes say; None where they are missing or say both.
    length_m, speed_kmh
        Stated, NaN where they are not.
    shape
        float64 [points, 2] in the graph's coordinates, from tail to head; None: straight.
    exact
        Its link's columns as text or number, None where it carries no such thing.
    """

    tail: int
    head: int
    key: Any
    ways: tuple[int, ...]
    tags: Tags
    listed: frozenset[str]
    one_way: bool | None
    is_reversed: bool | None
    length_m: float
    speed_kmh: float
    shape: Array | None
    exact: Mapping[str, Any] | None

    @property
    def place(self) -> str:
        """How messages name the edge."""
        return f"edge ({self.tail}, {self.head}, {self.key})"


def read_edges(graph: "nx.MultiDiGraph[int]", tally: Tally) -> list[Edge]:
    """Return the edges, sorted by their ways, then their ends; count lists of values.

    Raises
    ------
    InputError
        An edge without a whole number as ``osmid``, or with a length or speed <= 0.
    """
    found = [
        _edge(tail, head, key, data) for tail, head, key, data in graph.edges(keys=True, data=True)
    ]
    for word in _COUNTED.values():
        tally.add(word, 0)
    tally.add("edges_of_several_ways", sum(len(edge.ways) > 1 for edge in found))
    for edge in found:
        for key, word in _COUNTED.items():
            if key in edge.listed:
                tally.add(word)
    return sorted(found, key=lambda edge: (edge.ways, edge.tail, edge.head, str(edge.key)))


_COUNTED: Final = {
    "lanes": "edges_with_several_lanes",
    "highway": "edges_with_several_classes",
    "maxspeed": "edges_with_several_speeds",
}


def _edge(tail: int, head: int, key: Any, data: Mapping[str, Any]) -> Edge:
    place = f"edge ({tail}, {head}, {key})"
    tags, listed = _tags(data)
    is_reversed = _truth(data.get("reversed"))
    if is_reversed is None and "reversed" in data:  # parts of both: no direction can be told
        tags = {k: v for k, v in tags.items() if not k.endswith((":forward", ":backward"))}
    return Edge(
        tail=int(tail),
        head=int(head),
        key=key,
        ways=_ways(data.get("osmid"), place),
        tags=tags,
        listed=listed,
        one_way=_truth(data.get("oneway")),
        is_reversed=is_reversed,
        length_m=_positive(data.get("length"), f"{place}: length", least=0.0),
        speed_kmh=_positive(data.get("speed_kph"), f"{place}: speed_kph", least=1e-3),
        shape=_shape(data.get("geometry"), place),
        exact=extras.read_edge_extras(data),
    )


def values_of(value: Any) -> list[str]:
    """Return the values of an attribute as texts, each once, in order; none where it is missing.

    Examples
    --------
    >>> values_of(["3", "2"]), values_of("['3', '2']"), values_of(float("nan")), values_of(2.0)
    (['2', '3'], ['2', '3'], [], ['2'])
    """
    if isinstance(value, str) and value[:1] == "[" and len(value) <= _LONGEST_TEXT:
        try:
            value = ast.literal_eval(value)
        except (SyntaxError, ValueError, MemoryError, RecursionError):
            return [value]
    items: Iterable[Any] = value if isinstance(value, (list, tuple, set, np.ndarray)) else [value]
    return sorted({text for item in items if (text := _text(item))})


def _text(item: Any) -> str:
    """Return a plain value as text, "" for what stands for nothing."""
    if item is None or (isinstance(item, float) and math.isnan(item)):
        return ""
    if isinstance(item, (float, np.floating)) and float(item).is_integer():
        return str(int(item))
    text = str(item).strip()
    return "" if text in ("None", "nan", "<NA>") else text


def _tags(data: Mapping[str, Any]) -> tuple[Tags, frozenset[str]]:
    tags: Tags = {}
    listed = set()
    for key in sorted(data, key=str):
        if key in _NOT_TAGS or str(key).startswith(extras.PREFIX):
            continue
        values = values_of(data[key])
        if values:
            tags[str(key)] = _RULES.get(str(key), _first)(values)
        if len(values) > 1:
            listed.add(str(key))
    return tags, frozenset(listed)


def _first(values: list[str]) -> str:
    return values[0]


def _lowest_lanes(values: list[str]) -> str:
    return min(values, key=lambda text: parse_lanes(text) or math.inf)


def _lowest_speed(values: list[str]) -> str:
    return min(values, key=lambda text: parse_speed_kmh(text) or math.inf)


def _lowest_class(values: list[str]) -> str:
    classes = {text: road_class({"highway": text}) for text in values}
    foreign = [text for text, known in classes.items() if known is None]
    if foreign:
        return foreign[0]
    return max(values, key=lambda text: classes[text] or (0, False))


def _most_closed(values: list[str]) -> str:
    return next((text for text in values if not opens_to_cars(text)), values[0])


def _most_private(values: list[str]) -> str:
    return next((text for text in values if text in PLOT_SERVICE), values[0])


def _farthest_level(values: list[str]) -> str:
    def off_ground(text: str) -> int:
        digits = text.lstrip("+-")
        return int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 3 else -1

    return max(values, key=off_ground)


_RULES: Final[dict[str, Callable[[list[str]], str]]] = {
    **dict.fromkeys(("lanes", "lanes:forward", "lanes:backward"), _lowest_lanes),
    "maxspeed": _lowest_speed,
    "highway": _lowest_class,
    **dict.fromkeys(ACCESS_KEYS, _most_closed),
    "service": _most_private,
    "layer": _farthest_level,
    "name": " / ".join,
}


def _truth(value: Any) -> bool | None:
    said = {_TRUTH.get(text.lower()) for text in values_of(value)}
    return said.pop() if len(said) == 1 else None


def _ways(value: Any, place: str) -> tuple[int, ...]:
    try:
        ways = tuple(sorted({int(text) for text in values_of(value)}))
    except ValueError:
        ways = ()
    if not ways or max(abs(way) for way in ways) >= 2**63:
        raise InputError(
            "must be a whole number, or a list of such",
            value=f"{place}: osmid = {value!r:.60}",
            remedy="give every edge the id of its way, or a number of its own",
        )
    return ways


def _positive(value: Any, name: str, *, least: float) -> float:
    """Return a number, NaN where there is none; raise where it is none of these."""
    texts = values_of(value)
    if not texts:
        return math.nan
    try:
        number = float(texts[0]) if len(texts) == 1 else math.nan
    except ValueError:
        number = math.nan
    if not (math.isfinite(number) and number >= least):
        raise InputError(
            f"must be a number >= {least:g}", value=f"{name} = {value!r:.60}", remedy="correct it"
        )
    return number


def _shape(value: Any, place: str) -> Array | None:
    import shapely

    if value is None or (isinstance(value, float) and math.isnan(value)):
        return None
    try:
        with np.errstate(invalid="ignore"):  # a NaN among the coordinates is refused below
            line = shapely.from_wkt(value) if isinstance(value, str) else value
        if line is None or line.is_empty:
            return None
        points = shapely.get_coordinates(line)
        fits = shapely.get_type_id(line) == shapely.GeometryType.LINESTRING
    except (TypeError, AttributeError, shapely.errors.ShapelyError):
        fits, points = False, np.empty((0, 2))
    if not (fits and len(points) >= 2 and np.all(np.isfinite(points))):
        raise InputError(
            "must be a line of finite coordinates",
            value=f"{place}: geometry = {str(value)[:60]}",
            remedy="correct or remove it",
        )
    return np.asarray(points)
