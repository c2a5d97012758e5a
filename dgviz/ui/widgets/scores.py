"""A picker of the scores by which the target is judged."""

from dgviz.ui.session.state import AppState
from dgviz.ui.widgets import material
from dgviz.ui.words.text import score_label


def score_select(state: AppState, **options):
    """A list of the target's scores; with another science it offers those of its target, the first chosen."""
    select = material.Select(label="Score", options={}, size="small", **options)

    def offer(*_):
        scores = state.target.scores
        value = select.value if select.value in scores else scores[0]
        select.param.update(options={score_label(name): name for name in scores}, value=value)

    offer()
    state.param.watch(offer, "dataset")
    return select
