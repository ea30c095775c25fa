"""The totals and parameters that no map knows: their keys, units and permitted ranges.

A city states them in its ``assumptions.csv`` (key, value, low, high, source, note). A key with
``<side>`` is stated once per side of the study area, one with ``<purpose>`` once per purpose
(`foundation.terms.Purpose`, in lower case). No total hides in code: what is not stated and
needed is an error.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from citymove.foundation.terms import Purpose


@dataclass(frozen=True, slots=True)
class AssumptionKey:
    """One kind of assumption.

    Parameters
    ----------
    unit
        Unit of the value.
    low, high
        Range that a value may take at all.
    meaning, meaning_zh
        What it is, in English and Chinese.
    """

    unit: str
    low: float
    high: float
    meaning: str
    meaning_zh: str


_MANY = 1e9

# Stated for the record and for whoever checks the others against them; no result depends on them.
FOR_THE_RECORD = ("residents", "jobs")

KEYS: dict[str, AssumptionKey] = {
    "residents": AssumptionKey(
        "persons", 0, _MANY, "people who live in the study area", "研究范围内居民数"
    ),
    "jobs": AssumptionKey(
        "persons", 0, _MANY, "people employed in the study area", "研究范围内就业岗位数"
    ),
    "cars_owned": AssumptionKey("veh", 0, _MANY, "cars of the residents", "居民拥有的小汽车"),
    "public_spaces": AssumptionKey(
        "spaces", 0, _MANY, "spaces in car parks open to the public", "对外开放停车场泊位"
    ),
    "kerb_spaces": AssumptionKey("spaces", 0, _MANY, "spaces along the kerb", "路内泊位"),
    "incoming_commuters.<side>": AssumptionKey(
        "persons/day",
        0,
        _MANY,
        "people who come to work from this side, by any mode",
        "由该侧进入的通勤者（各种方式）",
    ),
    "car_share_incoming.<side>": AssumptionKey(
        "share", 0, 1, "share of incoming commuters who come by car", "进入通勤者中驾车比例"
    ),
    "near_share.<side>": AssumptionKey(
        "share",
        0,
        1,
        "share of incoming drivers who live just across the boundary",
        "进入驾车者中居住在边界附近的比例",
    ),
    "persons_per_car": AssumptionKey(
        "persons/veh", 1, 5, "occupancy of a commuter's car", "通勤小汽车载客数"
    ),
    "external_near_min": AssumptionKey(
        "min",
        0,
        600,
        "median time driven outside by those who live near",
        "居住较近者城外行驶时间中位数",
    ),
    "external_far_min": AssumptionKey(
        "min",
        0,
        600,
        "median time driven outside by those who live far",
        "居住较远者城外行驶时间中位数",
    ),
    "external_sigma": AssumptionKey(
        "",
        0,
        3,
        "spread of the time driven outside, standard deviation of its logarithm",
        "城外行驶时间的离散程度（对数标准差）",
    ),
    "visitor_cars.<side>": AssumptionKey(
        "veh/day",
        0,
        _MANY,
        "cars that come from this side for anything but work",
        "由该侧进入的非通勤小汽车",
    ),
    "through_share": AssumptionKey(
        "share",
        0,
        5,
        "through cars over incoming cars (commuters and visitors)",
        "过境车辆与进入车辆之比",
    ),
    "tours_per_car": AssumptionKey(
        "tours/veh/day",
        0,
        10,
        "tours that a resident's car makes from home and back",
        "居民每车每日往返次数",
    ),
    "outgoing_share": AssumptionKey(
        "share",
        0,
        1,
        "share of residents' tours whose place lies outside",
        "居民出行中目的地在外的比例",
    ),
    "resident_purpose_share.<purpose>": AssumptionKey(
        "share",
        0,
        1,
        "share of residents' tours by purpose; home has none, they sum to 1",
        "居民出行目的构成",
    ),
    "visitor_purpose_share.<purpose>": AssumptionKey(
        "share",
        0,
        1,
        "share of visitors by purpose; work and home have none, they sum to 1",
        "访客出行目的构成",
    ),
    "mixed_work_share": AssumptionKey(
        "share",
        0,
        1,
        "share of the floor area of buildings of unstated use that is workplace",
        "用途不明建筑中办公面积比例",
    ),
    "private_share_incoming": AssumptionKey(
        "share",
        0,
        1,
        "share of incoming commuters with a private or subscribed space",
        "进入通勤者拥有固定车位的比例",
    ),
    "private_share_residents": AssumptionKey(
        "share",
        0,
        1,
        "share of residents' cars with a private space at home",
        "居民小汽车在家拥有车位的比例",
    ),
    "occupancy_0600": AssumptionKey(
        "share",
        0,
        1,
        "share of public and kerb spaces taken at 06:00",
        "06:00 公共与路内泊位占用率",
    ),
    "arrival_mean_h.<purpose>": AssumptionKey(
        "h", 0, 24, "mean clock time of arrival", "到达时刻均值"
    ),
    "arrival_sd_h.<purpose>": AssumptionKey(
        "h", 0.01, 12, "spread of the time of arrival", "到达时刻的离散程度"
    ),
    "dwell_median_min.<purpose>": AssumptionKey(
        "min", 1, 1440, "median length of the stay", "停放时长中位数"
    ),
    "dwell_sigma.<purpose>": AssumptionKey(
        "",
        0,
        3,
        "spread of the stay, standard deviation of its logarithm",
        "停放时长的离散程度（对数标准差）",
    ),
    "gravity_per_min": AssumptionKey(
        "1/min",
        0,
        10,
        "deterrence of the gravity model, exp(-value x minutes)",
        "重力模型的阻抗系数",
    ),
    "value_of_time_per_h": AssumptionKey(
        "currency/h", 0.01, 10_000, "median value of time", "时间价值中位数"
    ),
    "value_of_time_sigma": AssumptionKey(
        "",
        0,
        3,
        "spread of the value of time, standard deviation of its logarithm",
        "时间价值的离散程度（对数标准差）",
    ),
    "walking_speed_mps": AssumptionKey("m/s", 0.3, 3, "walking speed", "步行速度"),
    "walking_detour": AssumptionKey(
        "", 1, 5, "length of the way on foot over the straight line", "步行距离与直线距离之比"
    ),
    "walk_limit_m": AssumptionKey(
        "m", 50, 5000, "longest walk from a space that a driver takes", "停车后可接受的最长步行距离"
    ),
    "walk_weight": AssumptionKey(
        "", 0, 10, "a minute walked against a minute driven", "步行一分钟相当于行驶的分钟数"
    ),
    "patience_median_min": AssumptionKey(
        "min", 1, 240, "median of the longest search", "最长寻泊时间中位数"
    ),
    "patience_sigma": AssumptionKey(
        "", 0, 3, "spread of patience, of its logarithm", "寻泊耐心的离散程度（对数标准差）"
    ),
    "taste_spread_min": AssumptionKey(
        "min",
        0.01,
        240,
        "scale of what drivers' choices of a space owe to anything unobserved",
        "车位选择中未观测因素的尺度",
    ),
}


def key_of(name: str) -> AssumptionKey | None:
    """Return what `name` ("arrival_mean_h.work") stands for, None where it is not known."""
    stem, dot, _ = name.partition(".")
    if not dot:
        return KEYS.get(name)
    return KEYS.get(f"{stem}.<side>") or KEYS.get(f"{stem}.<purpose>")


# Purposes that a key has no value for: a resident's tour is not "home", and a visitor comes
# neither to work nor home.
_WITHOUT: dict[str, tuple[Purpose, ...]] = {
    "resident_purpose_share": (Purpose.HOME,),
    "visitor_purpose_share": (Purpose.WORK, Purpose.HOME),
}


def required_keys(sides: Iterable[str]) -> tuple[str, ...]:
    """Return every key that a city with these sides must state, in the order of `KEYS`.

    Examples
    --------
    >>> [key for key in required_keys(["west"]) if key.startswith(("jobs", "near_share"))]
    ['jobs', 'near_share.west']
    >>> sum(key.startswith("visitor_purpose_share.") for key in required_keys([]))
    5
    """
    sides, keys = tuple(sides), []
    for key in KEYS:
        stem, _, part = key.partition(".")
        if part == "<side>":
            keys += [f"{stem}.{side}" for side in sides]
        elif part == "<purpose>":
            left_out = _WITHOUT.get(stem, ())
            keys += [f"{stem}.{p.name.lower()}" for p in Purpose if p not in left_out]
        else:
            keys.append(key)
    return tuple(keys)
