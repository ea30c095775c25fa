"""What buildings, points of interest and land are used for, by their tags."""

from typing import Any, Final

import numpy as np

from citymove.facts.places import PlaceKind
from citymove.formats.osm.areas import Areas
from citymove.formats.osm.tags import Tags

Array = np.ndarray[Any, Any]

# No trip ends in these: they shelter cars, machines, animals or nobody.
NO_PLACE = frozenset((
    "no", "roof", "construction", "garage", "garages", "carport", "carports", "parking",
    "shed", "greenhouse", "ruins", "collapsed", "damaged", "demolished", "service",
    "transformer_tower", "tech_cab", "barn", "sty", "stable", "cowshed", "farm_auxiliary",
    "allotment_house", "hut", "container", "storage_tank", "silo", "digester", "water_tower",
    "bunker", "tent", "tower", "toilets", "bridge", "gatehouse", "guardhouse", "elevator",
    "boathouse", "shelter",
))  # fmt: skip


def _words(kind: PlaceKind, words: str) -> dict[str, PlaceKind]:
    return dict.fromkeys(words.split(), kind)


_BUILDING = (
    _words(
        PlaceKind.DWELLING,
        "apartments residential house detached semidetached_house semi terrace dormitory bungalow "
        "villa farm cabin static_caravan houseboat flats",
    )
    | _words(
        PlaceKind.WORKPLACE,
        "office commercial industrial warehouse government public civic manufacture factory "
        "fire_station police townhall embassy works depot",
    )
    | _words(PlaceKind.SHOP, "retail supermarket kiosk shop mall store")
    | _words(PlaceKind.MARKET, "marketplace market_hall")
    | _words(PlaceKind.SCHOOL, "school kindergarten university college")
    | _words(PlaceKind.HOSPITAL, "hospital clinic")
    | _words(
        PlaceKind.LEISURE,
        "hotel hostel museum theatre cinema stadium grandstand sports_hall sports_centre pavilion "
        "riding_hall restaurant casino library palace castle",
    )
    | _words(
        PlaceKind.OTHER,
        "church chapel cathedral mosque temple synagogue shrine monastery religious "
        "train_station transportation station terminal",
    )
)
# Building values so wide that another tag of the building knows better.
_WIDE = frozenset(("commercial", "public", "civic", "government"))

_AMENITY = (
    _words(PlaceKind.MARKET, "marketplace")
    | _words(PlaceKind.SHOP, "pharmacy bank post_office fuel car_rental")
    | _words(
        PlaceKind.SCHOOL,
        "school kindergarten college university childcare music_school language_school "
        "driving_school prep_school",
    )
    | _words(PlaceKind.HOSPITAL, "hospital clinic doctors dentist")
    | _words(
        PlaceKind.LEISURE,
        "restaurant cafe fast_food bar pub ice_cream food_court biergarten nightclub cinema "
        "theatre arts_centre casino library community_centre events_venue conference_centre "
        "exhibition_centre social_centre planetarium public_bath",
    )
    | _words(
        PlaceKind.WORKPLACE,
        "townhall police fire_station courthouse embassy research_institute studio "
        "coworking_space public_building",
    )
    | _words(
        PlaceKind.OTHER,
        "place_of_worship bus_station ferry_terminal crematorium funeral_hall social_facility "
        "nursing_home veterinary monastery prison",
    )
)
_TOURISM = _words(
    PlaceKind.LEISURE,
    "hotel hostel guest_house motel apartment museum gallery attraction zoo theme_park aquarium",
)
_LEISURE = _words(
    PlaceKind.LEISURE,
    "sports_centre fitness_centre stadium sports_hall bowling_alley ice_rink dance water_park "
    "amusement_arcade",
)
_LANDUSE = (
    _words(PlaceKind.SHOP, "retail")
    | _words(PlaceKind.WORKPLACE, "commercial industrial")
    | _words(PlaceKind.DWELLING, "residential")
)
_GROUNDS = frozenset((PlaceKind.SCHOOL, PlaceKind.HOSPITAL, PlaceKind.MARKET))
_NOTHING = frozenset(("no", "vacant", "disused"))


_USE_KEYS: Final = frozenset(("amenity", "shop", "office", "tourism", "leisure"))


def is_building(tags: Tags) -> bool:
    """Whether the object is a building in which trips end."""
    return "building" in tags and tags["building"] not in NO_PLACE


def kind_of_use(tags: Tags) -> PlaceKind | None:
    """Return what amenity, shop, office, tourism or leisure say; None where they say nothing."""
    if _USE_KEYS.isdisjoint(tags):
        return None
    known = _AMENITY.get(tags.get("amenity", ""))
    if known is not None:
        return known
    if tags.get("shop", "no") not in _NOTHING:
        return PlaceKind.SHOP
    if tags.get("office", "no") not in _NOTHING:
        return PlaceKind.WORKPLACE
    tourism = _TOURISM.get(tags.get("tourism", ""))
    return tourism if tourism is not None else _LEISURE.get(tags.get("leisure", ""))


def kind_of_building(tags: Tags) -> PlaceKind | None:
    """Return what a building is used for; None where neither its type nor its use is stated."""
    stated = _BUILDING.get(tags["building"])
    if stated is None or tags["building"] in _WIDE:
        used = kind_of_use(tags)
        return stated if used is None else used
    return stated


def is_place(tags: Tags) -> bool:
    """Whether an area is a building in which trips end, or a point of interest."""
    return is_building(tags) or kind_of_use(tags) is not None


def kind_of_ground(tags: Tags) -> PlaceKind | None:
    """Return what land is used for: grounds of schools and hospitals, land use; or None."""
    if "building" in tags:
        return None
    use = kind_of_use(tags)
    return use if use in _GROUNDS else _LANDUSE.get(tags.get("landuse", ""))


def is_ground(tags: Tags) -> bool:
    """Whether an area says what the buildings on it are for."""
    return kind_of_ground(tags) is not None


def kind_around(grounds: Areas, polygons: Array, x_m: Array, y_m: Array) -> Array:
    """Return the kind of the smallest ground around each point, int8 [n], -1 for none.

    Parameters
    ----------
    grounds
        Areas of `is_ground`.
    polygons
        The same as shapely polygons, see `areas.polygons_of`.
    x_m, y_m
        float64 [n].
    """
    import shapely

    found = np.full(np.shape(x_m), -1, np.int8)
    if len(grounds) == 0:
        return found
    point, ground = shapely.STRtree(polygons).query(shapely.points(x_m, y_m), predicate="within")
    # the largest first, so that the smallest is written last
    order = np.lexsort((-ground, -grounds.area_m2[ground]))
    kinds = np.array([kind_of_ground(tags) for tags in grounds.tags], np.int8)
    found[point[order]] = kinds[ground[order]]
    return found
