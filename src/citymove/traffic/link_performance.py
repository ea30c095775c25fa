"""How long a link takes at a volume: value, derivative and integral of each function.

With ``x = volume / capacity`` and free time ``t0``:

- constant: ``t0``;
- BPR (Bureau of Public Roads 1964): ``t0 (1 + b x^p)``;
- conical (Spiess 1990, equation 6): ``t0 (2 + S - a (1 - x) - B)``,
  ``S = sqrt(a^2 (1 - x)^2 + B^2)``, ``B = (2a - 1) / (2a - 2)``;
- Akcelik (1991, equation 4): ``t0 + T/4 (x - 1 + R)``, ``R = sqrt((x - 1)^2 + k x)``,
  ``k = 8 J / (capacity x T)``, where ``capacity x T`` counts vehicles;
- signal: ``t0`` + HCM control delay (`citymove.signals.delay`), capacity = saturation flow.

The derivative of the integral is the value, and nothing is softened by an epsilon: ``t0``, ``b``
and ``p`` may be 0. All functions here are kernels or thin wrappers around them; `check_network`
refuses the parameters for which they have no meaning.

The *marginal* time ``t + v t'`` is what one more driver adds to the time of all. It is a function
of a link as any other: the code of a function plus `MARGINAL` stands for it, its derivative is
``2 t' + v t''`` and its integral ``v t``. So whatever reaches the equilibrium of given functions
reaches the optimum of the system by their marginal ones.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from citymove.foundation.jit import kernel
from citymove.signals.delay import (
    hcm_delay,
    hcm_delay_derivative,
    hcm_delay_integral,
    hcm_delay_second_derivative,
)
from citymove.traffic.network import AssignmentNetwork, LinkFunction

Array = np.ndarray[Any, Any]

_CONSTANT = int(LinkFunction.CONSTANT)
_BPR = int(LinkFunction.BPR)
_CONICAL = int(LinkFunction.CONICAL)
_AKCELIK = int(LinkFunction.AKCELIK)

MARGINAL = 16  # added to a function: its marginal time

_MOST_MULTIPLIED = 16.0


@kernel
def _raised(x: float, power: float) -> Any:
    """Return ``x^power``: by multiplication for the whole powers that networks use, much faster."""
    if power > _MOST_MULTIPLIED or power != np.floor(power):
        return x**power
    left = int(power)
    result = 1.0
    while left > 0:
        if left & 1:
            result *= x
        x *= x
        left >>= 1
    return result


@kernel
def _own_time(
    function: int, free_time: float, capacity: float, parameters: Any, volume: float
) -> Any:
    """Return the time of one link that does not bear `MARGINAL`."""
    if function == _CONSTANT:
        return free_time
    if function == _BPR:
        return free_time * (1.0 + parameters[0] * _raised(volume / capacity, parameters[1]))
    if function == _CONICAL:
        a = parameters[0]
        left = a * (1.0 - volume / capacity)
        big = (2.0 * a - 1.0) / (2.0 * a - 2.0)
        return free_time * (2.0 + np.sqrt(left * left + big * big) - left - big)
    if function == _AKCELIK:
        period = parameters[1]
        x = volume / capacity
        k = 8.0 * parameters[0] * parameters[2] / (capacity * period)
        root = np.sqrt((x - 1.0) ** 2 + k * x)
        return free_time + 0.25 * period * (x - 1.0 + root)
    return free_time + hcm_delay(volume, capacity, parameters[0], parameters[1], parameters[2])


@kernel
def _own_derivative(
    function: int, free_time: float, capacity: float, parameters: Any, volume: float
) -> Any:
    """Return the derivative of `_own_time` by volume."""
    if function == _CONSTANT:
        return 0.0
    if function == _BPR:
        power = parameters[1]
        if power == 0.0:
            return 0.0  # 0 x infinity at volume 0 otherwise
        slope = parameters[0] * power * _raised(volume / capacity, power - 1.0)
        return free_time * slope / capacity
    if function == _CONICAL:
        a = parameters[0]
        left = a * (1.0 - volume / capacity)
        big = (2.0 * a - 1.0) / (2.0 * a - 2.0)
        return free_time * a * (1.0 - left / np.sqrt(left * left + big * big)) / capacity
    if function == _AKCELIK:
        period = parameters[1]
        x = volume / capacity
        k = 8.0 * parameters[0] * parameters[2] / (capacity * period)
        root = np.sqrt((x - 1.0) ** 2 + k * x)
        return 0.25 * period * (1.0 + (x - 1.0 + 0.5 * k) / root) / capacity
    return hcm_delay_derivative(volume, capacity, parameters[0], parameters[1], parameters[2])


@kernel
def _conical_part(u: float, a: float, big: float) -> Any:
    return 0.5 * (u * np.sqrt(a * a * u * u + big * big) + big * big / a * np.arcsinh(a * u / big))


@kernel
def _akcelik_area(x: float, k: float) -> Any:
    """Return the integral of ``E = y - 1 + sqrt((y - 1)^2 + k y)`` over y from 0 to `x`.

    ``[(x + k/2 - 1) E - k x / 2 + k (1 - k/4) ln(1 + 2 E / k)] / 2``: E has a form
    without cancellation on either side of 1, so that no digits are lost where `k` or `x` is tiny.
    """
    root = np.sqrt((x - 1.0) ** 2 + k * x)
    excess = k * x / (root + 1.0 - x) if x < 1.0 else root + x - 1.0
    bent = k * (1.0 - 0.25 * k) * np.log1p(2.0 * excess / k)
    return 0.5 * ((x + 0.5 * k - 1.0) * excess - 0.5 * k * x + bent)


@kernel
def _volume_by_second_derivative(
    function: int, free_time: float, capacity: float, parameters: Any, volume: float
) -> Any:
    """Return volume x second derivative of `_own_time`: finite where the latter is not."""
    if function == _CONSTANT:
        return 0.0
    x = volume / capacity
    if function == _BPR:
        power = parameters[1]
        if power == 0.0:
            return 0.0
        scale = parameters[0] * power * (power - 1.0)
        return free_time * scale * _raised(x, power - 1.0) / capacity
    if function == _CONICAL:
        a = parameters[0]
        left = a * (1.0 - x)
        big = (2.0 * a - 1.0) / (2.0 * a - 2.0)
        root = np.sqrt(left * left + big * big)
        return free_time * x * a * a * big * big / (root * root * root) / capacity
    if function == _AKCELIK:
        period = parameters[1]
        k = 8.0 * parameters[0] * parameters[2] / (capacity * period)
        root = np.sqrt((x - 1.0) ** 2 + k * x)
        return 0.25 * period * x * k * (1.0 - 0.25 * k) / (root * root * root) / capacity
    return volume * hcm_delay_second_derivative(
        volume, capacity, parameters[0], parameters[1], parameters[2]
    )


@kernel
def _own_integral(
    function: int, free_time: float, capacity: float, parameters: Any, volume: float
) -> Any:
    """Return the integral of `_own_time` from 0 to `volume`."""
    if function == _CONSTANT:
        return free_time * volume
    x = volume / capacity
    if function == _BPR:
        power = parameters[1]
        return free_time * volume * (1.0 + parameters[0] * _raised(x, power) / (power + 1.0))
    if function == _CONICAL:
        a = parameters[0]
        big = (2.0 * a - 1.0) / (2.0 * a - 2.0)
        area = (2.0 - big - a) * x + 0.5 * a * x * x
        area += _conical_part(1.0, a, big) - _conical_part(1.0 - x, a, big)
        return free_time * capacity * area
    if function == _AKCELIK:
        period = parameters[1]
        k = 8.0 * parameters[0] * parameters[2] / (capacity * period)
        return free_time * volume + 0.25 * period * capacity * _akcelik_area(x, k)
    delay = hcm_delay_integral(volume, capacity, parameters[0], parameters[1], parameters[2])
    return free_time * volume + delay


@kernel
def link_time(
    function: int, free_time: float, capacity: float, parameters: Any, volume: float
) -> Any:
    """Return the time, or marginal time, of one link at `volume`, in the unit of `free_time`."""
    own = function % MARGINAL
    time = _own_time(own, free_time, capacity, parameters, volume)
    if function < MARGINAL:
        return time
    return time + volume * _own_derivative(own, free_time, capacity, parameters, volume)


@kernel
def link_time_derivative(
    function: int, free_time: float, capacity: float, parameters: Any, volume: float
) -> Any:
    """Return the derivative of `link_time` by volume."""
    own = function % MARGINAL
    slope = _own_derivative(own, free_time, capacity, parameters, volume)
    if function < MARGINAL:
        return slope
    bend = _volume_by_second_derivative(own, free_time, capacity, parameters, volume)
    return 2.0 * slope + bend


@kernel
def link_time_integral(
    function: int, free_time: float, capacity: float, parameters: Any, volume: float
) -> Any:
    """Return the integral of `link_time` from 0 to `volume`."""
    own = function % MARGINAL
    if function < MARGINAL:
        return _own_integral(own, free_time, capacity, parameters, volume)
    return volume * _own_time(own, free_time, capacity, parameters, volume)


@kernel
def row_of(parameters: Any, link: int) -> Any:
    """Return a link's parameters as a tuple: a row of the array costs more than its use."""
    return parameters[link, 0], parameters[link, 1], parameters[link, 2]


@kernel
def all_times(
    function: Any, free_time: Any, capacity: Any, parameters: Any, volume: Any, out: Any
) -> None:
    """Write the time of every link."""
    for i in range(function.size):
        row = row_of(parameters, i)
        out[i] = link_time(function[i], free_time[i], capacity[i], row, volume[i])


@kernel
def all_derivatives(
    function: Any, free_time: Any, capacity: Any, parameters: Any, volume: Any, out: Any
) -> None:
    """Write the derivative of the time of every link."""
    for i in range(function.size):
        row = row_of(parameters, i)
        out[i] = link_time_derivative(function[i], free_time[i], capacity[i], row, volume[i])


@kernel
def all_integrals(
    function: Any, free_time: Any, capacity: Any, parameters: Any, volume: Any, out: Any
) -> None:
    """Write the integral of the time of every link from 0 to its volume."""
    for i in range(function.size):
        row = row_of(parameters, i)
        out[i] = link_time_integral(function[i], free_time[i], capacity[i], row, volume[i])


def _over_links(
    over_all: Callable[..., None], network: AssignmentNetwork, slice_index: int, volume: Array
) -> Array:
    out = np.empty(network.link_count)
    over_all(
        network.function,
        network.free_time[slice_index],
        network.capacity[slice_index],
        network.parameters[slice_index],
        np.array(volume, np.float64),
        out,
    )
    return out


def link_times(network: AssignmentNetwork, slice_index: int, volume: Array) -> Array:
    """Return the time of every link in one slice, fixed cost left out.

    Parameters
    ----------
    network
        Checked by `traffic.network_checks.check_network`.
    slice_index
        Which slice's free times, capacities and parameters hold.
    volume
        float [links], >= 0, preload included.

    Returns
    -------
    numpy.ndarray
        float64 [links], in the unit of `free_time`.

    Examples
    --------
    >>> network = AssignmentNetwork(
    ...     zone_count=2, node_count=2, first_through_node=0, tail=[0], head=[1],
    ...     function=[LinkFunction.BPR], free_time=[[10.0]], capacity=[[100.0]],
    ...     parameters=[[[0.15, 4.0, 0.0]]], fixed_cost=[0.0],
    ... )
    >>> link_times(network, 0, np.array([100.0])).tolist()
    [11.5]
    """
    return _over_links(all_times, network, slice_index, volume)


def link_time_derivatives(network: AssignmentNetwork, slice_index: int, volume: Array) -> Array:
    """Return the derivative by volume of `link_times`, float64 [links]."""
    return _over_links(all_derivatives, network, slice_index, volume)


def link_time_integrals(network: AssignmentNetwork, slice_index: int, volume: Array) -> Array:
    """Return the integral of `link_times` from 0 to `volume`, float64 [links]."""
    return _over_links(all_integrals, network, slice_index, volume)
