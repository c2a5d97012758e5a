"""Solutes: concentration in rivers, from discharge as a mixture of quick and slow water.

Discharge is separated by a filter that keeps mass; each water has a concentration of its own, a power law stands for
both, or solute is stored, moved and released in shallow and deep layers after Zhi et al. (2022). One solute at a time:
nitrate, chloride, sulfate or silica.
"""

import numpy as np
import xarray as xr

from dgviz.checks import balance_closes
from dgviz.datasets.solutes_series import ATTRIBUTES, FORCINGS, TARGETS
from dgviz.datasets.vocabulary import CALENDAR
from dgviz.domains.domain import Domain
from dgviz.domains.slots import with_files
from dgviz.domains.solutes import presets
from dgviz.domains.solutes.colours import COLOURS
from dgviz.domains.solutes.evaluation.checks import CHECKS
from dgviz.domains.solutes.evaluation.claims import CLAIMS
from dgviz.domains.solutes.evaluation.rivals import rivals
from dgviz.domains.solutes.evaluation.slopes import EVALUATIONS
from dgviz.domains.solutes.mixing import EndMembers, FlowPathPowerLaw, NamedSolute, PowerLaw, TrendingSolute
from dgviz.domains.solutes.separation import ShareOfDischarge, ShareOfWetness, SlowStore
from dgviz.domains.solutes.stores import SoluteStores, WarmedSoluteStores
from dgviz.domains.solutes.twin import twin
from dgviz.domains.stream_temperature import MEAN_DISCHARGE, mean_discharge
from dgviz.quantities import Forcing

YEARS = Forcing("yr", "Years since the middle of the training period", range=(-50.0, 50.0))


def years(dataset: xr.Dataset, period: str) -> xr.DataArray:
    """The time of each step from the middle of a training period "first/last", `(time, site)`."""
    first, last = (np.datetime64(day) for day in period.split("/"))
    since = (dataset.time.values - (first + (last - first) / 2)) / np.timedelta64(1, "D") / 365.25
    values = np.repeat(since.astype("float32")[:, None], dataset.sizes["site"], 1)
    return xr.DataArray(values, dims=("time", "site"), attrs=YEARS.attrs)


def discharge_above(site: xr.Dataset) -> xr.Dataset:
    """The discharge of one site, `(time,)`, which is drawn above the concentration."""
    return site[["discharge"]].reset_coords(drop=True)


domain = Domain(
    title="Solutes",
    site="river",
    budget="stores",
    budgets={"d": "water", "mg L-1 d": "solute"},
    forcings={**FORCINGS, **CALENDAR, "years": YEARS},
    attributes={**ATTRIBUTES, "mean_discharge": MEAN_DISCHARGE},
    targets=TARGETS,
    seen_if_read=("years",),
    outside=("catchment", "ground", "outlet", "decay"),
    slots=with_files(
        __name__,
        dict(
            separation=(ShareOfWetness, ShareOfDischarge, SlowStore),
            concentration=(PowerLaw, FlowPathPowerLaw, EndMembers, SoluteStores, WarmedSoluteStores),
            solute=(NamedSolute, TrendingSolute),
        ),
    ),
    derived={"mean_discharge": mean_discharge, "years": years},
    backdrop=discharge_above,
    references=rivals,
    evaluations=EVALUATIONS,
    checks=(balance_closes, *CHECKS),
    claims=CLAIMS,
    colours=COLOURS,
    presets=presets.PRESETS,
    dial=presets.DIAL,
    controls=presets.CONTROLS,
    # Samples are few: all of them are seen in every update. Sites have too little in common to share a set.
    defaults=dict(
        parameters="sites",
        loss="nse",
        epochs=300,
        learning_rate=0.1,
        schedule="cosine",
        hidden=16,
        members=2,
        window=4000,
        warmup=365,
        batch_size=40,
        clip=10.0,
    ),
    twin=twin,
    data="thames",
)
