"""Dissolved oxygen: a well-mixed reach that takes oxygen from the air and its plants and loses it to all that respires.

The balance of Odum (1956) with saturation after Benson and Krause (1984), stepped exactly over a day or in balance on
every day, from the temperature of the water. Rates are per volume of water.
"""

from dgviz.checks import balance_closes
from dgviz.datasets.oxygen_series import ATTRIBUTES, FORCINGS, TARGETS
from dgviz.datasets.vocabulary import CALENDAR
from dgviz.domains.domain import Domain
from dgviz.domains.oxygen import presets
from dgviz.domains.oxygen.budget import OxygenStore, SteadyOxygen
from dgviz.domains.oxygen.colours import COLOURS
from dgviz.domains.oxygen.evaluation.checks import CHECKS
from dgviz.domains.oxygen.evaluation.claims import CLAIMS
from dgviz.domains.oxygen.evaluation.regimes import EVALUATIONS
from dgviz.domains.oxygen.evaluation.rivals import rivals
from dgviz.domains.oxygen.production import LightProduction, NoProduction, SeasonalProduction
from dgviz.domains.oxygen.reaeration import OConnorDobbins, WarmedReaeration
from dgviz.domains.oxygen.respiration import Q10Respiration, WarmedRespiration
from dgviz.domains.oxygen.saturation import SaturationAtElevation, SaturationAtPressure, SaturationAtSeaLevel
from dgviz.domains.oxygen.twin import twin
from dgviz.domains.slots import with_files
from dgviz.domains.stream_temperature import MEAN_DISCHARGE, mean_discharge

domain = Domain(
    title="Dissolved oxygen",
    site="river",
    budget="oxygen",
    forcings={**FORCINGS, **CALENDAR},
    attributes={**ATTRIBUTES, "mean_discharge": MEAN_DISCHARGE},
    targets=TARGETS,
    outside=("atmosphere", "plants", "organisms"),
    slots=with_files(
        __name__,
        dict(
            saturation=(SaturationAtPressure, SaturationAtSeaLevel, SaturationAtElevation),
            reaeration=(WarmedReaeration, OConnorDobbins),
            production=(SeasonalProduction, LightProduction, NoProduction),
            respiration=(WarmedRespiration, Q10Respiration),
            budget=(OxygenStore, SteadyOxygen),
        ),
    ),
    derived={"mean_discharge": mean_discharge},
    references=rivals,
    evaluations=EVALUATIONS,
    checks=(balance_closes, *CHECKS),
    claims=CLAIMS,
    colours=COLOURS,
    presets=presets.PRESETS,
    dial=presets.DIAL,
    controls=presets.CONTROLS,
    # Samples are few and far between: all of them are seen in every update. A river forgets within days.
    defaults=dict(
        loss="nse",
        epochs=300,
        learning_rate=0.02,
        schedule="cosine",
        hidden=16,
        members=4,
        window=10592,
        warmup=30,
        batch_size=40,
    ),
    twin=twin,
)
