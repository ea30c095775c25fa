"""The price of a stay under a tariff, exact to the cent.

The rule, which every floor shares:

1. A stay is cut into periods of 24 hours, counted from the arrival.
2. In each period the seconds parked in each band of the day are summed: **time parked in a
   band counts in that band**, wherever in the stay it lies. A stay across 19:00 pays the first
   band for the seconds before and the second band for the seconds after, each from that
   band's own first minute.
3. The price of a band follows its points. Between two points it rises linearly in steps of
   `step_s`: a step that has begun is paid whole. Each posted price is a whole number of cents
   (halves round up). After the last point each step that has begun costs `then_per_step`.
   No time in a band costs nothing there, even where a point asks for an entry fee.
4. The sum over the bands is held to `cap_per_day` in each period, and the periods are added.
5. A stay longer than `max_stay_s` has no price: it is infinite.

`price` is the readable rule. `price_cents` is the same on flattened arrays, for kernels; a
test holds the two equal to the cent.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from citymove.facts.tariffs import Tariff, TariffBand
from citymove.foundation.daytime import DAY_S
from citymove.foundation.errors import InputError
from citymove.foundation.jit import kernel
from citymove.foundation.table import frozen_array

Array = np.ndarray[Any, Any]

NOT_ALLOWED = -1  # what `price_cents` answers for a stay longer than the tariff allows


def price(tariff: Tariff, arrival_s: int, dwell_s: int) -> float:
    """Return the price of one stay by the rule of this module.

    Parameters
    ----------
    tariff
        The tariff; its amounts are taken to the nearest cent.
    arrival_s
        When the stay begins, s since midnight; may be negative or past one day.
    dwell_s
        Length of the stay, s, >= 0.

    Returns
    -------
    float
        Price in the tariff's currency, a whole number of cents; inf for a stay longer than
        `Tariff.max_stay_s`.

    Raises
    ------
    InputError
        Where `dwell_s` is negative.

    Examples
    --------
    >>> day = TariffBand(8 * 3600, 19 * 3600, ((3600, 0.0), (7200, 3.0)), 900, 1.0)
    >>> night = TariffBand(19 * 3600, 32 * 3600, (), 900, 0.7)
    >>> tariff = Tariff("example", "EUR", (day, night))
    >>> price(tariff, 10 * 3600, 3600), price(tariff, 10 * 3600, 3601)
    (0.0, 0.75)
    >>> price(tariff, 18 * 3600, 2 * 3600)  # one free hour by day, one by night: 4 x 0.70
    2.8
    """
    if dwell_s < 0:
        raise InputError("must be >= 0", value=f"dwell_s = {dwell_s}")
    if tariff.max_stay_s is not None and dwell_s > tariff.max_stay_s:
        return float("inf")
    cents = 0
    for from_s in range(arrival_s, arrival_s + dwell_s, DAY_S):
        to_s = min(from_s + DAY_S, arrival_s + dwell_s)
        period = sum(
            _cents_of_band(band, time_in_band(band, from_s, to_s)) for band in tariff.bands
        )
        cents += period if tariff.cap_per_day is None else min(period, cents_of(tariff.cap_per_day))
    return cents / 100


def cents_of(amount: float) -> int:
    """Return an amount of money in whole cents, to the nearest.

    Examples
    --------
    >>> cents_of(2.80 * 1.15)  # 3.2199999999999998
    322
    """
    return round(amount * 100)


def time_in_band(band: TariffBand, from_s: int, to_s: int) -> int:
    """Return the seconds of ``[from_s, to_s)`` that lie in the band, on whichever day.

    Examples
    --------
    >>> night = TariffBand(19 * 3600, 32 * 3600, (), 900, 0.7)
    >>> time_in_band(night, 18 * 3600, 20 * 3600), time_in_band(night, 7 * 3600, 9 * 3600)
    (3600, 3600)
    """
    return _band_clock(band, to_s) - _band_clock(band, from_s)


def _band_clock(band: TariffBand, time_s: int) -> int:
    """Seconds that a clock would show which runs only inside the band."""
    length_s = band.end_s - band.start_s
    days, rest_s = divmod(time_s - band.start_s, DAY_S)
    return days * length_s + min(rest_s, length_s)


def _cents_of_band(band: TariffBand, parked_s: int) -> int:
    if parked_s == 0:
        return 0
    last_s, last = 0, 0
    for point_s, amount in band.points:
        if point_s == 0:
            last = cents_of(amount)
            continue
        if parked_s <= point_s:
            begun_s = min(_ceil_div(parked_s - last_s, band.step_s) * band.step_s, point_s - last_s)
            rise = cents_of(amount) - last
            return last + _half_up(rise * begun_s, point_s - last_s)
        last_s, last = point_s, cents_of(amount)
    return last + _ceil_div(parked_s - last_s, band.step_s) * cents_of(band.then_per_step)


def _ceil_div(a: int, b: int) -> int:
    return -(-a // b)


def _half_up(numerator: int, denominator: int) -> int:
    return (2 * numerator + denominator) // (2 * denominator)


@dataclass(frozen=True, eq=False, kw_only=True)
class FlatTariffs:
    """Tariffs as arrays, in the order of the city's tariffs.

    Parameters
    ----------
    band_start
        int64 [tariffs + 1]: the bands of tariff ``i`` are rows ``band_start[i]:band_start[i + 1]``.
    cap_cents, max_stay_s
        int64 [tariffs], -1 for none.
    from_s, to_s, step_s, then_cents
        int64 [bands].
    point_start
        int64 [bands + 1]: rows of the points of each band.
    point_s, point_cents
        int64 [points].
    """

    band_start: Array
    cap_cents: Array
    max_stay_s: Array
    from_s: Array
    to_s: Array
    step_s: Array
    then_cents: Array
    point_start: Array
    point_s: Array
    point_cents: Array

    @classmethod
    def of(cls, tariffs: tuple[Tariff, ...]) -> "FlatTariffs":
        """Return the arrays of `tariffs`."""
        bands = [band for tariff in tariffs for band in tariff.bands]
        points = [point for band in bands for point in band.points]
        caps = [-1 if t.cap_per_day is None else cents_of(t.cap_per_day) for t in tariffs]
        columns: dict[str, list[int]] = {
            "band_start": _starts([len(tariff.bands) for tariff in tariffs]),
            "cap_cents": caps,
            "max_stay_s": [-1 if t.max_stay_s is None else t.max_stay_s for t in tariffs],
            "from_s": [band.start_s for band in bands],
            "to_s": [band.end_s for band in bands],
            "step_s": [band.step_s for band in bands],
            "then_cents": [cents_of(band.then_per_step) for band in bands],
            "point_start": _starts([len(band.points) for band in bands]),
            "point_s": [point_s for point_s, _ in points],
            "point_cents": [cents_of(amount) for _, amount in points],
        }
        return cls(**{name: frozen_array(values, np.int64) for name, values in columns.items()})

    def arrays(self) -> tuple[Array, ...]:
        """Return all arrays in the order in which `price_cents` takes them."""
        return (
            self.band_start,
            self.cap_cents,
            self.max_stay_s,
            self.from_s,
            self.to_s,
            self.step_s,
            self.then_cents,
            self.point_start,
            self.point_s,
            self.point_cents,
        )


def _starts(counts: list[int]) -> list[int]:
    return [0, *np.cumsum(np.asarray(counts, np.int64)).tolist()]


@kernel
def price_cents(flat: tuple[Array, ...], tariff: int, arrival_s: int, dwell_s: int) -> Any:
    """Return the price of one stay in cents; `NOT_ALLOWED` where it is longer than allowed.

    `flat` is `FlatTariffs.arrays()`; `tariff` -1 is free.
    """
    if tariff < 0:
        return 0
    band_start, cap_cents, max_stay_s, from_s, to_s, step_s, then_cents = flat[:7]
    point_start, point_s, point_cents = flat[7:]
    if max_stay_s[tariff] >= 0 and dwell_s > max_stay_s[tariff]:
        return NOT_ALLOWED
    total = 0
    begin_s = arrival_s
    while begin_s < arrival_s + dwell_s:
        finish_s = min(begin_s + DAY_S, arrival_s + dwell_s)
        period = 0
        for band in range(band_start[tariff], band_start[tariff + 1]):
            parked_s = _parked_s(from_s[band], to_s[band], begin_s, finish_s)
            rows = slice(point_start[band], point_start[band + 1])
            period += _band_cents(
                parked_s, step_s[band], then_cents[band], point_s[rows], point_cents[rows]
            )
        if cap_cents[tariff] >= 0:
            period = min(period, cap_cents[tariff])
        total += period
        begin_s += DAY_S
    return total


@kernel
def _parked_s(from_s: int, to_s: int, begin_s: int, finish_s: int) -> int:
    length_s = to_s - from_s
    before = begin_s - from_s
    after = finish_s - from_s
    clock_before = (before // DAY_S) * length_s + min(before % DAY_S, length_s)
    return (after // DAY_S) * length_s + min(after % DAY_S, length_s) - clock_before


@kernel
def _band_cents(
    parked_s: int, step_s: int, then_cents: int, point_s: Array, point_cents: Array
) -> Any:
    if parked_s == 0:
        return 0
    last_s: Any = 0
    last: Any = 0
    for i in range(point_s.size):
        if point_s[i] == 0:
            last = point_cents[i]
            continue
        if parked_s <= point_s[i]:
            reach_s = point_s[i] - last_s
            begun_s = min((parked_s - last_s + step_s - 1) // step_s * step_s, reach_s)
            return last + (2 * (point_cents[i] - last) * begun_s + reach_s) // (2 * reach_s)
        last_s = point_s[i]
        last = point_cents[i]
    return last + (parked_s - last_s + step_s - 1) // step_s * then_cents


@kernel
def _fill_prices(
    flat: tuple[Array, ...], index: Array, arrival_s: Array, dwell_s: Array, out: Array
) -> None:
    for i in range(out.size):
        cents = price_cents(flat, index[i], arrival_s[i], dwell_s[i])
        out[i] = np.inf if cents == NOT_ALLOWED else cents / 100


def prices(
    tariffs: tuple[Tariff, ...] | FlatTariffs, index: Array, arrival_s: Array, dwell_s: Array
) -> Array:
    """Return the prices of many stays; each equals `price` to the cent.

    Parameters
    ----------
    tariffs
        The city's tariffs, or the same flattened.
    index
        int [n], row of the tariff, -1: free.
    arrival_s, dwell_s
        int [n], s since midnight and s, the latter >= 0.

    Returns
    -------
    numpy.ndarray
        float64 [n], currency; inf where the stay is longer than allowed.

    Raises
    ------
    InputError
        Where the lengths differ, an index names no tariff or a stay is negative.

    Examples
    --------
    >>> hourly = Tariff("hourly", "EUR", (TariffBand(0, 86_400, (), 3600, 2.4),), max_stay_s=7200)
    >>> prices((hourly,), np.array([0, 0, 0, -1]), np.zeros(4, int), np.array([1, 7200, 7201, 9]))
    array([2.4, 4.8, inf, 0. ])
    """
    flat = tariffs if isinstance(tariffs, FlatTariffs) else FlatTariffs.of(tariffs)
    columns = [np.ascontiguousarray(c, np.int64) for c in (index, arrival_s, dwell_s)]
    row, arrival, dwell = columns
    if not row.size == arrival.size == dwell.size:
        raise InputError(
            "must have one length", value=f"index, arrival, dwell: {[c.size for c in columns]}"
        )
    if row.size and (row.min() < -1 or row.max() >= flat.cap_cents.size):
        raise InputError(
            f"must name one of {flat.cap_cents.size} tariffs or be -1",
            value=f"tariff index {row.min()} .. {row.max()}",
        )
    if dwell.size and dwell.min() < 0:
        raise InputError("must be >= 0", value=f"dwell_s = {dwell.min()}")
    out = np.empty(row.size)
    _fill_prices(flat.arrays(), row, arrival, dwell, out)
    return out
