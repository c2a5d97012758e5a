"""How the checks of hydrology find what they need, whatever the processes are called."""

from collections.abc import Iterable, Mapping

import numpy as np

from dgviz.checks import Trial, total

# CF standard names of forcings, fluxes and stores.
PRECIPITATION = "lwe_precipitation_rate"
TEMPERATURE = "air_temperature"
EVAPORATION = "lwe_water_evaporation_rate"
RAINFALL = "rainfall_rate"
SNOW = "lwe_thickness_of_surface_snow_amount"
SOIL = "lwe_thickness_of_soil_moisture_content"
# CF has no name for potential evapotranspiration as a depth of water: it goes by ours.
POTENTIAL = "pet"

NO_RAIN_READ = "This model does not read precipitation."
NO_RAIN = "No rain falls on these days."


def potential_evapotranspiration(trial: Trial, simulated: Mapping[str, np.ndarray]) -> np.ndarray | None:
    """Potential evapotranspiration `(time,)`, simulated or given; None where the model has neither."""
    return simulated[POTENTIAL] if POTENTIAL in trial.fluxes_by_name else trial.forcing(POTENTIAL)


def withdrawn(trial: Trial, simulated: Mapping[str, np.ndarray]) -> np.ndarray:
    """What leaves neither into the air nor as the target `(time,)`; nothing where the target is no outflow."""
    outflows, losses = trial.declared.outflows, trial.fluxes(EVAPORATION)
    others = [name for name in outflows if name not in (trial.target, *losses)]
    return total(simulated, others if trial.target in outflows else [])


def farthest(values: Iterable[float], limits: tuple[float, float]) -> float:
    """Of several figures with the same limits the one that is nearest to breaking them, or breaks them most."""
    middle = sum(limits) / 2
    return max(values, key=lambda value: abs(value - middle))
