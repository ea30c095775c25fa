"""Exact answers to small problems of parking, against which simulations are held.

Loads are in Erlangs: arrivals per mean dwell. `spaces` is the number of spaces of one block.
None of these is a model of a city; each says what a model must give in its special case.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from citymove.foundation.errors import InputError

Array = np.ndarray[Any, Any]


@dataclass(frozen=True, slots=True)
class GiveUpQueue:
    """Steady state of a block whose waiting drivers give up.

    Parameters
    ----------
    give_up
        Share of drivers who leave without a space, 0..1.
    occupancy
        Mean share of spaces taken, 0..1.
    waiting_veh
        Mean number of cars that wait or cruise.
    """

    give_up: float
    occupancy: float
    waiting_veh: float


def erlang_b(spaces: int, load: float) -> float:
    """Return the share of drivers refused by a block without waiting, whatever the dwell's law.

    Parameters
    ----------
    spaces
        >= 0.
    load
        Arrivals per mean dwell, >= 0.

    Notes
    -----
    Erlang (1917): ``B = (a^c / c!) / sum_k a^k / k!``, by the recursion
    ``1 / B(c) = 1 + c / (a B(c - 1))``, which neither overflows nor cancels.

    Examples
    --------
    >>> [round(erlang_b(c, a), 6) for c, a in ((10, 8), (50, 45), (100, 90), (200, 190))]
    [0.121661, 0.054104, 0.026957, 0.027968]
    """
    _need(spaces >= 0 and load >= 0, "spaces and load must be >= 0", f"{spaces}, {load}")
    if load == 0:
        return 0.0 if spaces else 1.0
    inverse = 1.0
    for k in range(1, spaces + 1):
        inverse = 1.0 + inverse * k / load
    return 1.0 / inverse


def erlang_c(spaces: int, load: float) -> tuple[float, float]:
    """Return the share of drivers who must wait, and the mean number waiting.

    Cruisers of endless patience who see a space the moment it is free; exponential dwell.

    Parameters
    ----------
    spaces
        > load: with less the queue has no end.
    load
        Arrivals per mean dwell, >= 0.

    Notes
    -----
    Erlang (1917): ``C = B / (1 - rho (1 - B))``, ``Lq = C rho / (1 - rho)``, ``rho = a / c``.

    Examples
    --------
    >>> [(round(p, 6), round(q, 4)) for p, q in (erlang_c(50, 45), erlang_c(100, 95))]
    [(0.363864, 3.2748), (0.506457, 9.6227)]
    """
    _need(0 <= load < spaces, "load must be >= 0 and below the spaces", f"{load} of {spaces}")
    rho = load / spaces
    blocked = erlang_b(spaces, load)
    waits = blocked / (1 - rho * (1 - blocked))
    return waits, waits * rho / (1 - rho)


def erlang_a(spaces: int, load: float, give_up_per_dwell: float) -> GiveUpQueue:
    """Return the steady state of a block whose waiting drivers give up.

    Parameters
    ----------
    spaces
        >= 1.
    load
        Arrivals per mean dwell, > 0.
    give_up_per_dwell
        Rate at which each waiting driver gives up, per mean dwell, > 0.

    Notes
    -----
    Palm (1957): a birth-death chain with birth rate a and death rate
    ``min(k, c) + max(k - c, 0) theta``; exponential dwell and patience. The chain is cut where
    its terms fall below 1e-18 of the largest.

    Examples
    --------
    >>> queue = erlang_a(100, 110, 10)
    >>> round(queue.give_up, 5), round(queue.occupancy, 5), round(queue.waiting_veh, 4)
    (0.11889, 0.96923, 1.3077)
    """
    good = spaces >= 1 and load > 0 and give_up_per_dwell > 0
    _need(good, "must be > 0", f"spaces {spaces}, load {load}, theta {give_up_per_dwell}")
    log_weight, weights = 0.0, [0.0]
    k = 0
    while k <= spaces + load or log_weight > max(weights) - 42:
        k += 1
        log_weight += np.log(load / (min(k, spaces) + max(k - spaces, 0) * give_up_per_dwell))
        weights.append(float(log_weight))
    share = np.exp(np.array(weights) - max(weights))
    share /= share.sum()
    state = np.arange(share.size)
    waiting = float((share * np.maximum(state - spaces, 0)).sum())
    return GiveUpQueue(
        give_up=give_up_per_dwell * waiting / load,
        occupancy=float((share * np.minimum(state, spaces)).sum()) / spaces,
        waiting_veh=waiting,
    )


def checks_with_replacement(spaces: int, occupied: int) -> float:
    """Return the mean number of spaces looked at, each at random, until one is free.

    Notes
    -----
    Geometric distribution: ``c / (c - n)``.

    Examples
    --------
    >>> checks_with_replacement(100, 90)
    10.0
    """
    _need_free(spaces, occupied)
    return spaces / (spaces - occupied)


def checks_without_replacement(spaces: int, occupied: int) -> float:
    """Return the same when no space is looked at twice.

    Notes
    -----
    Negative hypergeometric distribution: ``(c + 1) / (c - n + 1)``.

    Examples
    --------
    >>> round(checks_without_replacement(100, 90), 6)
    9.181818
    """
    _need_free(spaces, occupied)
    return (spaces + 1) / (spaces - occupied + 1)


def mean_checks_in_erlang_block(spaces: int, load: float) -> tuple[float, float, float]:
    """Return the checks that those who find a space need on average in a block with turnover.

    Returns
    -------
    occupancy, with_replacement, without_replacement
        Mean share of spaces taken, and mean checks by the two rules, over the Erlang
        distribution of occupied spaces given that one is free.

    Notes
    -----
    The mean of ``1 / (1 - p)`` exceeds ``1 / (1 - mean p)`` (Jensen): the rule of thumb that
    takes the mean occupancy is far too low.

    Examples
    --------
    >>> p, with_back, without = mean_checks_in_erlang_block(100, 90)
    >>> round(p, 4), round(1 / (1 - p), 2), round(with_back, 3), round(without, 3)
    (0.8757, 8.05, 14.436, 11.222)
    """
    _need(spaces >= 1 and load > 0, "must be > 0", f"spaces {spaces}, load {load}")
    occupied = np.arange(spaces + 1)
    log_weight = np.concatenate([[0.0], np.cumsum(np.log(load / occupied[1:]))])
    share = np.exp(log_weight - log_weight.max())
    share /= share.sum()
    free = spaces - occupied[:-1]
    found = share[:-1] / share[:-1].sum()
    return (
        float((share * occupied).sum() / spaces),
        float((found * spaces / free).sum()),
        float((found * (spaces + 1) / (free + 1)).sum()),
    )


def one_way_street_all_park(spaces: int, cars: int) -> float:
    """Return the chance that all cars park on a one-way street.

    Each car drives to a space chosen at random and takes the first free one from there on; who
    reaches the end has lost.

    Notes
    -----
    Konheim and Weiss (1966), parking functions: ``(m + 1 - n) (m + 1)^(n - 1) / m^n``.

    Examples
    --------
    >>> round(one_way_street_all_park(10, 10), 6), round(one_way_street_all_park(20, 18), 6)
    (0.235795, 0.343803)
    """
    _need(spaces >= 1 and cars >= 0, "spaces must be >= 1, cars >= 0", f"{spaces}, {cars}")
    if cars > spaces:
        return 0.0
    return (spaces + 1 - cars) / (spaces + 1) * ((spaces + 1) / spaces) ** cars


def ring_next_car_checks(spaces: int, occupied: int) -> float:
    """Return the mean number of spaces that the next car looks at on a ring filled by cruising.

    Each car starts at a random space of the ring and takes the first free one; nobody leaves.

    Notes
    -----
    Knuth (1998), The Art of Computer Programming, vol. 3, section 6.4, theorem K, linear
    probing: ``(1 + Q1(m, n)) / 2`` with ``Q1(m, n) = sum_k (k + 1) n (n-1) .. (n-k+1) / m^k``.

    Examples
    --------
    >>> [round(ring_next_car_checks(100, n), 4) for n in (50, 90, 95)]
    [2.3952, 19.6987, 32.1068]
    """
    _need_free(spaces, occupied)
    term, total = 1.0, 1.0
    for k in range(1, occupied + 1):
        term *= (occupied - k + 1) / spaces
        total += (k + 1) * term
    return (1 + total) / 2


def links_visited(vacancy: Array, turning: Array) -> Array:
    """Return how many links a cruiser drives from each link on, where vacancies stand still.

    Parameters
    ----------
    vacancy
        float [links], chance to find a space on each visit of a link, 0..1.
    turning
        float [links, links], chance to go on from a link (row) to a link (column).

    Returns
    -------
    numpy.ndarray
        float64 [links], the link itself counted.

    Notes
    -----
    Absorbing Markov chain (Kemeny and Snell 1960): ``(I - diag(1 - q) T)^-1 1``.

    Examples
    --------
    >>> ring = np.roll(np.eye(4), 1, axis=1)
    >>> links_visited(np.array([0.1, 0.2, 0.05, 0.4]), ring).round(6)
    array([5.603799, 5.115332, 5.144166, 4.36228 ])
    """
    q, t = np.asarray(vacancy, np.float64), np.asarray(turning, np.float64)
    _need(t.shape == (q.size, q.size), "turning must be links x links", f"{t.shape}, {q.size}")
    _need(bool(np.all((q >= 0) & (q <= 1))), "vacancy must be a chance, 0..1", f"{q.tolist()}")
    return np.asarray(np.linalg.solve(np.eye(q.size) - (1 - q)[:, None] * t, np.ones(q.size)))


def block_fullness(spaces: int, occupancy: float) -> float:
    """Return the share of time that a block is full at a mean occupancy.

    Parameters
    ----------
    spaces
        >= 1.
    occupancy
        Mean share of spaces taken, 0 < occupancy < 1.

    Notes
    -----
    Erlang-B at the load whose carried traffic ``a (1 - B) / c`` is the occupancy. A small block
    at 85 % is full for half of the time: the rule of thumb of 85 % depends on the block.

    Examples
    --------
    >>> [round(block_fullness(c, 0.85), 4) for c in (5, 10, 20, 50)]
    [0.5135, 0.3271, 0.1728, 0.053]
    """
    from scipy.optimize import brentq

    good = spaces >= 1 and 0 < occupancy < 1
    _need(good, "spaces must be >= 1, 0 < occupancy < 1", f"{spaces}, {occupancy}")

    def excess(load: float) -> float:
        return load * (1 - erlang_b(spaces, load)) / spaces - occupancy

    high = float(spaces)
    while excess(high) < 0:
        high *= 2
    return erlang_b(spaces, float(brentq(excess, 0.0, high, xtol=1e-12)))


def cruising_time_min(
    dwell_h: float,
    off_street_per_h: float,
    kerb_per_h: float,
    fuel_per_h: float,
    persons: float,
    value_of_time_per_h: float,
) -> float:
    """Return the time for which cruising for a cheaper kerb space pays, min.

    Parameters
    ----------
    dwell_h
        Length of the stay, h.
    off_street_per_h, kerb_per_h
        Prices, currency/h.
    fuel_per_h
        Cost of driving, currency/h.
    persons, value_of_time_per_h
        People in the car and the value of an hour of each.

    Notes
    -----
    Shoup (2006), "Cruising for parking", equation 3: ``c* = t (m - p) / (f + n v)``; none where
    the kerb costs as much as the car park.

    Examples
    --------
    >>> round(cruising_time_min(2, 8, 2, 8, 1.2, 30), 3)
    16.364
    >>> cruising_time_min(2, 8, 8, 8, 1.2, 30)
    0.0
    """
    cost_per_h = fuel_per_h + persons * value_of_time_per_h
    _need(cost_per_h > 0, "the cost of an hour must be > 0", f"{cost_per_h}")
    return 60 * max(0.0, dwell_h * (off_street_per_h - kerb_per_h) / cost_per_h)


def mean_in_system(arrivals_per_h: float, mean_time_h: float) -> float:
    """Return the mean number of cars in a system: Little's law.

    Notes
    -----
    Little (1961): ``L = lambda W``, whatever the laws.

    Examples
    --------
    >>> mean_in_system(60, 1.5)
    90.0
    """
    good = arrivals_per_h >= 0 and mean_time_h >= 0
    _need(good, "must be >= 0", f"{arrivals_per_h}/h, {mean_time_h} h")
    return arrivals_per_h * mean_time_h


def _need(good: bool, rule: str, value: str) -> None:
    if not good:
        raise InputError(rule, value=value)


def _need_free(spaces: int, occupied: int) -> None:
    _need(
        0 <= occupied < spaces, "at least one space must be free", f"{occupied} of {spaces} taken"
    )
