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
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from citymove.foundation.jit import kernel
from citymove.signals.delay import hcm_delay, hcm_delay_derivative, hcm_delay_integral
from citymove.traffic.network import AssignmentNetwork, LinkFunction

Array = np.ndarray[Any, Any]

_CONSTANT = int(LinkFunction.CONSTANT)
_BPR = int(LinkFunction.BPR)
_CONICAL = int(LinkFunction.CONICAL)
_AKCELIK = int(LinkFunction.AKCELIK)


@kernel
def link_time(
    function: int, free_time: float, capacity: float, parameters: Any, volume: float
) -> Any:
    """Return the time of one link at `volume`, in the unit of `free_time`."""
    if function == _CONSTANT:
        return free_time
    if function == _BPR:
        return free_time * (1.0 + parameters[0] * (volume / capacity) ** parameters[1])
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
def link_time_derivative(
    function: int, free_time: float, capacity: float, parameters: Any, volume: float
) -> Any:
    """Return the derivative of `link_time` by volume."""
    if function == _CONSTANT:
        return 0.0
    if function == _BPR:
        power = parameters[1]
        if power == 0.0:
            return 0.0  # 0 x infinity at volume 0 otherwise
        slope = parameters[0] * power * (volume / capacity) ** (power - 1.0)
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
def _akcelik_part(x: float, k: float) -> Any:
    root = np.sqrt((x - 1.0) ** 2 + k * x)
    logarithm = np.log(2.0 * root + 2.0 * x + k - 2.0)
    return 0.25 * (2.0 * x + k - 2.0) * root + 0.125 * (4.0 - (k - 2.0) ** 2) * logarithm


@kernel
def link_time_integral(
    function: int, free_time: float, capacity: float, parameters: Any, volume: float
) -> Any:
    """Return the integral of `link_time` from 0 to `volume`."""
    if function == _CONSTANT:
        return free_time * volume
    x = volume / capacity
    if function == _BPR:
        power = parameters[1]
        return free_time * volume * (1.0 + parameters[0] * x**power / (power + 1.0))
    if function == _CONICAL:
        a = parameters[0]
        big = (2.0 * a - 1.0) / (2.0 * a - 2.0)
        area = (2.0 - big - a) * x + 0.5 * a * x * x
        area += _conical_part(1.0, a, big) - _conical_part(1.0 - x, a, big)
        return free_time * capacity * area
    if function == _AKCELIK:
        period = parameters[1]
        k = 8.0 * parameters[0] * parameters[2] / (capacity * period)
        area = 0.5 * x * x - x + _akcelik_part(x, k) - _akcelik_part(0.0, k)
        return free_time * volume + 0.25 * period * capacity * area
    delay = hcm_delay_integral(volume, capacity, parameters[0], parameters[1], parameters[2])
    return free_time * volume + delay


@kernel
def all_times(
    function: Any, free_time: Any, capacity: Any, parameters: Any, volume: Any, out: Any
) -> None:
    """Write the time of every link."""
    for i in range(function.size):
        out[i] = link_time(function[i], free_time[i], capacity[i], parameters[i], volume[i])


@kernel
def all_derivatives(
    function: Any, free_time: Any, capacity: Any, parameters: Any, volume: Any, out: Any
) -> None:
    """Write the derivative of the time of every link."""
    for i in range(function.size):
        out[i] = link_time_derivative(
            function[i], free_time[i], capacity[i], parameters[i], volume[i]
        )


@kernel
def all_integrals(
    function: Any, free_time: Any, capacity: Any, parameters: Any, volume: Any, out: Any
) -> None:
    """Write the integral of the time of every link from 0 to its volume."""
    for i in range(function.size):
        out[i] = link_time_integral(
            function[i], free_time[i], capacity[i], parameters[i], volume[i]
        )


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
