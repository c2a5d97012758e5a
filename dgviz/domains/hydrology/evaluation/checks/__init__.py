"""Checks of rainfall-runoff: what water, snow and evaporation have to keep to, one check a file."""

import functools

from dgviz.checks import Check, CheckResult, Trial
from dgviz.domains.hydrology.evaluation.checks.channel_holds_its_hydrograph import channel_holds_its_hydrograph
from dgviz.domains.hydrology.evaluation.checks.design_storms import design_storms
from dgviz.domains.hydrology.evaluation.checks.doubled_storm import doubled_storm
from dgviz.domains.hydrology.evaluation.checks.evaporation_follows_wetness import evaporation_follows_wetness
from dgviz.domains.hydrology.evaluation.checks.evapotranspiration_within_potential import (
    evapotranspiration_within_potential,
)
from dgviz.domains.hydrology.evaluation.checks.flow_follows_rain import flow_follows_rain
from dgviz.domains.hydrology.evaluation.checks.mass_closure import mass_closure
from dgviz.domains.hydrology.evaluation.checks.more_and_less_rain import more_and_less_rain
from dgviz.domains.hydrology.evaluation.checks.names import PRECIPITATION
from dgviz.domains.hydrology.evaluation.checks.no_drift_in_fifty_years import no_drift_in_fifty_years
from dgviz.domains.hydrology.evaluation.checks.pack_builds_holds_melts import pack_builds_holds_melts
from dgviz.domains.hydrology.evaluation.checks.possible_volumes import possible_volumes
from dgviz.domains.hydrology.evaluation.checks.settled_under_constant_weather import settled_under_constant_weather
from dgviz.domains.hydrology.evaluation.checks.snow_or_rain import snow_or_rain
from dgviz.domains.hydrology.evaluation.checks.storm_ladder import storm_ladder
from dgviz.domains.hydrology.evaluation.checks.storm_on_wet_soil import storm_on_wet_soil
from dgviz.domains.hydrology.evaluation.checks.told_area import told_area
from dgviz.domains.hydrology.evaluation.checks.warmer_means_earlier_melt import warmer_means_earlier_melt
from dgviz.domains.hydrology.evaluation.checks.warmth_costs_flow import warmth_costs_flow
from dgviz.domains.hydrology.evaluation.checks.withdrawal_leaves import withdrawal_leaves
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
        # Volumes
        mass_closure,
        possible_volumes,
        no_drift_in_fifty_years,
        settled_under_constant_weather,
        # Rain
        flow_follows_rain,
        zero_rain_dries_down,
        doubled_storm,
        storm_ladder,
        design_storms,
        storm_on_wet_soil,
        more_and_less_rain,
        # Evaporation
        evapotranspiration_within_potential,
        evaporation_follows_wetness,
        warmth_costs_flow,
        # Snow
        warmer_means_earlier_melt,
        snow_or_rain,
        pack_builds_holds_melts,
        # The stream and the basin
        channel_holds_its_hydrograph,
        withdrawal_leaves,
        told_area,
    )
)
