"""Retime signals at the flows that an option leads to."""

from typing import Annotated, Literal

from citymove.facts.city import City
from citymove.facts.edit import add_retime_request
from citymove.facts.signal_plans import RetimeRequest
from citymove.foundation.daytime import format_clock
from citymove.foundation.quantities import ClockWindow, SecondsRange
from citymove.scenario.forms import AtLeast
from citymove.scenario.intervention import Intervention, Touches, Write
from citymove.scenario.results import Text
from citymove.scenario.selectors import SelectionError, find_junctions


class Retime(Intervention):
    """New cycles and greens at junctions, chosen for the least delay at the flows."""

    junctions: Annotated[tuple[str, ...], AtLeast(1)]
    when: Annotated[tuple[ClockWindow, ...], AtLeast(1)]
    choose: Annotated[tuple[Literal["cycle", "splits"], ...], AtLeast(1)]
    cycle: SecondsRange | None = None

    def _cycle(self) -> tuple[float, float]:
        if ("cycle" in self.choose) != (self.cycle is not None):
            missing = self.cycle is None
            raise SelectionError(
                "is required where choose names cycle" if missing else "is not asked for",
                at=("cycle",),
                value="cycle",
                remedy='write "cycle: 60 .. 120 s"' if missing else "add cycle to choose",
            )
        return self.cycle or (0.0, float("inf"))

    def apply(self, city: City) -> City:
        """Return the city with one request per junction and window."""
        junctions, rows = find_junctions(city, self.junctions)
        low_s, high_s = self._cycle()
        for row in rows:
            for start_s, end_s in self.when:
                request = RetimeRequest(
                    junction=str(junctions.id[row]),
                    start_s=start_s,
                    end_s=end_s,
                    choose=self.choose,
                    cycle_low_s=low_s,
                    cycle_high_s=high_s,
                )
                city = add_retime_request(city, request)
        return city

    def touches(self, city: City) -> Touches:
        """Return the junctions."""
        junctions, rows = find_junctions(city, self.junctions)
        self._cycle()
        ids = junctions.id[rows].tolist()
        return Touches.of(
            junctions=dict.fromkeys(ids),
            x_m=junctions.x_m[rows],
            y_m=junctions.y_m[rows],
            writes=tuple(
                Write("the signal plan", f"{junctions.name[row]} ({junctions.id[row]})", *window)
                for row in rows
                for window in self.when
            ),
        )

    def describe(self, city: City) -> Text:
        """Return which junctions, when, and what may change."""
        junctions, rows = find_junctions(city, self.junctions)
        names = ", ".join(str(junctions.name[row] or junctions.id[row]) for row in rows)
        windows = ", ".join("-".join(format_clock(t) for t in window) for window in self.when)
        zh = {"cycle": "周期", "splits": "绿信比"}
        return Text(
            en=f"retime {names} for {windows} ({' and '.join(self.choose)})",
            zh=f"优化{names}信号配时（{windows}，{'、'.join(zh[c] for c in self.choose)}）",
        )
