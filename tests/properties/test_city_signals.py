"""What a city says of its signals reaches what the models work on."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from citymove.facts.city import City
from citymove.facts.roads import RoadClass
from citymove.facts.signal_plans import StatedSignals
from citymove.foundation.daytime import Slices
from citymove.foundation.provenance import Source
from citymove.prepare.prepared import Prepared
from citymove.prepare.preparing import prepare
from citymove.signals.presence import city_junctions
from made_up import grid_city


def city_of_secondary_roads() -> City:
    city = grid_city()
    classes = np.full(len(city.roads.links), RoadClass.SECONDARY)
    return replace(city, country="CN", roads=city.roads.with_links(road_class=classes))


def prepared(city: City) -> Prepared:
    return prepare(city, Slices.hourly(8 * 3600, 9 * 3600))


def notes(derived: Prepared) -> dict[str, str]:
    return {note.key: note.en for note in derived.notes}


def test_signals_are_inferred_where_the_city_asks_for_it() -> None:
    city = city_of_secondary_roads()
    assert not city.infer_signals
    plain, inferred = prepared(city), prepared(replace(city, infer_signals=True))
    more = int(np.sum(inferred.junctions.source == Source.INFERRED))
    assert len(inferred.junctions) == len(plain.junctions) + more
    assert more > 0
    assert "junctions_inferred" not in notes(plain)
    assert f": {more}." in notes(inferred)["junctions_inferred"]
    assert np.sum(inferred.green_s > 0) > np.sum(plain.green_s > 0)


def test_a_statement_gives_and_takes_lights() -> None:
    city = replace(city_of_secondary_roads(), infer_signals=True)
    before = city_junctions(city)
    nodes = city.roads.nodes.osm_id
    first = int(before.node[before.node_start[0]])
    word = StatedSignals(osm_id=[nodes[first], 10**12], present=[False, True])
    derived = prepared(replace(city, stated_signals=word))
    assert len(derived.junctions) == len(before) - 1
    assert first not in derived.junctions.node
    assert "2 (1 have); 1 of them" in notes(derived)["signals_stated"]
    approaches = np.flatnonzero(city.roads.links.head == first)
    assert np.all(derived.green_s[:, approaches] == 0)
    yes = replace(word, present=[True, True])
    agreed = city_junctions(replace(city, stated_signals=yes))
    assert agreed.source[agreed.id == before.id[0]].tolist() == [Source.MEASURED]
