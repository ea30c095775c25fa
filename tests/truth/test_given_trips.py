"""A matrix in the city's folder replaces the synthetic distribution, pair by pair."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from citymove.demand.synthesis import synthesise
from citymove.facts.travellers import Segment
from citymove.formats.city_folder import read_city
from citymove.foundation.errors import InputErrors
from citymove.prepare.inferred_supply import infer_supply
from made_up_folder import write_city


def test_trips_of_the_folder_are_the_trips_made(tmp_path: Path) -> None:
    folder = write_city(tmp_path / "city")
    city = read_city(folder)
    gate, zones = str(city.gateways.id[0]), city.zones.id.tolist()
    wanted = {(gate, zones[3]): 40, (zones[3], zones[5]): 25}
    rows = "\n".join(f"{a},{b},{n}" for (a, b), n in wanted.items())
    (folder / "trips.csv").write_text(f"origin,destination,value\n{rows}\n", encoding="utf-8")
    travellers = synthesise(infer_supply(read_city(folder)), seed=1).travellers
    assert travellers is not None
    names = [*zones, *city.gateways.id.tolist()]
    outbound = (travellers.arrival_s >= 0) & (travellers.purpose != 6)
    pairs = zip(travellers.origin[outbound], travellers.destination[outbound], strict=True)
    found: dict[tuple[str, str], int] = {}
    for a, b in pairs:
        key = (names[a], names[b])
        found[key] = found.get(key, 0) + 1
    assert found == wanted
    assert not np.any(travellers.segment == Segment.THROUGH)


def test_two_matrices_are_refused(tmp_path: Path) -> None:
    folder = write_city(tmp_path / "city")
    for name in ("trips.csv", "trips.omx"):
        (folder / name).write_bytes(b"")
    with pytest.raises(Exception, match="two matrices") as caught:
        read_city(folder)
    assert caught.value.exit_code == 2


def test_an_unknown_zone_is_named_with_its_line(tmp_path: Path) -> None:
    folder = write_city(tmp_path / "city")
    (folder / "trips.csv").write_text("origin,destination,value\nz_nowhere,z_0,3\n", "utf-8")
    with pytest.raises(InputErrors, match=r"trips\.csv:2"):
        read_city(folder)
