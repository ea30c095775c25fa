"""``city.yaml``: the names, files, sides, totals and tariffs of a city."""

from collections.abc import Callable, Collection, Iterator
from functools import partial
from pathlib import PurePath
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from citymove.facts.city import Bilingual
from citymove.facts.defaults import defaults_for
from citymove.facts.tariffs import Tariff, TariffBand
from citymove.formats.assumptions_sheet import faults_of
from citymove.formats.car_parks_sheet import FREE
from citymove.foundation.daytime import parse_window
from citymove.foundation.documents import (
    Document,
    DocumentModel,
    Loc,
    Number,
    Whole,
    in_validator,
)
from citymove.foundation.errors import InputError
from citymove.foundation.near_names import did_you_mean
from citymove.foundation.provenance import Source, Sourced

MINUTE_S = 60


def _beside(name: str) -> str:
    if PurePath(name).name != name:
        raise InputError("must name a file of the city's own folder", remedy="move it there")
    return name


def _country(code: str) -> str:
    return defaults_for(code).country


def _window(text: str) -> str:
    parse_window(text)
    return text


FileName = Annotated[str, AfterValidator(in_validator(_beside))]
Country = Annotated[str, Field(min_length=2), AfterValidator(in_validator(_country))]
Window = Annotated[str, AfterValidator(in_validator(_window))]
Id = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
Longitude = Annotated[Number, Field(ge=-180, le=180)]
Latitude = Annotated[Number, Field(ge=-90, le=90)]


class NameEntry(DocumentModel):
    """A text in English and Chinese."""

    en: Annotated[str, Field(min_length=1)]
    zh: Annotated[str, Field(min_length=1)]

    def as_fact(self) -> Bilingual:
        """Return the fact."""
        return Bilingual(self.en, self.zh)


class ExtractEntry(DocumentModel):
    """The OpenStreetMap extract and its checksum."""

    file: FileName
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class LayerEntry(DocumentModel):
    """The document of a layer that takes the place of what the extract says."""

    layer: FileName


class ZonesEntry(DocumentModel):
    """The grid of zones."""

    cell_m: Annotated[Number, Field(ge=20, le=5000)]


class SideEntry(DocumentModel):
    """A side of the study area; a gateway belongs to the side of the nearest anchor."""

    id: Id
    name: NameEntry
    anchor: tuple[Longitude, Latitude]


class TotalEntry(DocumentModel):
    """A total that is reported, with its range; low and high left out: the value is certain."""

    value: Number
    low: Number | None = None
    high: Number | None = None
    source: str
    note: str

    def as_fact(self) -> Sourced:
        """Return the fact."""
        return Sourced(
            self.value,
            Source.from_word(self.source),
            self.value if self.low is None else self.low,
            self.value if self.high is None else self.high,
            self.note,
        )


class BandEntry(DocumentModel):
    """A band of the day; `points_min` are [minutes parked in the band, price] pairs."""

    window: Window
    points_min: list[tuple[Number, Number]] = Field(default_factory=list)
    step_min: Number
    then_per_step: Number

    def as_fact(self) -> TariffBand:
        """Return the fact; raise `InputError` where the band breaks a rule."""
        start_s, end_s = parse_window(self.window)
        return TariffBand(
            start_s,
            end_s,
            tuple((round(after_min * MINUTE_S), price) for after_min, price in self.points_min),
            round(self.step_min * MINUTE_S),
            self.then_per_step,
        )


class TariffEntry(DocumentModel):
    """What a stay costs, see `facts.tariffs`."""

    id: Id
    note: Annotated[str, Field(min_length=1)]
    bands: Annotated[list[BandEntry], Field(min_length=1)]
    cap_per_day: Annotated[Number, Field(ge=0)] | None = None
    max_stay_min: Annotated[Number, Field(gt=0)] | None = None

    def as_fact(self, currency: str) -> Tariff:
        """Return the fact; raise `InputError` where the tariff breaks a rule."""
        limit = self.max_stay_min
        return Tariff(
            self.id,
            currency,
            tuple(band.as_fact() for band in self.bands),
            cap_per_day=self.cap_per_day,
            max_stay_s=None if limit is None else round(limit * MINUTE_S),
            note=self.note,
        )


class CityEntry(DocumentModel):
    """The whole of ``city.yaml``."""

    citymove: Literal[1]
    name: NameEntry
    extract: ExtractEntry
    roads: LayerEntry | None = None
    car_parks: LayerEntry | None = None
    crs: Literal["EPSG:4326"]  # of the boundary and the anchors; the extract is WGS84 by nature
    country: Country
    year: Annotated[Whole, Field(ge=1990, le=2100)]
    driving_side: Literal["right", "left"]
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
    attribution: Annotated[str, Field(min_length=1)]
    boundary: FileName | None = None
    crop: FileName | None = None
    zones: ZonesEntry
    sides: Annotated[list[SideEntry], Field(min_length=1)]
    totals: dict[str, TotalEntry] = Field(default_factory=dict)
    tariffs: list[TariffEntry] = Field(default_factory=list)
    car_park_tariff: str
    kerb_tariff: str
    signals: Literal["tagged", "inferred"] = "tagged"

    def tariff_row(self, tariff: str) -> int:
        """Return the row of a tariff that is known to exist, -1 for "free"."""
        return -1 if tariff == FREE else [entry.id for entry in self.tariffs].index(tariff)


def cross_faults(
    document: Document, entry: CityEntry, known_keys: Collection[str]
) -> list[InputError]:
    """Return what the model cannot see: ids that stand twice, names that lead nowhere, ranges."""
    found = [
        *_twice(document, "sides", [side.id for side in entry.sides]),
        *_twice(document, "tariffs", [tariff.id for tariff in entry.tariffs]),
    ]
    tariff_ids = [FREE, *(tariff.id for tariff in entry.tariffs)]
    for key in ("car_park_tariff", "kerb_tariff"):
        word = getattr(entry, key)
        if word not in tariff_ids:
            remedy = did_you_mean(word, tariff_ids)
            found.append(document.error("is no tariff of this city", (key,), remedy=remedy))
    found += _broken_tariffs(document, entry)
    for key, total in entry.totals.items():
        found += _total_faults(document, key, total, known_keys)
    return found


def _twice(document: Document, table: str, ids: list[str]) -> list[InputError]:
    return [
        document.error("stands twice", (table, row, "id"), remedy="give each its own id")
        for row, identity in enumerate(ids)
        if identity in ids[:row]
    ]


def _broken_tariffs(document: Document, entry: CityEntry) -> Iterator[InputError]:
    for row, tariff in enumerate(entry.tariffs):
        bands = [(("bands", index), band.as_fact) for index, band in enumerate(tariff.bands)]
        broken = [e for at, make in bands for e in _broken(document, ("tariffs", row, *at), make)]
        # The bands together are looked at once each of them is sound.
        yield from broken or _broken(
            document, ("tariffs", row), partial(tariff.as_fact, entry.currency)
        )


def _broken(document: Document, loc: Loc, make: Callable[[], object]) -> list[InputError]:
    try:
        make()
    except InputError as error:
        where = f"{document.describe(loc)}: {error.value}"
        return [document.error(error.rule, loc, value=where, remedy=error.remedy)]
    return []


def _total_faults(
    document: Document, key: str, total: TotalEntry, known_keys: Collection[str]
) -> list[InputError]:
    if key not in known_keys:
        remedy = did_you_mean(key, known_keys)
        return [document.error("is not a known total", ("totals", key), remedy=remedy)]
    faults = faults_of(
        key,
        value=total.value,
        low=total.value if total.low is None else total.low,
        high=total.value if total.high is None else total.high,
        source=total.source,
        note=total.note,
    )
    return [document.error(f.rule, ("totals", key, f.field), remedy=f.remedy) for f in faults]
