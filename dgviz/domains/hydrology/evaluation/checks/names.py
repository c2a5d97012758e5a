"""How the checks of hydrology find what they need, whatever the processes are called."""

import numpy as np

from dgviz.checks import Trial

# CF standard names of forcings, fluxes and stores.
PRECIPITATION = "lwe_precipitation_rate"
TEMPERATURE = "air_temperature"
EVAPORATION = "lwe_water_evaporation_rate"
RAINFALL = "rainfall_rate"
SNOW = "lwe_thickness_of_surface_snow_amount"
# CF has no name for potential evapotranspiration as a depth of water: it goes by ours.
POTENTIAL = "pet"


def potential_evapotranspiration(trial: Trial) -> np.ndarray | None:
    """Potential evapotranspiration `(time,)`, computed or given; None where the model has neither."""
    return trial.as_trained[POTENTIAL] if POTENTIAL in trial.fluxes_by_name else trial.forcing(POTENTIAL)
