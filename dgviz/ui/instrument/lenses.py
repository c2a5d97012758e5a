"""The lenses: what can be looked at beside the map, each with its views, and what the map shows with it."""

from dataclasses import dataclass

from dgviz.domains import Domain
from dgviz.ui.lenses.budget.balance import Balance
from dgviz.ui.lenses.budget.buckets import Buckets
from dgviz.ui.lenses.budget.stores import Stores
from dgviz.ui.lenses.checks.physics_checks import PhysicsChecks
from dgviz.ui.lenses.compare.comparison import MedianScores, OptionDifferences
from dgviz.ui.lenses.compare.court import Court
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
from dgviz.ui.lenses.presets.experiments import Experiments
from dgviz.ui.lenses.presets.few_sites import FewSites
from dgviz.ui.lenses.presets.slopes import Slopes
from dgviz.ui.lenses.scores.distribution import LargeScoreDistribution, ScoreDistribution
from dgviz.ui.lenses.scores.window_scores import WindowScores
from dgviz.ui.lenses.sensitivity.curve_responses import CurveResponses
from dgviz.ui.lenses.sensitivity.doctor import Doctor
from dgviz.ui.lenses.sensitivity.elasticities import Elasticities
from dgviz.ui.lenses.sensitivity.fate import Fate
from dgviz.ui.lenses.sensitivity.global_beside_local import GlobalBesideLocal
from dgviz.ui.lenses.sensitivity.gradient_check import GradientCheck
from dgviz.ui.lenses.sensitivity.identifiability import Identifiability
from dgviz.ui.lenses.sensitivity.learned_law import LearnedLaw
from dgviz.ui.lenses.sensitivity.matters import Matters
from dgviz.ui.lenses.sensitivity.pathways import Pathways
from dgviz.ui.lenses.sensitivity.peaks import Peaks
from dgviz.ui.lenses.sensitivity.responses import Responses
from dgviz.ui.lenses.sensitivity.rewind import Rewind
from dgviz.ui.lenses.sensitivity.through_time import ThroughTime
from dgviz.ui.lenses.sensitivity.tracer import Tracer
from dgviz.ui.lenses.sensitivity.triangle import Triangle
from dgviz.ui.lenses.sensitivity.why_this_high import WhyThisHigh
from dgviz.ui.lenses.view import View
from dgviz.ui.lenses.what_if.sliders import ParameterSliders
from dgviz.ui.lenses.what_if.wanted import Wanted
from dgviz.ui.widgets.fold import UNFOLDED

Row = tuple[tuple[tuple[type[View], ...], int], ...]


@dataclass(frozen=True)
class Question:
    """A question, the row that answers it, and further rows that fold out.

    `name` is that of an address; `{budget}` in the words is what the stores of the science hold.
    """

    name: str
    words: str
    answer: Row
    more: tuple[Row, ...] = ()

    def said(self, science: Domain) -> str:
        """The question in the words of a science."""
        return self.words.format(budget=science.budget)

    @property
    def rows(self) -> tuple[Row, ...]:
        """All of its rows."""
        return (self.answer, *self.more)


@dataclass(frozen=True)
class Lens:
    """Rows of (views one above the other, columns out of twelve), and of which kind the map's colours are at first.

    In their place it may have questions, each with an answer in sight and more to fold out.

    A lens of one site leaves the series of that site in sight; `beside` stands beside them. Where it `fills` the
    window, its first row is as high as the rest of it.
    """

    rows: tuple[Row, ...]
    colour: str
    of_site: bool = True
    beside: tuple[type[View], ...] = ()
    fills: bool = False
    questions: tuple[Question, ...] = ()

    @property
    def views(self) -> list[type[View]]:
        """All of its views."""
        rows = [*self.rows, *(row for question in self.questions for row in question.rows)]
        return [*self.beside, *(view for row in rows for views, _ in row for view in views)]


QUESTIONS = (
    Question("matters", "What matters here?", (((Matters,), 12),), ((((ThroughTime,), 12),), (((Elasticities,), 12),))),
    Question(
        "budget",
        "Where does the {budget} come from and go?",
        (((Responses, CurveResponses), 12),),
        (
            (((Fate,), 12),),
            (((Tracer,), 12),),
            (((Rewind,), 12),),
            (((WhyThisHigh,), 12),),
            (((Peaks,), 12),),
            (((Pathways,), 12),),
            (((Triangle,), 12),),
        ),
    ),
    Question("learned", "What did it learn?", (((LearnedLaw,), 12),), ((((Identifiability,), 12),),)),
    Question("trust", "Can I trust it?", (((GradientCheck,), 6), ((Doctor,), 6)), ((((GlobalBesideLocal,), 12),),)),
)

LENSES = {
    "Scores": Lens(((((WindowScores,), 5), ((ScoreDistribution,), 7)),), "score"),
    "Budget": Lens(((((Buckets,), 8), ((Balance,), 4)), (((Stores,), 12),)), "parameter", fills=True),
    "Sensitivity": Lens((), "sensitivity", questions=QUESTIONS),
    "What if": Lens(
        ((((WindowScores,), 6), ((Balance,), 6)), (((Wanted,), 12),)),
        "parameter",
        beside=(ParameterSliders,),
    ),
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
            (((Court,), 12),),
        ),
        "difference",
    ),
    "Physics to ML": Lens(
        (
            (((DialTable,), 12),),
            (((DialCurves,), 6), ((Slopes,), 6)),
            (((FewSites,), 6), ((Experiments,), 6)),
            (((Claims,), 12),),
        ),
        "score",
        of_site=False,
    ),
    "Data": Lens(((((OwnData,), 12),), (((HowItWasRead,), 12),), (((Explorer,), 12),)), "attribute", of_site=False),
}
OF_VIEWS = {f"{v.__name__}.{name}" for lens in LENSES.values() for v in lens.views for name in v.choices}
CHOICES = tuple(sorted({*OF_VIEWS, UNFOLDED}))
OF_ALL = "Evaluate"  # the first lens about all sites: a rule stands before it
