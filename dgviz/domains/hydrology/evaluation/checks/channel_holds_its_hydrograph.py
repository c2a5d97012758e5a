"""Does the channel hold only the water that is on its way?"""

import numpy as np

from dgviz.checks import CheckResult, Criterion, Trial, concise, total
from dgviz.domains.hydrology.evaluation.checks.names import NO_RAIN_READ, PRECIPITATION
from dgviz.domains.hydrology.evaluation.checks.weather import dry_years, largest_storm, with_storm

TIMES = 10.0  # the largest storm
SINGLE = 1e-5  # relative: what was on its way when the record began comes in single precision


def channel_holds_its_hydrograph(trial: Trial) -> CheckResult:
    """The channel never holds more than what came into it within the length of its unit hydrograph, nor less than none.

    Under the record with its largest storm ten times as large, and in two years without rain after it.
    """
    name = "channel_holds_its_hydrograph"
    channel = trial.fluxes_by_name[trial.target].out_of if trial.target in trial.fluxes_by_name else ""
    routing = [p for p in trial.declared.processes if trial.target in p.declared and p.memory]
    if not trial.forcings(PRECIPITATION):
        return CheckResult(name, NO_RAIN_READ)
    if not routing or not channel:
        return CheckResult(name, "This model has no routing by a unit hydrograph.")
    memory = routing[0].memory
    day = largest_storm(trial)
    flood = trial.simulate({} if day is None else with_storm(trial, day, TIMES))
    drought = dry_years(trial)[1]
    too_much, too_little = 0.0, 0.0
    for simulated in (flood, drought):
        came = total(simulated, trial.declared.gains[channel])
        others = [k for k in trial.declared.losses[channel] if k != trial.target]
        # What came in within the memory, less what was taken out on its way.
        most = np.convolve(came - total(simulated, others), np.ones(memory + 1))[: len(came)]
        level = max(float(came.max()), 1.0)
        # The water that was on its way before the first step is gone after the memory.
        held = simulated[channel]
        too_much = max(too_much, float((held - most)[memory:].max()) / level)
        too_little = max(too_little, float(-held[memory:].min()) / level)
    criteria = (
        Criterion("Water beyond what came in time, of the largest inflow", too_much, "1", at_most=SINGLE),
        Criterion("Water below none, of the largest inflow", too_little, "1", at_most=SINGLE),
    )
    series = trial.dataset(
        ["as it was", "largest storm ten times"], {channel: [trial.as_trained[channel], flood[channel]]}, {}
    )
    sentence = f"At its fullest the channel holds {concise(float(flood[channel].max()))} mm on its way to the gauge."
    return CheckResult(name, sentence, criteria, series)
