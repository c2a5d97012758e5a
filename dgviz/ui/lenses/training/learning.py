"""Loss and score over the epochs of a training."""

import panel as pn

from dgviz.experiment.run_folder import FINISHED
from dgviz.ui.figures.learning import LearningCurves
from dgviz.ui.lenses.view import View
from dgviz.ui.words.markup import html
from dgviz.ui.words.progress import parts_of
from dgviz.ui.words.run_names import name_without_score


class LossCurves(View):
    """Loss and score over the epochs."""

    control = "training"
    to_take = "all"
    empty = "Press Train: the loss of every epoch is drawn here as soon as it is known."
    explained = (
        "The score is the median over the sites on the days trained on: it shows that the model learns, "
        "not how good it is.\nThe test period is scored when the training ends."
    )

    def body(self, *, followed, dark):
        """New figures for another run."""
        self.empty = type(self).empty
        if not followed:
            return None
        run = self.state.store.run(followed)
        name = name_without_score(run)
        self.heading = html("Loss and score over the epochs <span class='muted'>{}</span>", name)
        if run.status in FINISHED and not run.progress:
            self.empty = "This run has nothing to learn: its parameters are the declared defaults."
            return None
        self.curves = LearningCurves(run.config.epochs, self.state.look)
        return pn.pane.Bokeh(self.curves.layout, sizing_mode="stretch_width", margin=0)

    def refresh(self, *, progress):
        """The epochs since the last time."""
        self.curves.update(progress)
        n_parts = parts_of(progress[-1]) if progress else 1
        each = f"One strong line for the present of {n_parts} parts, faint ones for the others. " if n_parts > 1 else ""
        self.caption = each + self.explained
