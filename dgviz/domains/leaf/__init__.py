"""Leaf gas exchange: photosynthesis of single leaves at steps of CO2 or light.

A site is a curve of one leaf, and along time stand its points. The equations are those of Farquhar, von Caemmerer and
Berry for C3 leaves; stomata are measured or simulated.
"""

from dgviz.datasets.leaf_series import ATTRIBUTES, FORCINGS, TARGETS
from dgviz.domains.curve import Curve
from dgviz.domains.domain import Domain
from dgviz.domains.leaf import presets
from dgviz.domains.leaf.assimilation import Farquhar
from dgviz.domains.leaf.colours import COLOURS
from dgviz.domains.leaf.evaluation import capacities, rates
from dgviz.domains.leaf.evaluation.checks import CHECKS
from dgviz.domains.leaf.evaluation.claims import CLAIMS
from dgviz.domains.leaf.evaluation.rivals import rivals
from dgviz.domains.leaf.light import FixedYield, LearnedYield
from dgviz.domains.leaf.limitation import HardMinimum, SmoothMinimum
from dgviz.domains.leaf.stomata import BallBerryStomata, FixedConductance, MeasuredCi, MedlynStomata
from dgviz.domains.leaf.temperature import ArrheniusResponse, NoResponse, PeakedResponse
from dgviz.domains.leaf.twin import twin
from dgviz.domains.slots import with_files

domain = Domain(
    title="Leaf gas exchange",
    site="curve",
    step="point",
    budget="carbon",
    forcings=FORCINGS,
    attributes=ATTRIBUTES,
    targets=TARGETS,
    outside=("air", "leaf"),
    slots=with_files(
        __name__,
        dict(
            temperature=(PeakedResponse, ArrheniusResponse, NoResponse),
            light=(FixedYield, LearnedYield),
            limitation=(SmoothMinimum, HardMinimum),
            stomata=(MedlynStomata, BallBerryStomata, FixedConductance, MeasuredCi),
            assimilation=(Farquhar,),
        ),
    ),
    given={"stomata": ("ci", "MeasuredCi")},
    curves=(
        Curve("A\u2013Ci", "ci", ("rubisco_limited", "light_limited")),
        Curve("A\u2013CO\u2082", "co2", ("rubisco_limited", "light_limited")),
        Curve("A\u2013light", "ppfd", ("rubisco_limited", "light_limited")),
    ),
    references=rivals,
    evaluations=(*rates.EVALUATIONS, *capacities.EVALUATIONS),
    checks=CHECKS,
    claims=CLAIMS,
    colours=COLOURS,
    presets=presets.PRESETS,
    dial=presets.DIAL,
    controls=presets.CONTROLS,
    # One set of parameters for a leaf: several that are averaged fit as well, but are not those of the leaf. The
    # training points of a curve are one window. Few hidden units and small steps: leaves of species that are not
    # trained on are to be predicted, and a holdout never divides a species.
    defaults=dict(
        groups="species",
        loss="rmse",
        epochs=100,
        learning_rate=0.003,
        schedule="cosine",
        hidden=16,
        members=1,
        window=7,
        warmup=0,
        batch_size=64,
    ),
    twin=twin,
)
