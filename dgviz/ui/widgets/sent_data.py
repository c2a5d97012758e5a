"""The data sets that this visitor has sent: to open again, or to remove."""

import panel as pn

from dgviz.ui.lenses.view import text
from dgviz.ui.session.state import AppState
from dgviz.ui.session.visitors import sent_by
from dgviz.ui.widgets import material
from dgviz.ui.words.markup import html

SMALL = {"size": "small", "align": "center", "margin": (4, 8, 4, 0)}


class SentData(pn.viewable.Viewer):
    """A line for each of them."""

    def __init__(self, state: AppState):
        super().__init__()
        self.state = state
        self.doomed = ""  # the one that is about to be removed
        self.place = pn.Column(sizing_mode="stretch_width", margin=0)

    def __panel__(self):
        return self.place

    def update(self) -> None:
        """List those there are now."""
        mine = {t: name for t, name in self.state.known_data().items() if sent_by(name, self.state.visitor)}
        self.place.objects = [self._line(title, name) for title, name in mine.items()]

    def open(self, name: str, **options) -> None:
        """Open one, with these options of the draft."""
        self.state.attempt(lambda: self.state.edit(data=name, **options))

    def doom(self, name: str) -> None:
        """Ask whether one shall be removed for good."""
        self.doomed = name
        self.update()

    def remove(self, name: str) -> None:
        """Remove what this visitor has sent; if it is open, what the server opens first takes its place."""
        if not sent_by(name, self.state.visitor):
            return
        if self.state.config.data == name:
            self.open(self.state.store.data)
        self.state.store.forget(name)
        self.update()

    def _line(self, title: str, name: str) -> pn.Row:
        is_open = name == self.state.config.data
        acts = {} if is_open else {"Open": lambda _: self.open(name)}
        if self.doomed == name:
            acts |= {"Remove for good": lambda _: self.remove(name), "Keep it": lambda _: self.doom("")}
        else:
            acts |= {"Remove": lambda _: self.doom(name)}
        buttons = [material.Button(label=k, variant="text", on_click=act, **SMALL) for k, act in acts.items()]
        n_runs = sum(run.config.data == name for run in self.state.seen_runs())
        words = [", open"] * is_open + [f", {n_runs} run{'s' * (n_runs > 1)}"] * bool(n_runs)
        said = html("<b>{}</b><span class='muted'>{}</span>", title, "".join(words))
        return pn.Row(text(said, sizing_mode=None, align="center"), *buttons, margin=(4, 0))
