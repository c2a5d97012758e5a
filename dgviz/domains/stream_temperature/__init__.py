"""Stream temperature: the lumped heat balance of a stretch of river, from air temperature and discharge.

After Toffolon and Piccolroaz (2015), with 3, 4, 5, 7 or 8 parameters, stepped exactly over a day. Bounds are those of
the paper where they are physical; heat losses are positive, so that no temperature can run away.
"""

import xarray as xr

from dgviz.checks import balance_closes
from dgviz.datasets.stream_temperature_series import ATTRIBUTES, FORCINGS, TARGETS
from dgviz.datasets.vocabulary import CALENDAR
from dgviz.domains.domain import Domain
from dgviz.domains.slots import with_files
from dgviz.domains.stream_temperature import presets
from dgviz.domains.stream_temperature.colours import COLOURS
from dgviz.domains.stream_temperature.equilibrium import EquilibriumTemperature
from dgviz.domains.stream_temperature.evaluation.checks import CHECKS
from dgviz.domains.stream_temperature.evaluation.claims import CLAIMS
from dgviz.domains.stream_temperature.evaluation.dams import below_dams
from dgviz.domains.stream_temperature.evaluation.regimes import EVALUATIONS
from dgviz.domains.stream_temperature.evaluation.rivals import rivals
from dgviz.domains.stream_temperature.evaluation.warming import EVALUATION as WARMING
from dgviz.domains.stream_temperature.exchange import (
    EightParameters,
    FiveParameters,
    FourParameters,
    SevenParameters,
    ThreeParameters,
)
from dgviz.domains.stream_temperature.ice import FreezingPoint, IceCover, NoIce
from dgviz.domains.stream_temperature.twin import twin
from dgviz.quantities import Attribute

MEAN_DISCHARGE = Attribute("m3 s-1", "Mean discharge of the training period", range=(1e-6, 1e5))


def mean_discharge(dataset: xr.Dataset, period: str) -> xr.DataArray | None:
    """The mean discharge of each gauge over a training period "first/last", `(site,)`; None without discharge.

    Of the training period alone, so that nothing is known of the days on which a run is tested.
    """
    if "discharge" not in dataset:
        return None
    trained = dataset.discharge.sel(time=slice(*period.split("/")))
    mean = trained.mean("time").clip(min=MEAN_DISCHARGE.range[0])
    return mean.drop_attrs().assign_attrs(MEAN_DISCHARGE.attrs)


domain = Domain(
    title="Stream temperature",
    site="gauge",
    budget="heat",
    forcings={**FORCINGS, **CALENDAR},
    attributes={**ATTRIBUTES, "mean_discharge": MEAN_DISCHARGE},
    targets=TARGETS,
    outside=("atmosphere", "upstream", "ice"),
    slots=with_files(
        __name__,
        dict(
            exchange=(
                EightParameters,
                SevenParameters,
                FiveParameters,
                FourParameters,
                ThreeParameters,
                EquilibriumTemperature,
            ),
            ice=(FreezingPoint, IceCover, NoIce),
        ),
    ),
    derived={"mean_discharge": mean_discharge},
    references=rivals,
    flags=below_dams,
    evaluations=(*EVALUATIONS, WARMING),
    checks=(balance_closes, *CHECKS),
    claims=CLAIMS,
    colours=COLOURS,
    presets=presets.PRESETS,
    dial=presets.DIAL,
    controls=presets.CONTROLS,
    # A river forgets within weeks, so a short warm-up does; all of two years of training are seen in one update.
    defaults=dict(
        loss="rmse",
        epochs=100,
        learning_rate=0.01,
        schedule="cosine",
        hidden=64,
        members=8,
        window=730,
        warmup=120,
        batch_size=50,
    ),
    twin=twin,
)
