"""The YAML file that says what a layer's columns and values mean."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from citymove.facts.defaults import defaults_for
from citymove.foundation.coordinates import CoordinateSystem
from citymove.foundation.documents import (
    DocumentModel,
    Number,
    Whole,
    in_validator,
    read_document,
    validate,
)
from citymove.foundation.errors import InputError
from citymove.foundation.provenance import Source

CAR_PARK_KINDS = ("surface", "multi_storey", "underground", "street_side")
ACCESS_WORDS = ("public", "customers", "permit", "private")


def _system(word: str) -> str:
    return CoordinateSystem.from_word(word).value


def _country(code: str) -> str:
    return defaults_for(code).country if code else ""


def _encoding(name: str) -> str:
    try:
        "".encode(name)
    except LookupError:
        raise InputError("is no encoding", remedy="write GBK, GB18030 or UTF-8") from None
    return name


Name = Annotated[str, Field(min_length=1)]


class _LayerEntry(DocumentModel):
    """What every layer says of itself."""

    citymove: Literal[1]
    file: Name
    layer: Name | None = None
    encoding: Annotated[str, AfterValidator(in_validator(_encoding))] | None = None
    coordinates: Annotated[str, AfterValidator(in_validator(_system))]
    meridian_deg: Whole | None = None
    source: Literal["measured", "reported"] = "reported"
    attribution: str = ""
    empty: list[str] = Field(default_factory=list)

    @property
    def system(self) -> CoordinateSystem:
        """The coordinate system that is declared."""
        return CoordinateSystem.from_word(self.coordinates)

    @property
    def stated(self) -> Source:
        """The source of what the columns say."""
        return Source.from_word(self.source)


class RoadColumns(DocumentModel):
    """Which column holds what; a name left out: the layer does not say."""

    id: Name | None = None
    name: Name | None = None
    road_class: Annotated[Name, Field(alias="class")]
    lanes: Name | None = None
    speed: Name | None = None
    oneway: Name | None = None
    capacity: Name | None = None
    length: Name | None = None
    level: Name | None = None


class RoadsLayer(_LayerEntry):
    """A layer of roads."""

    of: Literal["roads"]
    country: Annotated[str, AfterValidator(in_validator(_country))] = ""
    snap_m: Annotated[Number, Field(ge=0.01, le=20)] = 0.5
    columns: RoadColumns
    lanes_of: Literal["direction", "road"] | None = None
    capacity_of: Literal["direction", "lane"] = "direction"
    speed_unit: Literal["km/h", "mph", "m/s"] = "km/h"
    length_unit: Literal["m", "km", "ft", "mi"] = "m"
    classes: dict[str, str] = Field(default_factory=dict)
    oneway: dict[str, Literal["both", "forward", "backward", "closed"]] = Field(
        default_factory=dict
    )


class CarParkColumns(DocumentModel):
    """Which column holds what of a car park."""

    id: Name | None = None
    name: Name | None = None
    spaces: Name | None = None
    kind: Name | None = None
    access: Name | None = None


class CarParksLayer(_LayerEntry):
    """A layer of car parks, as points or outlines."""

    of: Literal["car_parks"]
    columns: CarParkColumns
    kinds: dict[str, Literal["surface", "multi_storey", "underground", "street_side"]] = Field(
        default_factory=dict
    )
    access: dict[str, Literal["public", "customers", "permit", "private"]] = Field(
        default_factory=dict
    )


def read_roads_layer_document(path: Path) -> RoadsLayer:
    """Read what a layer of roads says of itself.

    Raises
    ------
    InputError, InputErrors
        Every broken rule at once, each with its line.
    """
    document = read_document(path)
    if document.data.get("of") == "car_parks":
        raise document.error(
            "is a layer of car parks, not of roads",
            ("of",),
            remedy="name it in city.yaml as car_parks: {layer: FILE}, and give the city's folder",
        )
    entry = validate(document, RoadsLayer)
    if entry.columns.lanes is not None and entry.lanes_of is None:
        raise document.error(
            "is required where a column holds lanes",
            ("lanes_of",),
            value="lanes_of",
            remedy="write lanes_of: road where the column counts both directions, else direction",
        )
    if entry.columns.oneway is not None and not entry.oneway:
        raise document.error(
            "is required where a column holds the direction",
            ("oneway",),
            value="oneway",
            remedy='write what each value means, as oneway: {"0": both, "1": forward}',
        )
    return entry


def read_car_parks_layer_document(path: Path) -> CarParksLayer:
    """Read what a layer of car parks says of itself; raises as `read_roads_layer_document`."""
    return validate(read_document(path), CarParksLayer)
