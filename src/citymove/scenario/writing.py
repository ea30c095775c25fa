"""The results of a study as files: what the report reads, and tables for a spreadsheet."""

import csv
import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from citymove.foundation.terms import TERMS
from citymove.foundation.whole_files import write_arrays, write_json, write_text
from citymove.scenario.results import StudyResults

Array = np.ndarray[Any, Any]


def write_results(
    folder: Path, results: StudyResults, arrays: Mapping[str, Mapping[str, Array]]
) -> None:
    """Write what the report reads, and the tables for a spreadsheet; the manifest comes last."""
    for name in ("links", "curves"):
        write_arrays(folder / f"{name}.npz", arrays[name])
    write_text(folder / "tables" / "differences.csv", _differences_csv(results))
    write_text(folder / "tables" / "certificates.csv", _models_csv(results.certificates))
    for name, rows in (("guard_rails", results.breaches), ("retimings", results.retimings)):
        path = folder / "tables" / f"{name}.csv"
        if rows:
            write_text(path, _models_csv(rows))
        else:
            path.unlink(missing_ok=True)  # of an earlier run of the study
    write_text(folder / "tables" / "car_parks.csv", _car_parks_csv(results, arrays["curves"]))
    residuals = _residuals_csv(results, arrays["residuals"])
    write_text(folder / "tables" / "parking_residuals.csv", residuals)
    write_json(folder / "results.json", results.model_dump(mode="json"))


def _csv(header: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows([[_safe(cell) for cell in row] for row in rows])
    return text.getvalue()


def _safe(cell: Any) -> Any:
    """Keep a spreadsheet from reading a name as a formula."""
    if isinstance(cell, str) and cell[:1] in ("=", "+", "-", "@", "\t"):
        return "'" + cell
    return cell


def _models_csv(rows: Sequence[Any]) -> str:
    header = list(type(rows[0]).model_fields)
    return _csv(header, [[getattr(row, name) for name in header] for row in rows])


def _differences_csv(results: StudyResults) -> str:
    header = ["option", "indicator", "name_en", "name_zh", "unit", "base", "value", "difference"]
    header += ["low", "high", "detectable", "agree", "blanked", "draws"]
    rows = []
    for d in results.differences:
        term = TERMS[d.indicator]
        rows.append([d.option, d.indicator, term.en, term.zh, term.unit, d.base, d.value])
        rows[-1] += [d.difference, d.low, d.high, d.detectable, d.agree, d.blanked, d.draws]
    return _csv(header, rows)


def _residuals_csv(results: StudyResults, residuals: Mapping[str, Array]) -> str:
    """Return the parking residual of the central base by period and zone."""
    search, cruising = residuals["residual_search"], residuals["residual_cruising"]
    rows = [
        [period, zone, search[i, j], cruising[i, j]]
        for i, period in enumerate(results.slices)
        for j, zone in enumerate(residuals["zone_id"].tolist())
        if np.isfinite(search[i, j])  # where anybody searched
    ]
    return _csv(["period", "zone", "search_residual", "cruising_residual"], rows)


def _car_parks_csv(results: StudyResults, curves: Mapping[str, Array]) -> str:
    header = ["id", "name", "lon", "lat"]
    header += [f"spaces {o.id}" for o in results.options]
    header += [f"peak occupancy {o.id}" for o in results.options]
    spaces, peaks = curves["facility_spaces"], curves["facility_occupancy_peak"]
    rows = []
    for i, name in enumerate(curves["facility_id"].tolist()):
        row = [name, str(curves["facility_name"][i])]
        row += [curves["facility_lon"][i], curves["facility_lat"][i]]
        rows.append([*row, *spaces[:, i].tolist(), *peaks[:, i].tolist()])
    return _csv(header, rows)
