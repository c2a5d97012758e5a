"""Does evapotranspiration follow demand while the soil is wet, and water when it is dry?"""

import numpy as np

from dgviz.checks import CheckResult, Criterion, Trial, concise, total
from dgviz.domains.hydrology.evaluation.checks.names import (
    EVAPORATION,
    PRECIPITATION,
    SOIL,
    potential_evapotranspiration,
)
from dgviz.domains.hydrology.evaluation.checks.weather import dry_years

FIFTH = 0.2
WET = 0.7  # of the demand, at least, while the soil is wettest
LOWER = 0.05  # by so much at least is it lower when the soil is driest


def evaporation_follows_wetness(trial: Trial) -> CheckResult:
    """On the wettest days evapotranspiration meets most of the demand, on the driest less of it.

    On the fifth of the days on which the soil is wettest it is at least 0.7 of potential evapotranspiration in all; on
    the fifth on which it is driest, two years without rain at the end included, its share is lower by 0.05 or more.
    """
    name, losses = "evaporation_follows_wetness", trial.fluxes(EVAPORATION)
    soil = [k for k, s in trial.stores.items() if s.standard_name == SOIL]
    if not soil or not losses or not trial.forcings(PRECIPITATION):
        return CheckResult(name, "This model has no soil from which water evaporates.")
    longer, simulated = dry_years(trial)
    demand = potential_evapotranspiration(longer, simulated)
    if demand is None:
        return CheckResult(name, "This model has no potential evapotranspiration.")
    wetness, lost = total(simulated, soil), total(simulated, losses)
    scored = np.arange(longer.n_days) >= trial.warmup
    wet = _share(lost, demand, _fifth(wetness, scored & (np.arange(longer.n_days) < trial.n_days), -1))
    dry = _share(lost, demand, _fifth(wetness, scored, 1))
    criteria = (
        Criterion("Share of the demand while the soil is wettest", wet, "1", WET),
        Criterion("Lower share while it is driest, by", wet - dry, "1", LOWER),
    )
    series = longer.dataset(
        ["potential", "actual"],
        {"evapotranspiration": [demand, lost], soil[0]: wetness},
        {"evapotranspiration": {"units": "mm d-1", "long_name": "Evapotranspiration"}},
    )
    sentence = (
        f"Evapotranspiration is {concise(100 * wet)} % of what the air could take while the soil is wettest and "
        f"{concise(100 * dry)} % while it is driest."
    )
    return CheckResult(name, sentence, criteria, series)


def _fifth(wetness: np.ndarray, among: np.ndarray, sign: int) -> np.ndarray:
    """The steps, among some, of the fifth that is driest (1) or wettest (-1)."""
    steps = np.flatnonzero(among)
    ranked = steps[np.argsort(sign * wetness[steps], kind="stable")]
    return ranked[: max(1, int(FIFTH * len(ranked)))]


def _share(lost: np.ndarray, demand: np.ndarray, steps: np.ndarray) -> float:
    asked = float(demand[steps].sum())
    return float(lost[steps].sum()) / asked if asked else 0.0
