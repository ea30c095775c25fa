"""Commented studies to start from, and the JSON Schema that an editor completes them by."""

import json
import os
from pathlib import Path
from tempfile import mkdtemp

from citymove.foundation.errors import InputError, MachineError
from citymove.foundation.near_names import did_you_mean
from citymove.scenario.schema import study_json_schema

__all__ = ["STUDY_FILE", "new_study", "study_json_schema", "template_names"]

STUDY_FILE = "study.yaml"
_CITY_LINE = "city: CITY_FOLDER"


def template_names() -> tuple[str, ...]:
    """Return the names of the templates, in the order of the alphabet."""
    return tuple(sorted(path.stem for path in Path(__file__).parent.glob("*.yaml")))


def new_study(template: str, folder: Path, city: Path) -> Path:
    """Write a commented study into a new folder.

    The folder is written beside its place and renamed, so that it is there whole or not at all.

    Parameters
    ----------
    template
        One of `template_names`.
    folder
        Must not exist, or be empty.
    city
        The city's folder, which must hold a ``city.yaml``; the study names it by the way from
        `folder`.

    Returns
    -------
    Path
        The study file.

    Raises
    ------
    InputError
        The template is not known, the folder is in use, or there is no city.
    MachineError
        The folder cannot be written.
    """
    if template not in template_names():
        raise InputError(
            "is no template", value=template, remedy=did_you_mean(template, template_names())
        )
    if not (city / "city.yaml").is_file():
        raise InputError(
            "is no folder of a city: it holds no city.yaml",
            file=city,
            remedy="name a city's folder with --city",
        )
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise InputError(
            "exists and is not empty: nothing is overwritten",
            file=folder,
            remedy="name another folder",
        )
    text = Path(__file__).with_name(f"{template}.yaml").read_text(encoding="utf-8")
    place = json.dumps(_way_to(city, folder), ensure_ascii=False)
    return _write(folder, text.replace(_CITY_LINE, f"city: {place}", 1))


def _way_to(city: Path, folder: Path) -> str:
    """Return the way from the study to the city, with / on every system."""
    try:
        return Path(os.path.relpath(city.resolve(), folder.resolve())).as_posix()
    except ValueError:  # on Windows, another drive
        return city.resolve().as_posix()


def _write(folder: Path, text: str) -> Path:
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        beside = Path(mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
        (beside / STUDY_FILE).write_text(text, encoding="utf-8")
        schema = json.dumps(study_json_schema(), ensure_ascii=False, indent=1)
        (beside / "citymove.schema.json").write_text(schema + "\n", encoding="utf-8")
        beside.chmod(0o755)  # mkdtemp makes it readable to its owner alone
        beside.replace(folder)
    except OSError as error:
        raise MachineError(f"{folder}: cannot be written: {error.strerror}") from None
    return folder / STUDY_FILE
