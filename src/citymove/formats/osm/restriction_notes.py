"""What a planner should know of the turn restrictions that were read."""

from typing import Final

from citymove.formats.osm.hours import WORKING_DAY
from citymove.formats.osm.tally import Tally

REASONS: Final[dict[str, tuple[str, str]]] = {
    "against_one_way": ("one-way streets rule the turn out anyway", "单行规定已使该转向不可能"),
    "ambiguous": ("more than one reading", "含义不唯一"),
    "cars_exempt": ("cars are exempt", "小汽车除外"),
    "condition_not_time": ("on a condition that is no time", "附有非时间条件"),
    "cut_by_extract": ("roads cut by the edge before they meet", "道路在交汇前被数据范围截断"),
    "incomplete": ("incomplete", "信息不全"),
    "no_road_for_cars": ("over ways that cars may not use", "涉及小汽车不能通行的道路"),
    "not_in_extract": ("roads not in the extract", "所涉道路不在数据范围内"),
    "not_on_working_days": ("not on working days", "工作日不生效"),
    "other_vehicles": ("for other vehicles", "仅限其他车辆"),
    "unreadable": ("unreadable", "无法识别"),
    "ways_do_not_meet": ("roads that do not meet", "所涉道路不相接"),
}


def note_restrictions(tally: Tally) -> None:
    """Say how many restrictions hold at some hours only, and why which of them do not apply."""
    counts = tally.counts
    timed, found = counts["turn_bans_applied_timed"], counts["turn_bans_found"]
    if timed:
        tally.note(
            "turn_bans_timed",
            en=f"{timed} of {found} turn restrictions hold at some hours only; taken are those "
            f"hours on a Wednesday in {WORKING_DAY:%B} that is no holiday.",
            zh=f"{found} 条转向限制中有 {timed} 条仅在部分时段生效；"
            f"取 {WORKING_DAY.month} 月非节假日的星期三的时段。",
        )
    dropped = counts["turn_bans_dropped"]
    if dropped:
        why = {
            words: counts[f"turn_bans_dropped_{reason}"]
            for reason, words in REASONS.items()
            if counts[f"turn_bans_dropped_{reason}"]
        }
        why_en = ", ".join(f"{words[0]}: {number}" for words, number in why.items())
        why_zh = "，".join(f"{words[1]} {number} 条" for words, number in why.items())
        tally.note(
            "turn_bans_dropped",
            en=f"{dropped} of {found} turn restrictions do not apply here ({why_en}).",
            zh=f"{found} 条转向限制中有 {dropped} 条在此不适用（{why_zh}）。",
        )
