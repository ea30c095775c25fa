"""One table of terms: what an indicator is called, in which unit, by which standard.

Reports, tables and documentation take names and units from here, so that a thing has one
name in English and one in Chinese.
"""

from dataclasses import dataclass
from enum import IntEnum


class Purpose(IntEnum):
    """Why people travel. The one list of purposes."""

    WORK = 0
    SCHOOL = 1
    SHOPPING = 2
    VISIT = 3
    OUTPATIENT = 4
    MARKET = 5
    HOME = 6


@dataclass(frozen=True, slots=True)
class Term:
    """One term.

    Parameters
    ----------
    key
        Stable key of tables and files.
    en, zh
        Name in English and Chinese.
    unit
        Unit as printed; "" for a plain number, "%" for a share stored as 0..1.
    better
        "lower", "higher" or "" where neither is better in itself.
    definition_en, definition_zh
        One sentence.
    standard
        Standard and clause, or "".
    symbol
        Symbol of the field's formulas, or "".
    is_money
        Whether it is an amount of money, which a study of grade D computes and does not print.
    """

    key: str
    en: str
    zh: str
    unit: str
    better: str
    definition_en: str
    definition_zh: str
    standard: str = ""
    symbol: str = ""
    is_money: bool = False

    @property
    def resolution(self) -> float:
        """The smallest difference that is told: one of the last digit printed, in its unit."""
        return _RESOLUTION[self.unit]


_RESOLUTION = {
    "min": 0.01,
    "m": 0.1,
    "%": 0.001,
    "": 0.001,
    "veh-km": 1.0,
    "veh-h": 0.1,
    "links": 0.1,
    "currency": 1.0,
}


def _table(*terms: Term) -> dict[str, Term]:
    return {term.key: term for term in terms}


PURPOSES: dict[Purpose, tuple[str, str]] = {
    Purpose.WORK: ("work", "上班"),
    Purpose.SCHOOL: ("school", "上学"),
    Purpose.SHOPPING: ("shopping", "购物"),
    Purpose.VISIT: ("visit", "访客"),
    Purpose.OUTPATIENT: ("outpatient", "门诊"),
    Purpose.MARKET: ("market", "买菜"),
    Purpose.HOME: ("home", "回家"),
}

TERMS: dict[str, Term] = _table(
    Term(
        "commute_door_to_door_min",
        "Peak commute, door to door",
        "高峰通勤时间（门到门）",
        "min",
        "lower",
        "Mean time of work arrivals from 07:00 to 09:30: minutes driven outside, drive inside, "
        "search for a space and walk.",
        "07:00–09:30 到达的上班出行平均用时：城外行驶、城内行驶、寻找车位与步行之和。",
    ),
    Term(
        "commute_inside_min",
        "Peak commute, inside the city",
        "高峰通勤时间（城内部分）",
        "min",
        "lower",
        "The same without the minutes driven outside the study area.",
        "同上，不含研究范围以外的行驶时间。",
    ),
    Term(
        "delay_index",
        "Delay index of the network",
        "路网延时指数",
        "",
        "lower",
        "Time driven over the time at free speed without control delay, weighted by veh-km.",
        "实际行驶时间与自由流（无信号延误）时间之比，按车公里加权。",
    ),
    Term(
        "corridor_delay_index",
        "Corridor delay index",
        "走廊延时指数",
        "",
        "lower",
        "The delay index on the study's corridor (without one: on primary and secondary roads), "
        "07:00-09:30.",
        "研究走廊（未指定时为主次干路）07:00–09:30 的延时指数。",
    ),
    Term(
        "search_time_mean_min",
        "Time to find a space, mean",
        "寻找车位时间（平均）",
        "min",
        "lower",
        "From the search-start node to standing in a space; reserved spaces left out.",
        "自开始寻找车位的节点至停入车位的时间，不含固定车位。",
    ),
    Term(
        "search_time_p90_min",
        "Time to find a space, 90th percentile",
        "寻找车位时间（90 分位）",
        "min",
        "lower",
        "Nine in ten drivers need no longer.",
        "九成驾驶人不超过该时间。",
    ),
    Term(
        "walk_mean_m",
        "Walk from the space, mean",
        "停车后步行距离（平均）",
        "m",
        "lower",
        "From the space to the place of the visit.",
        "自车位至目的地的步行距离。",
    ),
    Term(
        "gave_up_share",
        "Drivers who gave up",
        "放弃停车比例",
        "%",
        "lower",
        "Share of searching drivers who left without a space.",
        "未找到车位而离开的驾驶人比例。",
    ),
    Term(
        "cruising_veh_km",
        "Cruising for a space",
        "寻泊绕行里程",
        "veh-km",
        "lower",
        "Driven after the first refusal, in the simulated hours.",
        "首次遇满后在模拟时段内的行驶里程。",
    ),
    Term(
        "occupancy_peak",
        "Occupancy of public spaces, peak",
        "公共泊位高峰占用率",
        "%",
        "",
        "Highest share of public spaces taken at one quarter of an hour.",
        "公共泊位在任一刻钟的最高占用比例。",
    ),
    Term(
        "veh_km",
        "Vehicle kilometres",
        "车公里",
        "veh-km",
        "lower",
        "All driving inside in the simulated hours.",
        "模拟时段内城内全部行驶里程。",
    ),
    Term(
        "veh_h",
        "Vehicle hours",
        "车小时",
        "veh-h",
        "lower",
        "All time driven inside in the simulated hours.",
        "模拟时段内城内全部行驶时间。",
    ),
    Term(
        "revenue",
        "Fees paid",
        "停车收费",
        "currency",
        "",
        "Price of all stays that began in the simulated hours, reserved spaces left out.",
        "模拟时段内开始停放的费用合计，不含固定车位。",
        is_money=True,
    ),
    Term(
        "links_over_capacity",
        "Links over capacity",
        "超负荷路段数",
        "links",
        "lower",
        "Links whose demand exceeds capacity in any slice; times there are indicative.",
        "任一时段需求超过通行能力的路段数；其时间仅供参考。",
    ),
)


# The supply-demand balance of parking, in the words of Chinese practice. GB/T 51149-2016 treats
# demand and supply of spaces in its chapter 4 and spaces that belong to buildings in chapter 6.
_BALANCE_STANDARD = "GB/T 51149-2016, 4"
_BUILDINGS_STANDARD = "GB/T 51149-2016, 6"

BALANCE_TERMS: dict[str, Term] = _table(
    Term(
        "zone",
        "Zone",
        "停车小区",
        "",
        "",
        "Zone of the study area.",
        "研究范围内的停车小区。",
    ),
    Term(
        "demand_base",
        "Base demand",
        "基本停车需求",
        "veh",
        "",
        "Residents' cars, which need a space at home by night.",
        "居民拥有的小汽车，夜间需在居住地停放。",
        _BALANCE_STANDARD,
    ),
    Term(
        "demand_home_day",
        "Residents' cars at home by day",
        "白天留在家中的居民车辆",
        "veh",
        "",
        "Base demand without the cars that are away at the peak of trip demand.",
        "出行需求高峰时刻未外出的居民车辆。",
        _BALANCE_STANDARD,
    ),
    Term(
        "demand_home_day_own",
        "Of these: in a space of their own",
        "其中：停在自有车位",
        "veh",
        "",
        "Residents' cars at home by day that have a private space there.",
        "白天留在家中且有固定车位的居民车辆。",
        _BALANCE_STANDARD,
    ),
    Term(
        "demand_trip",
        "Trip demand",
        "出行停车需求",
        "veh",
        "",
        "Cars that stand at the places of trips at the time of day when most do.",
        "出行目的地停车高峰时刻的停放车辆。",
        _BALANCE_STANDARD,
    ),
    Term(
        "demand_trip_reserved",
        "Trip demand with a space of its own",
        "有固定车位的出行需求",
        "veh",
        "",
        "The part of trip demand that has a private or subscribed space.",
        "出行需求中拥有固定车位的部分。",
        _BALANCE_STANDARD,
    ),
    Term(
        "supply_attached",
        "Spaces of buildings, private or by permit",
        "建筑物配建停车位（专用）",
        "spaces",
        "",
        "Spaces in mapped car parks that are private or need a permit.",
        "地图所示的专用或凭证停车场泊位。",
        _BUILDINGS_STANDARD,
    ),
    Term(
        "supply_attached_assumed_night",
        "Private spaces assumed beyond the map, by night",
        "地图以外假定的专用泊位（夜间）",
        "spaces",
        "",
        "What residents with a space at home need beyond the mapped private spaces.",
        "有固定车位的居民所需、超出地图所示专用泊位的部分。",
        _BUILDINGS_STANDARD,
    ),
    Term(
        "supply_attached_assumed_day",
        "Private spaces assumed beyond the map, by day",
        "地图以外假定的专用泊位（白天）",
        "spaces",
        "",
        "The same, with the spaces of trips that have one of their own.",
        "同上，并计入有固定车位的出行所用泊位。",
        _BUILDINGS_STANDARD,
    ),
    Term(
        "supply_customers",
        "Spaces of buildings for customers",
        "建筑物配建停车位（对顾客开放）",
        "spaces",
        "",
        "Spaces in car parks for customers; they count by day.",
        "对顾客开放的停车场泊位，仅计入白天。",
        _BUILDINGS_STANDARD,
    ),
    Term(
        "supply_public",
        "Public car parks off the street",
        "路外公共停车场泊位",
        "spaces",
        "",
        "Spaces in public car parks.",
        "路外公共停车场的泊位。",
        _BALANCE_STANDARD,
    ),
    Term(
        "supply_street_day",
        "Spaces on the street by day",
        "路内停车位（白天）",
        "spaces",
        "",
        "Kerb and street-side spaces that the public, customers or permit holders may use then.",
        "该时段公众、顾客或持证者可用的路内泊位。",
        _BALANCE_STANDARD,
    ),
    Term(
        "supply_street_night",
        "Spaces on the street by night",
        "路内停车位（夜间）",
        "spaces",
        "",
        "The same at night.",
        "夜间可用的路内泊位。",
        _BALANCE_STANDARD,
    ),
    Term(
        "supply_inferred",
        "Of the mapped supply: inferred",
        "其中：推断的泊位",
        "spaces",
        "",
        "Mapped spaces that nobody counted: by outline, by length of kerb, or of a total.",
        "未经清点、按轮廓、路缘长度或总量推断的泊位。",
    ),
    Term(
        "car_parks_unknown",
        "Car parks of unknown size",
        "泊位数未知的停车场",
        "",
        "",
        "Mapped car parks whose spaces are not known; they count as none.",
        "泊位数未知的停车场，按零计。",
    ),
    Term(
        "demand_night",
        "Demand by night",
        "夜间停车需求",
        "veh",
        "",
        "Base demand.",
        "即基本停车需求。",
        _BALANCE_STANDARD,
    ),
    Term(
        "supply_night",
        "Supply by night",
        "夜间停车供给",
        "spaces",
        "",
        "Attached (mapped and assumed), public and street spaces.",
        "专用（含假定）、公共与路内泊位之和。",
        _BALANCE_STANDARD,
    ),
    Term(
        "ratio_night",
        "Supply over demand by night",
        "夜间供需比",
        "",
        "",
        "Supply by night over demand by night.",
        "夜间供给与夜间需求之比。",
    ),
    Term(
        "gap_night",
        "Gap by night",
        "夜间缺口",
        "spaces",
        "",
        "Demand less supply; below 0: spaces to spare.",
        "需求减供给；负值表示富余。",
    ),
    Term(
        "demand_day",
        "Demand by day",
        "白天停车需求",
        "veh",
        "",
        "Residents' cars at home and trip demand at its peak.",
        "白天留在家中的居民车辆与出行停车需求之和。",
        _BALANCE_STANDARD,
    ),
    Term(
        "supply_day",
        "Supply by day",
        "白天停车供给",
        "spaces",
        "",
        "Attached (mapped and assumed), customers', public and street spaces.",
        "专用（含假定）、顾客、公共与路内泊位之和。",
        _BALANCE_STANDARD,
    ),
    Term(
        "ratio_day",
        "Supply over demand by day",
        "白天供需比",
        "",
        "",
        "Supply by day over demand by day.",
        "白天供给与白天需求之比。",
    ),
    Term(
        "gap_day",
        "Gap by day",
        "白天缺口",
        "spaces",
        "",
        "Demand less supply; below 0: spaces to spare.",
        "需求减供给；负值表示富余。",
    ),
    Term(
        "open_demand_day",
        "Demand for open spaces by day",
        "白天开放泊位需求",
        "veh",
        "",
        "Demand by day without the cars that have a space of their own.",
        "白天需求中没有固定车位的部分。",
        _BALANCE_STANDARD,
    ),
    Term(
        "open_supply_day",
        "Open spaces by day",
        "白天开放泊位供给",
        "spaces",
        "",
        "Customers', public and street spaces by day: an empty private space helps nobody else.",
        "顾客、公共与路内泊位之和；空置的专用泊位不计入。",
        _BALANCE_STANDARD,
    ),
    Term(
        "open_ratio_day",
        "Open spaces over demand for them by day",
        "白天开放泊位供需比",
        "",
        "",
        "Open spaces over demand for them.",
        "开放泊位供给与需求之比。",
    ),
    Term(
        "open_gap_day",
        "Gap of open spaces by day",
        "白天开放泊位缺口",
        "spaces",
        "",
        "Demand for open spaces less their supply; below 0: spaces to spare.",
        "开放泊位需求减供给；负值表示富余。",
    ),
)
