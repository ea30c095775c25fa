"""Missing, damaged and foreign results: one message each, and nothing half written."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from citymove.foundation.errors import InputError, MachineError
from citymove.foundation.whole_files import write_arrays, write_text
from citymove.report import fonts, page
from citymove.report.figures import charts, occupancy_chart
from citymove.report.maps import difference_map, plan_of
from citymove.report.stored import read_results
from made_up_results import curve_arrays, link_arrays, study_results, write_study


def edit_json(folder: Path, change: Callable[[dict[str, Any]], None]) -> None:
    path = folder / "results.json"
    data = json.loads(path.read_text(encoding="utf-8"))
    change(data)
    path.write_text(json.dumps(data), encoding="utf-8")


def edit_arrays(folder: Path, stem: str, **changes: Any) -> None:
    arrays = {"links": link_arrays, "curves": curve_arrays}[stem]() | changes
    write_arrays(folder / f"{stem}.npz", {k: v for k, v in arrays.items() if v is not None})


FAULTS: dict[str, tuple[Callable[[Path], object], str, str]] = {
    "no results": (lambda f: (f / "results.json").unlink(), "holds no results", "citymove run"),
    "cut json": (
        lambda f: (f / "results.json").write_bytes((f / "results.json").read_bytes()[:500]),
        "no valid JSON",
        "again",
    ),
    "not utf-8": (
        lambda f: (f / "results.json").write_bytes(b'{"a": "\xff"}'),
        "cannot be read",
        "again",
    ),
    "list": (lambda f: (f / "results.json").write_text("[]"), "format 1", "version"),
    "other format": (
        lambda f: edit_json(f, lambda d: d.update(format=2)),
        "must be of format 1",
        "version",
    ),
    "missing field": (lambda f: edit_json(f, lambda d: d.pop("grade")), "grade", "again"),
    "unknown field": (lambda f: edit_json(f, lambda d: d.update(extra=1)), "extra", "again"),
    "unknown option": (
        lambda f: edit_json(f, lambda d: d["differences"][0].update(option="nobody")),
        "nobody",
        "",
    ),
    "unknown link": (
        lambda f: edit_json(f, lambda d: d["options"][2].update(links_changed=[999])),
        "links_changed",
        "",
    ),
    "base not first": (lambda f: edit_json(f, lambda d: d["options"].reverse()), "the base", ""),
    "no links": (lambda f: (f / "links.npz").unlink(), "links.npz: is missing", "again"),
    "cut links": (
        lambda f: (f / "links.npz").write_bytes((f / "links.npz").read_bytes()[:900]),
        "links.npz: is damaged",
        "again",
    ),
    "empty curves": (lambda f: (f / "curves.npz").write_bytes(b""), "is damaged", "again"),
    "lacks an array": (lambda f: edit_arrays(f, "links", volume_vph=None), "volume_vph", "again"),
    "other shape": (
        lambda f: edit_arrays(f, "links", volume_vph=np.zeros((5, 6, 3))),
        "volume_vph: 3 where 62",
        "again",
    ),
    "other slices": (
        lambda f: edit_arrays(f, "links", volume_vph=np.zeros((5, 2, 62))),
        "volume_vph: 2 where 6",
        "again",
    ),
    "text for numbers": (
        lambda f: edit_arrays(f, "links", lanes=np.full(62, "x")),
        "lanes",
        "again",
    ),
    "pickled": (
        lambda f: np.savez(
            f / "links.npz", **link_arrays() | {"name": np.array([None] * 62, object)}
        ),
        "is damaged",
        "again",
    ),
    "nan volume": (
        lambda f: edit_arrays(f, "links", volume_vph=np.full((5, 6, 62), np.nan)),
        "must be finite",
        "again",
    ),
    "shape of one point": (
        lambda f: edit_arrays(f, "links", shape_start=np.array([0] * 62 + [124])),
        "polyline",
        "",
    ),
    "other ticks": (
        lambda f: edit_arrays(f, "curves", tick_s=np.arange(3)),
        "occupancy_share: 25 where 3",
        "again",
    ),
}


@pytest.mark.parametrize("name", FAULTS)
def test_bad_results_are_refused_with_a_remedy(name: str, tmp_path: Path) -> None:
    spoil, rule, remedy = FAULTS[name]
    folder = write_study(tmp_path / "study")
    spoil(folder)
    with pytest.raises(InputError) as caught:
        page.write_report(folder)
    message = str(caught.value)
    assert rule in message
    assert remedy in message
    assert str(folder) in message
    assert not (folder / "report").exists()
    assert not (folder / "figures").exists()


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="holds no results"):
        read_results(tmp_path / "nowhere")


def test_a_place_that_cannot_be_written_is_the_machines_fault(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = write_study(tmp_path)
    write_text(folder / "figures", "a file where the folder should be")
    drawn = [occupancy_chart(read_results(folder), "en")]
    monkeypatch.setattr(page, "draw_figures", lambda study, **_: drawn)
    monkeypatch.setattr(page, "render_page", lambda study, figures: "a page")
    with pytest.raises(MachineError, match="cannot be written"):
        page.write_report(folder)
    assert list(folder.rglob("*.part")) == []
    assert not (folder / "report").exists()


def test_names_that_no_font_can_draw_do_not_stop_the_figures(tmp_path: Path) -> None:
    """Warnings are errors here: matplotlib warns of every glyph that it lacks."""
    results = study_results()
    strange = results.options[1].name.model_copy(update={"en": "ሀለሐ park $x$ %"})
    options = (
        results.options[0],
        results.options[1].model_copy(update={"name": strange}),
        *results.options[2:],
    )
    folder = write_study(tmp_path, results.model_copy(update={"options": options}))
    study = read_results(folder)
    drawn = [
        *charts(study, "en"),
        difference_map(study, plan_of(study.links), 1, 100.0, "en"),
    ]
    for figure in drawn:
        assert re.search(">□□□ park \\$x\\$ %[^<]*</text>", figure.svg.decode()), figure.stem


def test_a_missing_font_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    fonts.cjk_font_file.cache_clear()
    monkeypatch.setattr(fonts, "find_spec", lambda name: None)
    with pytest.raises(MachineError, match="pip install zhplot"):
        fonts.cjk_font_file()
