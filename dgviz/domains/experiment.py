"""What a science asks of a trained model beyond its record, so that claims can judge by the answers."""

from collections.abc import Callable
from dataclasses import dataclass

from dgviz.learn.site_model import SiteModel


@dataclass(frozen=True)
class Experiment:
    """A number that a model at one site gives for each of several values of one thing, such as the size of a storm.

    `ask(site, value)` gives it, in `units`; `over` says what the values are, with their units; `how`, in a sentence,
    how it is asked. Each answer is a score by which a claim may judge, see `score`.
    """

    name: str
    long_name: str
    units: str
    over: str
    how: str
    values: tuple[float, ...]
    ask: Callable[[SiteModel, float], float]

    def score(self, value: float) -> str:
        """What the answer for a value is called among the scores."""
        return f"{self.name}_{value:g}"

    @property
    def scores(self) -> dict[str, float]:
        """The value behind each score."""
        return {self.score(value): value for value in self.values}
