"""Checks of rainfall-runoff: what water, snow and evaporation have to keep to, one check a file."""

from dgviz.domains.hydrology.evaluation.checks.doubled_storm import doubled_storm
from dgviz.domains.hydrology.evaluation.checks.evapotranspiration_within_potential import (
    evapotranspiration_within_potential,
)
from dgviz.domains.hydrology.evaluation.checks.mass_closure import mass_closure
from dgviz.domains.hydrology.evaluation.checks.warmer_means_earlier_melt import warmer_means_earlier_melt
from dgviz.domains.hydrology.evaluation.checks.zero_rain_dries_down import zero_rain_dries_down

CHECKS = (
    mass_closure,
    zero_rain_dries_down,
    doubled_storm,
    warmer_means_earlier_melt,
    evapotranspiration_within_potential,
)
