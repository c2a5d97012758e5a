"""Checks of rainfall-runoff: what water, snow and evaporation have to keep to, one check a file."""

import functools

from dgviz.checks import Check, CheckResult, Trial
from dgviz.domains.hydrology.evaluation.checks.doubled_storm import doubled_storm
from dgviz.domains.hydrology.evaluation.checks.evapotranspiration_within_potential import (
    evapotranspiration_within_potential,
)
from dgviz.domains.hydrology.evaluation.checks.mass_closure import mass_closure
from dgviz.domains.hydrology.evaluation.checks.names import PRECIPITATION
from dgviz.domains.hydrology.evaluation.checks.warmer_means_earlier_melt import warmer_means_earlier_melt
from dgviz.domains.hydrology.evaluation.checks.zero_rain_dries_down import zero_rain_dries_down


def _with_falling_rain(check: Check) -> Check:
    """Precipitation is drawn as bars that hang from the top."""

    @functools.wraps(check)
    def asked(trial: Trial) -> CheckResult:
        result = check(trial)
        for values in (result.series or {}).values():
            if values.attrs.get("standard_name") == PRECIPITATION:
                values.attrs["drawn"] = "bars"
        return result

    return asked


CHECKS = tuple(
    _with_falling_rain(check)
    for check in (
        mass_closure,
        zero_rain_dries_down,
        doubled_storm,
        warmer_means_earlier_melt,
        evapotranspiration_within_potential,
    )
)
