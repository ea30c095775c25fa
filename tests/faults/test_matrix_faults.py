"""Matrices that are wrong, cut or hostile: a message that names file, line, value and remedy."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest

from citymove.formats.matrices import read_matrix
from citymove.foundation.errors import InputError, InputErrors

ZONES = ("z0_0", "z0_1", "g7/1")


def csv_file(folder: Path, *lines: str, header: str = "origin,destination,value") -> Path:
    path = folder / "trips.csv"
    path.write_text("\n".join([header, *lines]) + "\n", encoding="utf-8")
    return path


def omx_file(
    folder: Path,
    values: np.ndarray | None = None,
    names: list[Any] | None = None,
    *,
    change: Callable[[h5py.File], None] | None = None,
) -> Path:
    path = folder / "trips.omx"
    with h5py.File(path, "w") as file:
        file.attrs["OMX_VERSION"] = b"0.2"
        file.create_group("data").create_dataset(
            "car", data=np.arange(9.0).reshape(3, 3) if values is None else values
        )
        lookups = file.create_group("lookup")
        lookups.create_dataset("zone", data=[z.encode() for z in ZONES] if names is None else names)
        if change:
            change(file)
    return path


def test_csv_is_read_in_the_order_of_the_ids(tmp_path: Path) -> None:
    path = csv_file(tmp_path, "g7/1,z0_0,12.5", "z0_0,z0_1,3", "", "z0_1,z0_1,0")
    expected = np.zeros((3, 3))
    expected[2, 0], expected[0, 1] = 12.5, 3
    found = read_matrix(path, zone_ids=ZONES)
    assert found.tolist() == expected.tolist()
    assert not found.flags.writeable


def test_every_error_of_a_csv_at_once(tmp_path: Path) -> None:
    path = csv_file(
        tmp_path,
        "z0_0,z0_1,3",
        "z0_O,z0_1,3",
        "z0_0,z0_0,-1",
        "z0_0,g7/1,nan",
        "z0_0,z0_1,4",
        "z0_1,z0_1,many",
        "nowhere,z9_9,inf",
    )
    with pytest.raises(InputErrors) as caught:
        read_matrix(path, zone_ids=ZONES)
    found = [(error.line, error.value, error.rule) for error in caught.value.errors]
    assert [line for line, _, _ in found] == [3, 4, 5, 6, 7, 8, 8, 8]
    assert found[0][1] == "origin = 'z0_O'"
    assert caught.value.errors[0].remedy == "did you mean 'z0_0'?"
    assert found[1][2] == "must be >= 0"
    assert found[3][2] == "stands twice with this origin, first on line 2"
    assert all(error.file == str(path) for error in caught.value.errors)


def test_a_file_of_nonsense_ends_early(tmp_path: Path) -> None:
    path = csv_file(tmp_path, *(["x,y,-1"] * 5000))
    with pytest.raises(InputErrors) as caught:
        read_matrix(path, zone_ids=ZONES)
    assert len(caught.value.errors) < 110
    assert "not read" in caught.value.errors[-1].rule


def test_a_missing_column_and_other_text_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputErrors, match="destination"):
        read_matrix(csv_file(tmp_path, header="origin,value"), zone_ids=ZONES)
    path = tmp_path / "trips.csv"
    path.write_bytes("origin,destination,value\nz0_0,中,1\n".encode("gb18030"))
    with pytest.raises(InputError, match="UTF-8"):
        read_matrix(path, zone_ids=ZONES)


def test_other_kinds_missing_files_and_equal_ids_are_refused(tmp_path: Path) -> None:
    for name, text in (("trips.xlsx", ".xlsx"), ("none.csv", "none.csv"), ("none.omx", "no file")):
        with pytest.raises(InputError, match=text):
            read_matrix(tmp_path / name, zone_ids=ZONES)
    with pytest.raises(InputError, match="must differ"):
        read_matrix(csv_file(tmp_path), zone_ids=("a", "a"))


def test_omx_is_sorted_by_its_lookup(tmp_path: Path) -> None:
    path = omx_file(tmp_path, names=[b"g7/1", b"z0_0", b"z0_1"])
    # the file's row 0 is g7/1, which comes last here
    assert read_matrix(path, zone_ids=ZONES).tolist() == [[4, 5, 3], [7, 8, 6], [1, 2, 0]]


def test_omx_with_numbers_as_ids_and_with_texts(tmp_path: Path) -> None:
    path = omx_file(tmp_path, names=[30, 10, 20])
    assert read_matrix(path, zone_ids=("10", "20", "30")).tolist()[0] == [4, 5, 3]
    path = omx_file(tmp_path, names=list(ZONES))
    assert read_matrix(path, zone_ids=ZONES).tolist()[2] == [6, 7, 8]


def replaced(what: str, **dataset: Any) -> Callable[[h5py.File], None]:
    def change(file: h5py.File) -> None:
        del file[what]
        if dataset:
            file.create_dataset(what, **dataset)

    return change


def external(file: h5py.File) -> None:
    del file["data/car"]
    file["data/car"] = h5py.ExternalLink("/etc/hostname", "/x")


def elsewhere(file: h5py.File) -> None:
    del file["data/car"]
    file.create_dataset("data/car", (3, 3), "f8", external=[("/dev/zero", 0, 72)])


def two_tables(file: h5py.File) -> None:
    file["data/truck"] = np.zeros((3, 3))


HUGE = 2_000_000


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (replaced("data/car", data=np.zeros((3, 4))), "must be square"),
        (replaced("data/car", data=np.zeros((4, 4))), "one row per zone and gateway"),
        (replaced("data/car", data=np.zeros(9)), "must be square"),
        (replaced("data/car", shape=(HUGE, HUGE), dtype="f8", chunks=(10, 10)), "one row per"),
        (
            replaced(
                "data/car", shape=(3, 3), dtype="f8", chunks=(20_000, 20_000), maxshape=(None, None)
            ),
            "chunks",
        ),
        (replaced("data/car", data=np.full((3, 3), b"x")), "must hold numbers"),
        (replaced("data/car", data=np.full((3, 3), np.nan)), "finite"),
        (replaced("data/car", data=-np.ones((3, 3))), "z0_0 to z0_0: -1.0"),
        (replaced("data/car"), "must hold one matrix"),
        (replaced("data"), "/data"),
        (replaced("lookup"), "/lookup"),
        (replaced("lookup/zone"), "must name its zones"),
        (replaced("lookup/zone", data=[b"z0_0", b"z0_1"]), "one entry per zone"),
        (replaced("lookup/zone", data=[b"z0_0", b"z0_1", b"g7/2"]), "did you mean 'g7/1'"),
        (replaced("lookup/zone", data=[b"z0_0", b"z0_0", b"g7/1"]), "stands twice"),
        (replaced("lookup/zone", data=[0.5, 1.5, 2.5]), "whole numbers or short texts"),
        (replaced("lookup/zone", shape=(HUGE * HUGE,), dtype="S8", chunks=(10,)), "one entry"),
        (replaced("lookup/zone", shape=(3,), dtype="S1000000000", chunks=(1,)), "short texts"),
        (external, "must hold one matrix"),
        (elsewhere, "in the file itself"),
        (two_tables, "2 matrices: car, truck"),
    ],
)
def test_omx_faults(tmp_path: Path, change: Callable[[h5py.File], None], message: str) -> None:
    path = omx_file(tmp_path, change=change)
    with pytest.raises((InputError, InputErrors), match=message) as caught:
        read_matrix(path, zone_ids=ZONES)
    assert str(path) in str(caught.value)
    path.rename(tmp_path / "moved.omx")  # closed: it can be moved and written anew
    omx_file(tmp_path)


def test_a_table_can_be_named(tmp_path: Path) -> None:
    path = omx_file(tmp_path, change=two_tables)
    assert read_matrix(path, zone_ids=ZONES, table="truck").sum() == 0
    with pytest.raises(InputError, match="did you mean 'truck'"):
        read_matrix(path, zone_ids=ZONES, table="trucks")


def test_cut_and_foreign_files_are_refused(tmp_path: Path) -> None:
    whole = omx_file(tmp_path).read_bytes()
    for content in (whole[: len(whole) // 2], b"no HDF5 at all", b""):
        path = tmp_path / "cut.omx"
        path.write_bytes(content)
        with pytest.raises(InputError, match="no readable OMX"):
            read_matrix(path, zone_ids=ZONES)
