"""What parking costs, as a table of facts; `parking/pricing` computes the price of a stay.

A tariff is a list of bands that together cover the day. Inside a band the price is a
function of the time parked in that band, given by points; between two points it rises in
steps, past the last one by a constant step.
"""

from dataclasses import dataclass

from citymove.foundation.errors import InputError

_DAY_S = 86_400


@dataclass(frozen=True, slots=True)
class TariffBand:
    """One band of the day.

    Parameters
    ----------
    start_s, end_s
        Clock window in seconds since midnight, ``start_s < end_s``; `end_s` may lie past
        midnight.
    points
        ((parked_s, price), ...) with both increasing (price may stay equal): the price of
        that time parked in the band. A stay starts at (0, 0) unless a point says otherwise.
    step_s
        Length of the steps by which the price rises between points and after the last, > 0.
    then_per_step
        Price of each step after the last point, >= 0.
    """

    start_s: int
    end_s: int
    points: tuple[tuple[int, float], ...]
    step_s: int
    then_per_step: float

    def __post_init__(self) -> None:
        if not 0 <= self.start_s < self.end_s:
            raise InputError(
                "must start before it ends", value=f"band {self.start_s} .. {self.end_s} s"
            )
        if self.step_s <= 0 or not self.then_per_step >= 0:
            raise InputError(
                "step_s must be > 0 and then_per_step >= 0",
                value=f"step_s = {self.step_s}, then_per_step = {self.then_per_step}",
            )
        for (t0, p0), (t1, p1) in zip(self.points, self.points[1:], strict=False):
            if not (t0 < t1 and p0 <= p1):
                raise InputError("points of a tariff must increase", value=repr(self.points))
        if self.points and not (self.points[0][0] >= 0 and self.points[0][1] >= 0):
            raise InputError("must be >= 0", value=f"tariff point {self.points[0]}")


@dataclass(frozen=True, slots=True)
class Tariff:
    """What a stay costs.

    Parameters
    ----------
    id
        Stable name.
    currency
        ISO 4217 code ("EUR", "CNY").
    bands
        Bands that cover each second of the day once.
    cap_per_day
        Most that 24 hours cost, or None.
    max_stay_s
        Longest stay allowed, or None.
    note
        Source.
    """

    id: str
    currency: str
    bands: tuple[TariffBand, ...]
    cap_per_day: float | None = None
    max_stay_s: int | None = None
    note: str = ""

    def __post_init__(self) -> None:
        if not _covers_the_day_once(self.bands):
            windows = ", ".join(f"{b.start_s / 3600:g}-{b.end_s / 3600:g} h" for b in self.bands)
            raise InputError(
                "the bands of a tariff must cover the 24 hours once",
                value=f"tariff {self.id}: {windows}",
            )
        if self.cap_per_day is not None and not self.cap_per_day >= 0:
            raise InputError("must be >= 0", value=f"cap_per_day = {self.cap_per_day}")


def _covers_the_day_once(bands: tuple[TariffBand, ...]) -> bool:
    """Return whether each band begins where another ends, round the clock, 24 h in all."""
    if sum(band.end_s - band.start_s for band in bands) != _DAY_S:
        return False
    starts = sorted(band.start_s % _DAY_S for band in bands)
    return starts == sorted(band.end_s % _DAY_S for band in bands) and len(set(starts)) == len(
        starts
    )
