"""How much of design storms runs off, below and beyond all storms on record."""

import numpy as np

from dgviz.checks import Trial
from dgviz.domains.experiment import Experiment
from dgviz.domains.hydrology.evaluation.checks.weather import at_least, precipitation, with_precipitation
from dgviz.learn.site_model import SiteModel

DAYS = 30  # in which it runs off
WARM = 10.0  # degC, so that it is rain


def runoff(site: SiteModel, storm: float) -> float:
    """How much flows off within 30 days of a storm of so many mm in one day, as a share of it.

    It falls on wet soil: on the day of the most flow in the first half of the days, at 10 degC at least. Processes may
    store or evaporate a part of it; the state of a network alone saturates, so that it passes on ever less of ever
    larger storms.

    Source: Baste et al. (2025), doi:10.5194/hess-29-5871-2025.
    """
    trial = Trial(site)
    warm, rain = at_least(trial, WARM), precipitation(trial)
    before = trial.simulate(warm)[trial.target]
    day = trial.warmup + int(trial.scored(before)[: max(1, len(trial.time) // 2)].argmax())
    added = np.where(np.arange(trial.n_days) == day, storm, 0.0)
    after = trial.simulate(warm | with_precipitation(trial, rain + added))[trial.target]
    return float((after - before)[day : day + DAYS].sum()) / storm


STORMS = Experiment(
    "runoff",
    "Share of a storm that runs off in 30 days",
    "1",
    "Storm, mm in a day",
    "It falls as rain on wet soil, on the day of the most flow in the first half of the test period.",
    (25, 50, 100, 200, 400),
    runoff,
)
