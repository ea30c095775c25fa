"""What is written as TNTP and OMX reads back to the last bit."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from citymove.facts.network_tables import DemandTable, FlowTable, NetworkTable
from citymove.formats.matrices import read_matrix, write_omx
from citymove.formats.tntp import read_tntp_flows, read_tntp_network, read_tntp_trips
from citymove.formats.tntp_writing import (
    write_tntp_flows,
    write_tntp_network,
    write_tntp_trips,
)
from citymove.foundation.errors import InputError

TNTP = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "tntp"
FEW = settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
numbers = st.floats(0, 1e9, allow_nan=False)


@FEW
@given(values=st.lists(st.tuples(numbers, numbers, numbers), min_size=1, max_size=8))
def test_a_network_reads_back_as_it_was(
    tmp_path: Path, values: list[tuple[float, float, float]]
) -> None:
    count = len(values)
    array = np.array(values)
    network = NetworkTable(
        name="made_net.tntp",
        zone_count=1,
        node_count=count + 1,
        first_through_node=1,
        tail=np.arange(count),
        head=np.arange(count) + 1,
        capacity=array[:, 0] + 1e-3,
        length=array[:, 1],
        free_time=array[:, 2],
        b=np.full(count, 0.15),
        power=np.full(count, 4.0),
        speed=array[:, 1],
        toll=array[:, 2],
        link_type=np.arange(count),
    )
    path = tmp_path / "made_net.tntp"
    write_tntp_network(path, network)
    again = read_tntp_network(path)
    assert (again.zone_count, again.node_count, again.first_through_node) == (1, count + 1, 1)
    for name in NetworkTable.column_names():
        assert getattr(again, name).tolist() == getattr(network, name).tolist(), name


@FEW
@given(trips=st.lists(numbers, min_size=9, max_size=9))
def test_trips_read_back_as_they_were(tmp_path: Path, trips: list[float]) -> None:
    origin, destination = (a.ravel() for a in np.meshgrid([2, 0, 1], [1, 2, 0]))
    demand = DemandTable(
        name="made", zone_count=3, origin=origin, destination=destination, trips=np.array(trips)
    )
    path = tmp_path / "made_trips.tntp"
    write_tntp_trips(path, demand)
    assert read_tntp_trips(path).matrix().tolist() == demand.matrix().tolist()


def test_flows_read_back_as_they_were(tmp_path: Path) -> None:
    flows = FlowTable(tail=[0, 1], head=[1, 0], volume=[0.1, 3e7], cost=[1 / 3, 0.0])
    write_tntp_flows(tmp_path / "f_flow.tntp", flows)
    again = read_tntp_flows(tmp_path / "f_flow.tntp")
    assert (again.tail.tolist(), again.volume.tolist()) == ([0, 1], [0.1, 3e7])
    assert again.cost.tolist() == [1 / 3, 0.0]


@pytest.mark.skipif(not TNTP.exists(), reason="the shared data are not here")
def test_sioux_falls_reads_back_as_it_was(tmp_path: Path) -> None:
    (source,) = TNTP.rglob("SiouxFalls_net.tntp")
    network = read_tntp_network(source)
    write_tntp_network(tmp_path / "out_net.tntp", network)
    again = read_tntp_network(tmp_path / "out_net.tntp")
    for name in NetworkTable.column_names():
        assert np.array_equal(getattr(again, name), getattr(network, name)), name


def test_a_capacity_of_zero_is_refused(tmp_path: Path) -> None:
    one = np.ones(1)
    network = NetworkTable(
        name="n", zone_count=1, node_count=2, first_through_node=0, tail=[0], head=[1],
        capacity=[0.0], length=one, free_time=one, b=one, power=one, speed=one, toll=one,
        link_type=[1],
    )  # fmt: skip
    with pytest.raises(InputError, match=r"capacity\[0\] = 0: must be > 0"):
        write_tntp_network(tmp_path / "n.tntp", network)
    assert not (tmp_path / "n.tntp").exists()


def test_omx_reads_back_in_another_order(tmp_path: Path) -> None:
    minutes = np.array([[0.0, 1.5], [2.25, 0.0]])
    path = tmp_path / "skims.omx"
    write_omx(path, {"time_min": minutes, "metres": minutes * 800}, zone_ids=["中心", "z2"])
    back = read_matrix(path, zone_ids=["z2", "中心"], table="time_min")
    assert back.tolist() == [[0.0, 2.25], [1.5, 0.0]]
    first = path.read_bytes()
    write_omx(path, {"time_min": minutes, "metres": minutes * 800}, zone_ids=["中心", "z2"])
    assert path.read_bytes() == first


def test_omx_of_another_size_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="must be 2 x 2"):
        write_omx(tmp_path / "m.omx", {"m": np.zeros((3, 3))}, zone_ids=["a", "b"])
