"""Runs that wait, train or failed."""

import panel as pn

from dgviz.experiment.config import RunConfig
from dgviz.experiment.runs import Run
from dgviz.ui.lenses.view import View, text
from dgviz.ui.session.served import now_and_then
from dgviz.ui.session.trainings import first_line
from dgviz.ui.widgets import material
from dgviz.ui.words.differences import describe_differences
from dgviz.ui.words.markup import Markup, html
from dgviz.ui.words.run_names import name_without_score
from dgviz.ui.words.text import sentence


def rows_of(active: list[Run], seen: list[Run]) -> list[dict]:
    """What the table says of each run that has not ended well: what trains, what waits in its order, what failed.

    `active` are all runs that have not ended, in order, and `seen` those that may be listed.
    """
    place = {run.id: n for n, run in enumerate((run for run in active if run.status == "waiting"), start=1)}
    failed = [run for run in seen if run.status == "failed"]
    listed = [run for run in active if run in seen]
    return [
        {
            "id": run.id,
            "status": run.status,
            "what": describe_differences(run.config, _default_of(run)) or "default options",
            "words": first_line(run.error) if run in failed else f"place {place[run.id]}" if run.id in place else "",
        }
        for run in (*listed, *failed)
    ]


def _default_of(run: Run) -> RunConfig:
    return RunConfig(domain=run.config.domain, data=run.config.data)


class TrainingQueue(View):
    """Queue."""

    control = "training"
    empty = "Queue is empty. Press Train as often as you like: one run trains, the others wait here."
    caption = (
        "Runs are trained one after the other; who had a turn waits for the others.\n"
        "A run that was started in a terminal in the same folder shows here too."
    )

    def __init__(self, state, **params):
        self.rows = []
        super().__init__(state=state, **params)
        now_and_then(lambda: self.state.drawer and self.look())

    def body(self, *, runs, status, followed):
        """One line per run."""
        self.rows = self._rows()
        return pn.Column(*map(self._line, self.rows), sizing_mode="stretch_width", margin=0) if self.rows else None

    def _line(self, row):
        words = f"{sentence(row['status'])}{': ' * bool(row['words'])}{row['words']}"
        run, room = self.state.store.run(row["id"]), self.state.store.room
        name, who = name_without_score(run), room.name_of(self.state.store.asked_by(run)) if room else ""
        mark = Markup(" <span class='badge'>in view</span>") if row["id"] == self.state.followed else ""
        mark += html(" <span class='muted'>by {}</span>", who) * bool(who)
        said = text(
            html("<p title='{}'><b>{}</b>{} {}</p><p class='muted'>{}</p>", row["id"], name, mark, row["what"], words),
            align="center",
        )
        return pn.Row(said, *self._buttons(row), sizing_mode="stretch_width", margin=(2, 0))

    def _buttons(self, row):
        state, run = self.state, self.state.store.run(row["id"])
        mine = state.may_change(run.id)
        acts = {
            "Look": (lambda: state.look_at(run.id), row["id"] != state.followed),
            "Cancel": (lambda: state.ask(run.id, "stop"), mine and row["status"] == "waiting"),
            "Stop": (lambda: state.ask(run.id, "stop"), mine and row["status"] in ("training", "paused")),
            "Train again": (lambda: state.train_again(run.id), mine and row["status"] == "failed"),
        }
        return [
            material.Button(
                label=label,
                variant="text",
                size="small",
                margin=0,
                align="center",
                on_click=lambda _, act=act: self._do(act),
            )
            for label, (act, sensible) in acts.items()
            if sensible
        ]

    def _do(self, act):
        self.state.attempt(act)
        self.look()

    def look(self):
        """Bring the lines up to date, if something has changed in the folder."""
        self.state.refresh_runs()
        if self._rows() != self.rows:
            self.draw_again()

    def _rows(self):
        return rows_of(self.state.store.active(), self.state.seen_runs())
