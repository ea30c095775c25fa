"""Small OpenStreetMap files for tests, written by hand. Fictional by construction."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from xml.sax.saxutils import quoteattr

STEP_DEG = 0.001  # about 111 m to the north, 71.5 m to the east at 50 degrees north
LON, LAT = 10.0, 50.0


def tags_xml(tags: dict[str, str]) -> str:
    return "".join(f"<tag k={quoteattr(k)} v={quoteattr(v)}/>" for k, v in tags.items())


def node(node_id: int, east: float, north: float, **tags: str) -> str:
    lon, lat = LON + east * STEP_DEG, LAT + north * STEP_DEG
    return f'<node id="{node_id}" lon="{lon:.7f}" lat="{lat:.7f}">{tags_xml(tags)}</node>'


def way(way_id: int, refs: Iterable[int], tags: dict[str, str]) -> str:
    nodes = "".join(f'<nd ref="{ref}"/>' for ref in refs)
    return f'<way id="{way_id}">{nodes}{tags_xml(tags)}</way>'


def relation(
    relation_id: int, members: Iterable[tuple[str, int, str]], tags: dict[str, str]
) -> str:
    inside = "".join(f'<member type="{t}" ref="{ref}" role="{role}"/>' for t, ref, role in members)
    return f'<relation id="{relation_id}">{inside}{tags_xml(tags)}</relation>'


def ban(relation_id: int, kind: str, from_way: int, via: int, to_way: int, **tags: str) -> str:
    members = [("way", from_way, "from"), ("node", via, "via"), ("way", to_way, "to")]
    return relation(relation_id, members, {"type": "restriction", "restriction": kind, **tags})


def road(way_id: int, refs: Iterable[int], highway: str = "residential", **tags: str) -> str:
    return way(way_id, refs, {"highway": highway, **tags})


def write(path: Path, *items: str) -> Path:
    path.write_text('<osm version="0.6">' + "\n".join(items) + "</osm>", encoding="utf-8")
    return path


def cross() -> list[str]:
    """Return a crossing at node 5 of four two-way streets to nodes 2 (south), 4 (west), 6 (east),
    8 (north); way ids are 100 + the outer node, drawn towards the crossing.
    """
    nodes = [node(5, 1, 1), node(2, 1, 0), node(4, 0, 1), node(6, 2, 1), node(8, 1, 2)]
    return nodes + [road(100 + outer, [outer, 5], name=f"Street {outer}") for outer in (2, 4, 6, 8)]
