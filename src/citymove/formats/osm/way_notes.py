"""What a planner should know of lanes, access and speed limits that a map states in part."""

from citymove.formats.osm.tally import Tally


def note_ways(tally: Tally) -> None:
    """Add the notes that the counts of ways call for."""
    counts = tally.counts
    if n := counts["road_ways_left_out_reversible"]:
        tally.note(
            "roads_reversible",
            en=f"Roads whose direction changes over the day, left out, since their hours are not "
            f"read: {n}.",
            zh=f"可变方向（潮汐）道路（未读取其时段，已略去）：{n} 条。",
        )
    if n := counts["ways_with_conditional_access"] + counts["ways_with_conditional_oneway"]:
        tally.note(
            "access_conditional",
            en="Roads closed or one-way only at some hours or on a condition, taken as they are "
            f"outside it: {n}.",
            zh=f"仅在部分时段或条件下禁行或单行的道路（按条件以外的情形处理）：{n} 条。",
        )
    if n := counts["ways_for_destinations"]:
        tally.note(
            "access_destination",
            en=f"Roads open only to traffic that has business there, taken as open to all: {n}.",
            zh=f"仅限目的地车辆通行的道路（按对所有车辆开放处理）：{n} 条。",
        )
    if n := counts["ways_with_turn_lanes_not_matched"]:
        of = counts["ways_with_turn_lanes"]
        tally.note(
            "turn_lanes_not_matched",
            en=f"Roads whose arrows do not fit their number of lanes, and are left out: {n} of "
            f"{of}.",
            zh=f"转向标注与车道数不符、未采用其转向标注的道路：{of} 条中的 {n} 条。",
        )
