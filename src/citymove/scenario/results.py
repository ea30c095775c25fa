"""The results of a study, as they lie on disk and as the report reads them.

``results.json`` holds a `StudyResults`; ``links.npz`` and ``curves.npz`` beside it hold the
arrays that it names. The format has a number; a reader refuses another one.
"""

from pydantic import BaseModel, ConfigDict

FORMAT = 1


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Text(_Frozen):
    """A text in English and Chinese."""

    en: str
    zh: str


class OptionResult(_Frozen):
    """One option as run; the base is the first, with id ``base``."""

    id: str
    name: Text
    does: tuple[Text, ...]  # one sentence per intervention
    spaces_added: int = 0
    links_changed: tuple[int, ...] = ()  # rows of the links, for the map


class Difference(_Frozen):
    """One indicator of one option against the base, over paired draws."""

    option: str
    indicator: str  # key of foundation.terms.TERMS
    base: float
    value: float
    difference: float
    low: float  # 95 % interval of the mean paired difference
    high: float
    detectable: float  # the smallest difference that could have been seen
    agree: float  # share of draws whose difference has the sign of the mean, 0..1
    blanked: bool  # whether the difference lies below what could have been seen
    draws: int


class RailResult(_Frozen):
    """A guard rail of the study, and whether it could be judged."""

    indicator: str  # key of foundation.terms.TERMS
    sign: str  # > >= < <=, or "worse": than the base
    bound: float  # in the indicator's unit, shares as 0..1; 0 for "worse"
    judged: bool  # False: no run computes the indicator, or it is money and the grade is D
    base_breaks: bool  # whether the base lies beyond the bound already


class Breach(_Frozen):
    """A guard rail that an option breaks in the mean over the draws."""

    option: str
    indicator: str
    rule: str  # "worse", or "> 0.05" in the indicator's unit
    base: float
    value: float
    proven: bool  # whether the option's difference from the base could have been seen


class UncertainInput(_Frozen):
    """An assumption of the city that the draws vary."""

    key: str  # of facts.assumptions
    value: float
    low: float
    high: float
    source: str  # word of foundation.provenance.Source
    note: str = ""  # reference or reason, as the city's sheet says it


class RunCertificate(_Frozen):
    """How well one run (draw and option) converged."""

    option: str
    draw: int  # -1: the base at the best values of all inputs
    relative_gap: float  # worst slice
    parking_residual_p95: float
    parking_residual_max: float
    parking_noise_p95: float  # 95th percentile of the residuals' own standard errors
    rounds: int
    converged: bool
    identity_error_veh_km: float  # through + access + cruising + queueing - link totals


class VehKm(_Frozen):
    """Driving inside, veh-km: parts from trips and drivers, and the total of the links."""

    through: float  # assigned trips, to the node where their search starts
    access: float  # from there to the first facility tried
    cruising: float  # after the first refusal
    queueing: float  # in queues at gates
    link_total: float


class StartSpread(_Frozen):
    """How far the base's fixed points reached from several starts lie apart."""

    indicator: str
    low: float
    high: float
    starts: int


class RetimingResult(_Frozen):
    """A retimed junction against the base plan and the delay-minimal plan at base volumes."""

    option: str
    junction: str
    name: str
    base_plan_inferred: bool
    cycle_base_s: float
    cycle_new_s: float
    greens_base_s: tuple[float, ...]
    greens_new_s: tuple[float, ...]
    delay_base_s: float  # mean control delay, s/veh, base plan at base volumes
    delay_optimal_base_volumes_s: float  # delay-minimal plan at base volumes
    delay_new_same_routes_s: float
    delay_new_rerouted_s: float


class StudyResults(_Frozen):
    """Everything that the report prints, arrays aside."""

    format: int = FORMAT
    citymove: str
    study: Text
    question: Text
    city: Text
    attribution: str
    grade: str  # A to D
    year: int
    hours: str  # "06:00-12:00"
    slices: tuple[str, ...]  # labels
    seed: int
    draws: int
    response: str  # "fixed"
    gap_asked: float = 1e-6  # relative gap that each equilibrium had to reach
    scope: Text  # what was simulated: how many travellers search, radius, rounds
    corridor: Text
    options: tuple[OptionResult, ...]
    decide_on: tuple[str, ...]
    base: tuple[tuple[str, float], ...] = ()  # indicators of the base, means over the draws
    differences: tuple[Difference, ...]
    guard_rails: tuple[RailResult, ...] = ()
    breaches: tuple[Breach, ...] = ()
    certificates: tuple[RunCertificate, ...]
    veh_km: VehKm | None = None  # of the base at the best values of all inputs
    start_spread: tuple[StartSpread, ...]
    retimings: tuple[RetimingResult, ...]
    uncertain: tuple[UncertainInput, ...]
    reading: tuple[tuple[str, int], ...]  # counts of the reader
    notes: tuple[Text, ...]


# links.npz (rows are road links; O options with the base first, S slices):
#   shape_start int64 [links + 1], shape_lon, shape_lat float64, link_id text, name text,
#   road_class int8, capacity_vph float32 [O, links], open bool [O, links],
#   volume_vph, time_s, free_time_s float32 [O, S, links],
#   lanes float32 [links], drives_on text [] (a scalar)
# curves.npz:
#   tick_s int64 [T]; occupancy_share float64 [O, T] of public spaces;
#   hour_s int64 [H]; search_time_min float64 [O, H] mean by hour of the search's start (nan: none)
#   commute_min float64 [Q]; commute_inside_share, commute_door_share float64 [O, Q]: share of peak
#   commutes that take at most commute_min; facility_id, facility_name text [F],
#   facility_lon, facility_lat float64 [F], facility_spaces int64 [O, F],
#   facility_occupancy_peak float64 [O, F] share
