"""A made-up city as a folder on disk, for tests that read or break one. Fictional."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path

from citymove.facts.assumptions import required_keys

LON0, LAT0, STEP_LON, STEP_LAT = 10.0, 50.0, 0.0028, 0.0018  # blocks of about 200 m
SIDES = ("west", "east")
COLUMNS = ROWS = 6
SIGNAL = '<tag k="highway" v="traffic_signals"/>'  # at Row 2 / Column 2
IN_YAML = ("residents", "jobs", "public_spaces", "kerb_spaces")

VALUES = {
    "residents": 2000.0,
    "jobs": 1500.0,
    "public_spaces": 300.0,
    "kerb_spaces": 100.0,
    "persons_per_car": 1.1,
    "resident_purpose_share.work": 0.4,
    "resident_purpose_share.school": 0.2,
    "resident_purpose_share.shopping": 0.1,
    "resident_purpose_share.visit": 0.1,
    "resident_purpose_share.outpatient": 0.1,
    "resident_purpose_share.market": 0.1,
    "visitor_purpose_share.school": 0.2,
    "visitor_purpose_share.shopping": 0.2,
    "visitor_purpose_share.visit": 0.2,
    "visitor_purpose_share.outpatient": 0.2,
    "visitor_purpose_share.market": 0.2,
    "walking_speed_mps": 1.25,
    "walking_detour": 1.3,
    "walk_limit_m": 600.0,
    "arrival_sd_h": 1.0,
    "dwell_median_min": 60.0,
    "patience_median_min": 15.0,
    "value_of_time_per_h": 15.0,
    "taste_spread_min": 2.0,
}

CITY_YAML = """\
citymove: 1
name: {{en: Foldertown (fictional), zh: 夹子镇（虚构）}}
extract:
  file: roads.osm
  sha256: {sha256}
crs: EPSG:4326
country: DE
year: 2026
driving_side: right
currency: EUR
attribution: fictional
boundary: boundary.geojson
zones: {{cell_m: 200}}
sides:
  - id: west
    name: {{en: West, zh: 西}}
    anchor: [10.0, 50.0045]
  - id: east
    name: {{en: East, zh: 东}}
    anchor: [10.014, 50.0045]
totals:
  residents: {{value: 2000, low: 1800, high: 2200, source: reported, note: register}}
  jobs: {{value: 1500, low: 1200, high: 1800, source: reported, note: register}}
  public_spaces: {{value: 300, low: 250, high: 350, source: reported, note: office}}
  kerb_spaces: {{value: 100, source: measured, note: counted}}
tariffs:
  - id: car_park
    note: made up
    bands:
      - window: "08:00-19:00"
        points_min: [[60, 0], [120, 3]]
        step_min: 15
        then_per_step: 0.5
      - {{window: "19:00-08:00+1", step_min: 15, then_per_step: 0.7}}
    cap_per_day: 20
  - id: kerb
    note: made up
    bands:
      - {{window: "00:00-24:00", step_min: 60, then_per_step: 2}}
    max_stay_min: 120
car_park_tariff: car_park
kerb_tariff: kerb
"""

# A study of this city beside its folder, of two options, that runs in seconds.
STUDY = """\
citymove: 1
name: {en: Two ways, zh: 两种办法}
city: city
day: {kind: workday, hours: "07:00-09:00"}
corridor: {road: Row 2}
decide_on: [search_time_mean_min, delay_index]
must_not: {gave_up_share: "> 1 %"}
options:
  A:
    name: {en: Car park, zh: 停车场}
    do:
      - build_car_park:
          site: {at: Row 2}
          spaces: 60
          kind: surface
          tariff: [{then: 1 EUR/h}]
  B:
    name: {en: Retimed, zh: 优化信号}
    do:
      - retime: {junctions: [Row 2 / Column 2], when: ["07:00-09:00"], choose: [cycle, splits], cycle: 60 .. 120 s}
uncertain: all
run: {draws: 2, seed: 1, response: fixed, starts: 1, rounds: {base: 2, option: 1}}
"""  # noqa: E501 - a line of a study


def extract_xml() -> str:
    """Return a grid of streets, a signal, a building in each inner block, four car parks."""
    lines = ["<?xml version='1.0' encoding='UTF-8'?>", '<osm version="0.6" generator="made up">']
    ways: list[str] = []

    def node(number: int, column: float, row: float, tags: str = "") -> None:
        lon, lat = LON0 + column * STEP_LON, LAT0 + row * STEP_LAT
        lines.append(
            f'<node id="{number}" version="1" lon="{lon:.7f}" lat="{lat:.7f}">{tags}</node>'
        )

    def way(number: int, refs: list[int], **tags: str) -> None:
        nds = "".join(f'<nd ref="{ref}"/>' for ref in refs)
        ways.append(f'<way id="{number}" version="1">{nds}{_tags(tags)}</way>')

    def at(column: int, row: int) -> int:
        return 1 + row * COLUMNS + column

    for row in range(ROWS):
        for column in range(COLUMNS):
            node(at(column, row), column, row, SIGNAL if (column, row) == (2, 2) else "")
    for row in range(ROWS):
        refs = [at(c, row) for c in range(COLUMNS)]
        way(1000 + row, refs, highway="tertiary", name=f"Row {row}")
    for column in range(COLUMNS):
        refs = [at(column, r) for r in range(ROWS)]
        way(2000 + column, refs, highway="residential", name=f"Column {column}")
    for block in range(9):
        column, row = 1.4 + block % 3, 1.4 + block // 3
        corners = [(0.0, 0.0), (0.2, 0.0), (0.2, 0.2), (0.0, 0.2)]
        first = 100 + 4 * block
        for corner, (dx, dy) in enumerate(corners):
            node(first + corner, column + dx, row + dy)
        refs = [first, first + 1, first + 2, first + 3, first]
        way(3000 + block, refs, building="apartments", **{"building:levels": "4"})
    parking = {"amenity": "parking", "parking": "underground", "name": "Deep"}
    node(901, 1.3, 1.3, _tags(parking | {"capacity": "50"}))
    node(902, 2.3, 2.3, _tags(parking | {"name": "Deeper"}))
    node(903, 3.3, 3.3, _tags({"amenity": "parking", "parking": "surface", "fee": "no"}))
    node(904, 3.3, 2.3, _tags({"amenity": "parking", "access": "private"}))
    return "\n".join([*lines, *ways, "</osm>"]) + "\n"


def _tags(tags: dict[str, str]) -> str:
    return "".join(f'<tag k="{key}" v="{value}"/>' for key, value in tags.items())


def assumption_lines(values: Mapping[str, float] = VALUES) -> list[str]:
    """Return the lines of a sound ``assumptions.csv``, the header first."""
    lines = ["key,value,low,high,source,note"]
    for key in required_keys(SIDES):
        if key not in IN_YAML:
            value = values.get(key, values.get(key.split(".")[0], 0.5))
            low, high = max(value * 0.9, 1.0 if value >= 1 else 0.0), value * 1.1
            lines.append(f"{key},{value:g},{low:g},{high:g},assumed,made up")
    return lines


def write_city(folder: Path, values: Mapping[str, float] = VALUES) -> Path:
    """Write a sound city into `folder` and return it.

    The default `values` can be read; `made_up.ASSUMPTIONS` make a day that can be simulated.
    """
    folder.mkdir(parents=True, exist_ok=True)
    extract = extract_xml().encode()
    (folder / "roads.osm").write_bytes(extract)
    low_lon, high_lon = LON0 + 0.5 * STEP_LON, LON0 + 4.5 * STEP_LON
    low_lat, high_lat = LAT0 + 0.5 * STEP_LAT, LAT0 + 4.5 * STEP_LAT
    ring = [[low_lon, low_lat], [high_lon, low_lat], [high_lon, high_lat], [low_lon, high_lat]]
    boundary = {"type": "Polygon", "coordinates": [[*ring, ring[0]]]}
    (folder / "boundary.geojson").write_text(json.dumps(boundary), encoding="utf-8")
    digest = hashlib.sha256(extract).hexdigest()
    (folder / "city.yaml").write_text(CITY_YAML.format(sha256=digest), encoding="utf-8")
    (folder / "assumptions.csv").write_text(
        "\n".join(assumption_lines(values)) + "\n", encoding="utf-8"
    )
    return folder
