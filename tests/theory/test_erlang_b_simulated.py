"""The parking simulation as a loss system: Erlang-B, whatever the law of the dwell.

Drivers come by a Poisson process to one car park of ten spaces and give up at once when it is
full. Loss depends on the dwell through its mean alone (insensitivity; Sevastyanov 1957).
"""

import numpy as np
import pytest

from citymove.parking.exact_answers import erlang_b
from citymove.parking.outcome import ParkingOutcome
from citymove.parking.simulate_reference import simulate_parking
from parking_world import BEHAVIOUR, WALKING, drivers, facilities, network

SPACES, LOAD, MEAN_S, ARRIVALS, BATCHES = 10, 8, 3600, 100_000, 40


def dwell_s(law: str, rng: np.random.Generator) -> np.ndarray:
    if law == "exponential":
        drawn = rng.exponential(MEAN_S, ARRIVALS)
    elif law == "constant":
        drawn = np.full(ARRIVALS, float(MEAN_S))
    else:  # lognormal, standard deviation of the logarithm 1
        drawn = rng.lognormal(np.log(MEAN_S) - 0.5, 1.0, ARRIVALS)
    return np.maximum(1, np.rint(drawn)).astype(int)


def simulate(start_s: np.ndarray, stay_s: np.ndarray) -> ParkingOutcome:
    end_s = int(start_s[-1]) + 1
    return simulate_parking(
        facilities([0], [SPACES], [0.0], [0.0]),
        network([0, 1], [1, 0], [1.0, 1.0], [0, end_s]),
        drivers(np.zeros(start_s.size), start_s, stay_s, patience_s=np.zeros(start_s.size)),
        tariffs=(),
        walking=WALKING,
        behaviour=BEHAVIOUR,
        expected_refused=None,
        seed=1,
        start_s=0,
        end_s=end_s,
    )


@pytest.mark.parametrize("law", ["exponential", "constant", "lognormal"])
def test_loss_is_erlang_b(law: str) -> None:
    rng = np.random.default_rng(20)
    start_s = np.cumsum(rng.exponential(MEAN_S / LOAD, ARRIVALS)).astype(int)
    stay_s = dwell_s(law, rng)
    outcome = simulate(start_s, stay_s)

    warm = ARRIVALS // 100
    lost = outcome.visits.gave_up[warm:-1].astype(float)
    size = lost.size // BATCHES
    batch = lost[: size * BATCHES].reshape(BATCHES, size).mean(axis=1)
    # Batch means, with the stay and the number of arrivals that each batch happened to offer as
    # control variates: their true means are known, and most of the noise is theirs.
    first = np.arange(BATCHES) * size + warm
    spell_s = start_s[first + size] - start_s[first]
    offered = np.add.reduceat(stay_s[warm : warm + size * BATCHES], np.arange(BATCHES) * size)
    control = np.column_stack([spell_s * LOAD / MEAN_S / size - 1, offered / MEAN_S / size - 1])
    design = np.column_stack([np.ones(BATCHES), control])
    fitted, *_ = np.linalg.lstsq(design, batch, rcond=None)
    rest = batch - design @ fitted
    variance = rest @ rest / (BATCHES - np.linalg.matrix_rank(design))
    error = float(np.sqrt(variance * np.linalg.pinv(design.T @ design)[0, 0]))

    exact = erlang_b(SPACES, LOAD)
    assert exact == pytest.approx(0.121661, abs=5.1e-7)
    half_width = 2.02 * error  # 95 %, t with 37 degrees of freedom
    assert half_width < 0.03 * exact
    assert abs(fitted[0] - exact) < 1.5 * half_width  # 99.7 %: three laws are tried
    assert outcome.refused.sum() == outcome.visits.gave_up.sum()
    assert outcome.attempts.sum() == ARRIVALS - outcome.searching[-1]
