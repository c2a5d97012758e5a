"""Watershed: from rain to the oxygen of the stream, in one model.

Rain and snow become quickflow, interflow and baseflow, as in rainfall-runoff; these bring water of different
temperature into a reach with its sun and shade, as in stream temperature; depth, velocity and temperature of the reach
set its oxygen, as in dissolved oxygen. All are the processes of those sciences; what is new is that one gradient runs
through them, from the oxygen of a day to the rain of the days before, and that it can be taken apart by pathway.

No public data set was found that has the weather, flow, temperature and oxygen of the same streams: the twin opens.
"""

import xarray as xr

from dgviz.datasets.hydrology_series import FORCINGS as WEATHER
from dgviz.datasets.hydrology_series import TARGETS as FLOWS
from dgviz.datasets.oxygen_series import TARGETS as OXYGEN
from dgviz.datasets.stream_temperature_series import ATTRIBUTES
from dgviz.datasets.stream_temperature_series import FORCINGS as OF_REACH
from dgviz.datasets.stream_temperature_series import TARGETS as TEMPERATURE
from dgviz.datasets.vocabulary import CALENDAR
from dgviz.domains.domain import Domain
from dgviz.domains.hydrology.colours import COLOURS as OF_WATER
from dgviz.domains.hydrology.evaluation.backdrop import rain_and_snow
from dgviz.domains.hydrology.evaluation.signatures import EVALUATION as SIGNATURES
from dgviz.domains.hydrology.evapotranspiration import LinearEvapotranspiration
from dgviz.domains.hydrology.groundwater import ThreeOutlets
from dgviz.domains.hydrology.pet import Hamon
from dgviz.domains.hydrology.routing import GammaRouting, NoRouting
from dgviz.domains.hydrology.snow import DegreeDaySnow, NoSnow
from dgviz.domains.hydrology.soil import BetaSoil
from dgviz.domains.oxygen.budget import OxygenStore
from dgviz.domains.oxygen.colours import COLOURS as OF_OXYGEN
from dgviz.domains.oxygen.evaluation.regimes import EVALUATIONS as OXYGEN_REGIME
from dgviz.domains.oxygen.production import LightProduction, NoProduction
from dgviz.domains.oxygen.reaeration import OConnorDobbins, WarmedReaeration
from dgviz.domains.oxygen.respiration import WarmedRespiration
from dgviz.domains.oxygen.saturation import SaturationAtElevation
from dgviz.domains.slots import with_files
from dgviz.domains.stream_temperature import MEAN_DISCHARGE
from dgviz.domains.stream_temperature.colours import COLOURS as OF_HEAT
from dgviz.domains.stream_temperature.equilibrium import MM_KM2, EquilibriumTemperature
from dgviz.domains.stream_temperature.evaluation.warming import EVALUATION as WARMING
from dgviz.domains.stream_temperature.ice import FreezingPoint, NoIce
from dgviz.domains.watershed import presets
from dgviz.domains.watershed.evaluation.checks import CHECKS
from dgviz.domains.watershed.evaluation.claims import CLAIMS
from dgviz.domains.watershed.reach import Reach
from dgviz.domains.watershed.twin import twin


def mean_discharge(dataset: xr.Dataset, period: str) -> xr.DataArray | None:
    """The mean observed flow of each basin over a training period "first/last", `(site,)` in m3 s-1; None without."""
    if "streamflow" not in dataset or "area" not in dataset:
        return None
    mean = dataset.streamflow.sel(time=slice(*period.split("/"))).mean("time") * dataset.area * MM_KM2
    return mean.clip(min=MEAN_DISCHARGE.range[0]).drop_attrs().assign_attrs(MEAN_DISCHARGE.attrs)


domain = Domain(
    title="Watershed: rain to oxygen",
    site="basin",
    budget="stores",
    budgets={"mm": "water", "degC": "heat", "mg L-1": "oxygen"},
    forcings={
        **{name: WEATHER[name] for name in ("prcp", "tmean")},
        **{name: OF_REACH[name] for name in ("srad", "vapour_pressure", "cloud")},
        **CALENDAR,
    },
    attributes={**ATTRIBUTES, "mean_discharge": MEAN_DISCHARGE},
    targets={**OXYGEN, **TEMPERATURE, **FLOWS},
    outside=("atmosphere", "outlet", "upstream", "ice", "plants", "organisms"),
    slots=with_files(
        __name__,
        dict(
            pet=(Hamon,),
            snow=(DegreeDaySnow, NoSnow),
            soil=(BetaSoil,),
            evapotranspiration=(LinearEvapotranspiration,),
            groundwater=(ThreeOutlets,),
            reach=(Reach,),
            temperature=(EquilibriumTemperature,),
            ice=(FreezingPoint, NoIce),
            saturation=(SaturationAtElevation,),
            reaeration=(OConnorDobbins, WarmedReaeration),
            production=(LightProduction, NoProduction),
            respiration=(WarmedRespiration,),
            oxygen=(OxygenStore,),
            routing=(GammaRouting, NoRouting),
        ),
    ),
    pathways=("water_temperature", "discharge"),
    derived={"mean_discharge": mean_discharge},
    from_target=("mean_discharge",),
    backdrop=rain_and_snow,
    evaluations=(*OXYGEN_REGIME, WARMING, SIGNATURES),
    checks=CHECKS,
    claims=CLAIMS,
    presets=presets.PRESETS,
    dial=presets.DIAL,
    controls=presets.CONTROLS,
    colours={**OF_WATER, **OF_HEAT, **OF_OXYGEN},
    # Two years fill soil and aquifer; heat and oxygen are forgotten within weeks.
    defaults=dict(epochs=60, learning_rate=0.02, schedule="cosine", hidden=32, members=4, window=365, warmup=365),
    twin=twin,
)
