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
