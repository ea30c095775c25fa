"""Matrices count every leg of every traveller once, in the right cell."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from citymove.demand.matrices import trip_matrices
from citymove.demand.synthesis import synthesise
from citymove.facts.travellers import Segment, Travellers
from citymove.foundation.daytime import DAY_S, Slices
from citymove.foundation.errors import InputError
from made_up import grid_city


def some_travellers(seed: int, count: int, centroids: int) -> Travellers:
    rng = np.random.default_rng(seed)
    return Travellers(
        id=np.arange(count),
        segment=rng.integers(0, 5, count),
        purpose=rng.integers(0, 7, count),
        origin=rng.integers(0, centroids, count),
        destination=rng.integers(0, centroids, count),
        return_to=rng.integers(-1, centroids, count),
        x_m=np.zeros(count),
        y_m=np.zeros(count),
        arrival_s=np.where(rng.random(count) < 0.2, -1, rng.integers(0, 100_000, count)),
        dwell_s=rng.integers(0, 50_000, count),
        parks=np.ones(count, bool),
        reserved=np.zeros(count, bool),
        value_of_time_per_h=np.ones(count),
        patience_s=np.full(count, 60),
        external_s=np.zeros(count),
    )


def legs_one_by_one(travellers: Travellers, slices: Slices, centroids: int) -> np.ndarray:
    """Return trips per hour, by a loop that reads as the definition does."""
    found = np.zeros((len(Segment), len(slices), centroids, centroids))
    for k in range(len(travellers)):
        arrival, destination = int(travellers.arrival_s[k]), int(travellers.destination[k])
        legs = []
        if arrival >= 0:
            legs.append((arrival, int(travellers.origin[k]), destination))
        if travellers.return_to[k] >= 0:
            leaves = arrival + int(travellers.dwell_s[k])
            legs.append((leaves, destination, int(travellers.return_to[k])))
        for time_s, a, b in legs:
            for s in range(len(slices)):
                if slices.edges_s[s] <= time_s < slices.edges_s[s + 1]:
                    found[travellers.segment[k], s, a, b] += 1 / slices.hours[s]
    return found


@settings(max_examples=25, deadline=None)
@given(
    st.integers(0, 2**32 - 1),
    st.integers(0, 60),
    st.lists(st.integers(0, 100_000), min_size=2, max_size=5, unique=True),
)
def test_equals_the_definition(seed: int, count: int, edges: list[int]) -> None:
    travellers = some_travellers(seed, count, 4)
    slices = Slices(np.array(sorted(edges)))
    np.testing.assert_allclose(
        trip_matrices(travellers, slices, 4), legs_one_by_one(travellers, slices, 4), rtol=1e-12
    )


def test_conserves_legs_on_a_city() -> None:
    city = synthesise(grid_city(), seed=3)
    travellers = city.travellers
    assert travellers is not None
    slices = Slices(np.array([6, 7, 7.5, 9, 12]) * 3600)
    found = trip_matrices(travellers, slices, city.centroid_count)
    arrival_s = travellers.arrival_s.astype(np.int64)
    leave_s = arrival_s + travellers.dwell_s
    inside = [(t >= 6 * 3600) & (t < 12 * 3600) for t in (arrival_s, leave_s)]
    legs = np.count_nonzero(inside[0]) + np.count_nonzero(inside[1] & (travellers.return_to >= 0))
    assert np.einsum("gsij,s->", found, slices.hours) == pytest.approx(legs, rel=1e-12)
    assert legs > 500


def test_segments_start_and_end_where_they_should() -> None:
    city = synthesise(grid_city(), seed=3)
    assert city.travellers is not None
    zones = len(city.zones)
    day = trip_matrices(city.travellers, Slices.hourly(0, 2 * DAY_S), city.centroid_count)
    by_segment = day.sum(axis=1)
    assert by_segment[Segment.RESIDENT, zones:].sum() == 0
    assert by_segment[Segment.RESIDENT, :, zones:].sum() == 0
    for segment in (Segment.INCOMING, Segment.VISITOR, Segment.OUTGOING):
        assert by_segment[segment, :zones, :zones].sum() == 0
        into = by_segment[segment, zones:, :zones].sum()
        assert into == pytest.approx(by_segment[segment, :zones, zones:].sum())
        assert into > 0
    assert by_segment[Segment.THROUGH, :zones].sum() == 0
    assert by_segment[Segment.THROUGH, zones:, zones:].sum() > 0


def test_an_unknown_centroid_is_refused() -> None:
    with pytest.raises(InputError, match="centroid of a traveller"):
        trip_matrices(some_travellers(1, 20, 4), Slices.hourly(0, DAY_S), 3)
