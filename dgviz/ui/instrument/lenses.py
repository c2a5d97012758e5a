"""The lenses: what can be looked at beside the map, each with its views, and what the map shows with it."""

from dataclasses import dataclass

from dgviz.ui.lenses.budget.balance import Balance
from dgviz.ui.lenses.budget.buckets import Buckets
from dgviz.ui.lenses.budget.stores import Stores
from dgviz.ui.lenses.checks.physics_checks import PhysicsChecks
from dgviz.ui.lenses.compare.comparison import MedianScores, OptionDifferences
from dgviz.ui.lenses.compare.run_table import RunTable
from dgviz.ui.lenses.data.explorer import Explorer
from dgviz.ui.lenses.data.how_it_was_read import HowItWasRead
from dgviz.ui.lenses.data.own_data import OwnData
from dgviz.ui.lenses.evaluate.attribute_scatter import AttributeScatter
from dgviz.ui.lenses.evaluate.evaluation import EvaluationCard, SecondEvaluationCard
from dgviz.ui.lenses.evaluate.figures import Figures
from dgviz.ui.lenses.evaluate.learned_curves import LearnedCurves
from dgviz.ui.lenses.evaluate.ranked import RankedTimeSeries
from dgviz.ui.lenses.presets.claims import Claims
from dgviz.ui.lenses.presets.dial_curves import DialCurves
from dgviz.ui.lenses.presets.dial_table import DialTable
from dgviz.ui.lenses.scores.distribution import LargeScoreDistribution, ScoreDistribution
from dgviz.ui.lenses.scores.window_scores import WindowScores
from dgviz.ui.lenses.sensitivity.curve_responses import CurveResponses
from dgviz.ui.lenses.sensitivity.doctor import Doctor
from dgviz.ui.lenses.sensitivity.gradient_check import GradientCheck
from dgviz.ui.lenses.sensitivity.matters import Matters
from dgviz.ui.lenses.sensitivity.pathways import Pathways
from dgviz.ui.lenses.sensitivity.responses import Responses
from dgviz.ui.lenses.view import View
from dgviz.ui.lenses.what_if.sliders import ParameterSliders

Row = tuple[tuple[tuple[type[View], ...], int], ...]


@dataclass(frozen=True)
class Lens:
    """Rows of (views one above the other, columns out of twelve), and of which kind the map's colours are at first.

    A lens of one site leaves the series of that site in sight; `beside` stands beside them. Where it `fills` the
    window, its first row is as high as the rest of it.
    """

    rows: tuple[Row, ...]
    colour: str
    of_site: bool = True
    beside: tuple[type[View], ...] = ()
    fills: bool = False

    @property
    def views(self) -> list[type[View]]:
        """All of its views."""
        return [*self.beside, *(view for row in self.rows for views, _ in row for view in views)]


LENSES = {
    "Scores": Lens(((((WindowScores,), 5), ((ScoreDistribution,), 7)),), "score"),
    "Budget": Lens(((((Buckets,), 8), ((Balance,), 4)), (((Stores,), 12),)), "parameter", fills=True),
    "Sensitivity": Lens(
        ((((Responses, CurveResponses, Pathways), 12),), (((Matters,), 6), ((GradientCheck, Doctor), 6))), "sensitivity"
    ),
    "What if": Lens(((((WindowScores,), 6), ((Balance,), 6)),), "parameter", beside=(ParameterSliders,)),
    "Checks": Lens(((((PhysicsChecks,), 12),),), "score"),
    "Evaluate": Lens(
        (
            (((Figures,), 12),),
            (((RankedTimeSeries,), 12),),
            (((EvaluationCard,), 6), ((SecondEvaluationCard,), 6)),
            (((LearnedCurves,), 12),),
            (((AttributeScatter,), 12),),
        ),
        "score",
        of_site=False,
    ),
    "Compare": Lens(
        (
            (((RunTable,), 12),),
            (((LargeScoreDistribution,), 7), ((OptionDifferences, MedianScores), 5)),
        ),
        "difference",
    ),
    "Physics to ML": Lens(
        ((((DialTable,), 12),), (((DialCurves,), 6), ((Claims,), 6))),
        "score",
        of_site=False,
    ),
    "Data": Lens(((((OwnData,), 12),), (((HowItWasRead,), 12),), (((Explorer,), 12),)), "attribute", of_site=False),
}
CHOICES = tuple(sorted({f"{v.__name__}.{name}" for lens in LENSES.values() for v in lens.views for name in v.choices}))
OF_ALL = "Evaluate"  # the first lens about all sites: a rule stands before it
