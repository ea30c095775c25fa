"""Options against the base, over paired draws: the difference, its interval, what could be seen.

Each draw runs base and option with the same travellers, the same random numbers and the same
sampled inputs. The difference of a draw therefore owes nothing to luck that both share.

The smallest difference that could have been seen is (t.975 + t.80) s_d / sqrt(n), the least
that a paired test of 5 % finds in four of five studies (t with n - 1 degrees of freedom),
plus what the equilibria themselves may be off by: for times, the sum of the two runs'
(TSTT - SPTT) / demand; and never less than one of the last digit printed. A mean difference
below it is blanked.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from citymove.foundation.errors import InputError
from citymove.foundation.terms import TERMS
from citymove.scenario.results import Difference

Array = np.ndarray[Any, Any]


def paired_difference(
    option: str,
    indicator: str,
    base: Sequence[float],
    value: Sequence[float],
    *,
    solver_error: float = 0.0,
) -> Difference:
    """Return the difference of one indicator between an option and the base.

    Parameters
    ----------
    option, indicator
        Their keys.
    base, value
        The indicator by draw, in the same order, two draws at least.
    solver_error
        What the two runs' equilibria may be off by together, in the indicator's unit, >= 0.

    Examples
    --------
    >>> d = paired_difference("A", "veh_km", [10, 11, 12, 13], [9, 10, 11, 13])
    >>> round(d.difference, 3), round(d.low, 3), round(d.high, 3), d.agree
    (-0.75, -1.546, 0.046, 0.75)
    """
    from scipy.stats import t as student

    before, after = np.asarray(base, np.float64), np.asarray(value, np.float64)
    if before.shape != after.shape or before.size < 2:
        raise InputError("an interval needs two paired draws or more", value=f"draws: {after.size}")
    difference = after - before
    count = difference.size
    mean = float(difference.mean())
    error = float(difference.std(ddof=1) / np.sqrt(count))
    reach = float(student.ppf(0.975, count - 1)) * error
    seen = float(student.ppf(0.975, count - 1) + student.ppf(0.80, count - 1)) * error
    seen = max(seen + solver_error, TERMS[indicator].resolution)
    agree = float(np.mean(np.sign(difference) == np.sign(mean)))
    return Difference(
        option=option,
        indicator=indicator,
        base=float(before.mean()),
        value=float(after.mean()),
        difference=mean,
        low=mean - reach,
        high=mean + reach,
        detectable=seen,
        agree=agree,
        blanked=abs(mean) <= seen,
        draws=int(count),
    )


def compare(
    runs: Mapping[str, Sequence[Mapping[str, float]]],
    excess_cost_min: Mapping[str, Sequence[float]],
    *,
    with_money: bool,
) -> tuple[Difference, ...]:
    """Return all differences of all options against ``base``.

    Parameters
    ----------
    runs
        By option id, the indicators of each draw, draws in the same order. An indicator that
        one of them lacks is not compared.
    excess_cost_min
        By option id, each draw's worst average excess cost, min.
    with_money
        Whether amounts of money are compared; a study of grade D leaves them out.
    """
    base = runs["base"]
    known = set.intersection(*(set(draw) for draws in runs.values() for draw in draws))
    rows = []
    for option, draws in runs.items():
        if option == "base":
            continue
        off_min = float(np.max(excess_cost_min["base"]) + np.max(excess_cost_min[option]))
        for key, term in TERMS.items():
            if key not in known or (term.is_money and not with_money):
                continue
            rows.append(
                paired_difference(
                    option,
                    key,
                    [draw[key] for draw in base],
                    [draw[key] for draw in draws],
                    solver_error=off_min if term.unit == "min" else 0.0,
                )
            )
    return tuple(rows)
