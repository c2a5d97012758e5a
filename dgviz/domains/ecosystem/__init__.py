"""Ecosystem productivity: the P-model, in which leaves have got used to their light, warmth and dryness.

After Prentice et al. (2014), Wang et al. (2017) and Stocker et al. (2020). It has no stores: each step stands for
itself, whether it is a day or a month.
"""

import xarray as xr

from dgviz.datasets.ecosystem_climate import with_climate_of
from dgviz.datasets.ecosystem_series import ATTRIBUTES, FORCINGS, TARGETS, pressure_of
from dgviz.datasets.errors import some
from dgviz.datasets.root_zone import CAPACITY, wetness
from dgviz.datasets.vocabulary import CALENDAR
from dgviz.domains.domain import Domain
from dgviz.domains.ecosystem import presets
from dgviz.domains.ecosystem.colours import COLOURS
from dgviz.domains.ecosystem.evaluation import EVALUATIONS
from dgviz.domains.ecosystem.evaluation.backdrop import light_and_leaves
from dgviz.domains.ecosystem.evaluation.checks import CHECKS
from dgviz.domains.ecosystem.evaluation.claims import CLAIMS
from dgviz.domains.ecosystem.evaluation.rivals import rivals
from dgviz.domains.ecosystem.kinetics import Rubisco
from dgviz.domains.ecosystem.productivity import AcclimatedLight, UnlimitedTransport
from dgviz.domains.ecosystem.quantum_yield import ConstantYield, TemperatureDependentYield
from dgviz.domains.ecosystem.stomata import ConstantRatio, LeastCost
from dgviz.domains.ecosystem.stress import LearnedStress, MonotoneStress, NoStress, SoilMoistureStress, VpdStress
from dgviz.domains.ecosystem.twin import twin
from dgviz.domains.slots import with_files


def root_zone(dataset: xr.Dataset, period: str) -> xr.DataArray | None:
    """Water in the root zone from a bucket, where the data have rain but no soil moisture."""
    if (found := wetness(dataset)) is None:
        return None
    return found.assign_attrs(remark=f"not in the data: from a bucket of {CAPACITY:g} mm, see dgviz.datasets.root_zone")


def standard_pressure(dataset: xr.Dataset, period: str) -> xr.DataArray | None:
    """Air pressure of the standard atmosphere, where the data have heights but no pressure."""
    if "elevation" not in dataset:
        return None
    over_time = pressure_of(dataset.elevation.fillna(0.0)) * xr.ones_like(dataset.tair)
    unknown = dataset.site.values[dataset.elevation.isnull().values]
    elsewhere = f"; of sea level where no height is known: {some(unknown)}" if len(unknown) else ""
    remark = f"not in the data: that of the standard atmosphere at the tower's height{elsewhere}"
    about = FORCINGS["pressure"].attrs | {"remark": remark}
    return over_time.transpose("time", "site").drop_attrs().assign_attrs(about)


domain = Domain(
    title="Ecosystem productivity",
    site="tower",
    budget="carbon",
    step="month",
    other_steps=("day",),
    forcings={**FORCINGS, **CALENDAR},
    attributes=ATTRIBUTES,
    targets=TARGETS,
    outside=("atmosphere",),
    slots=with_files(
        __name__,
        dict(
            kinetics=(Rubisco,),
            stomata=(LeastCost, ConstantRatio),
            quantum_yield=(TemperatureDependentYield, ConstantYield),
            stress=(NoStress, SoilMoistureStress, VpdStress, LearnedStress, MonotoneStress),
            productivity=(AcclimatedLight, UnlimitedTransport),
        ),
    ),
    derived={"wetness": root_zone, "pressure": standard_pressure},
    climate=with_climate_of,
    backdrop=light_and_leaves,
    references=rivals,
    evaluations=EVALUATIONS,
    checks=CHECKS,
    claims=CLAIMS,
    colours=COLOURS,
    presets=presets.PRESETS,
    dial=presets.DIAL,
    controls=presets.CONTROLS,
    # Nothing is stored, so no step needs those before it; a window holds all months of a tower.
    defaults=dict(
        loss="rmse",
        epochs=30,
        learning_rate=0.01,
        schedule="cosine",
        hidden=16,
        members=8,
        window=365,
        warmup=0,
        batch_size=20,
    ),
    twin=twin,
    data="twitchell",
)
