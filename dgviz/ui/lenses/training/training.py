"""The training in view: how far it is, and what can be done with it."""

from functools import cached_property

import panel as pn

from dgviz.experiment.run_folder import ENDED, FINISHED
from dgviz.ui.lenses.view import View, text
from dgviz.ui.session.trainings import first_line
from dgviz.ui.widgets import material
from dgviz.ui.words.markup import Markup, html, joined
from dgviz.ui.words.progress import part_of, parts_of, share_done
from dgviz.ui.words.run_names import name_without_score, run_names
from dgviz.ui.words.text import duration, number, sentence

BUTTON = {"size": "small", "margin": (0, 6, 0, 0)}
KILL = Markup("""
<p>The process is ended in the middle of its work. The run has no results then, but its last finished epoch is kept,
and you can train again from there. <b>Stop</b> instead ends the training after the present step and keeps what was
learned as a run with results.</p>
""")


def status_words(status: str, last: dict, before: int) -> str:
    """What is happening: "Waiting: 2 runs before it", "Training, about 12 s left"."""
    if status == "waiting":
        return f"Waiting: {before} run{'s' * (before > 1)} before it" if before else "Waiting: it is next"
    if status == "training":
        if not last:
            return "Starting"
        part = f"{sentence(last['part_name'])}. " if last.get("part_name") else ""
        return f"{part}About {duration(last['eta'])} left" if last["eta"] else "Scoring and writing results"
    if status == "done" and not last:
        return "Done: there was nothing to learn, it was only scored"
    if status == "done" and parts_of(last) == 1 and last["epoch"] < last["epochs"]:
        return "Ended early: the validation loss no longer fell"
    return {"paused": "Paused", "stopping": "Stopping: what was learned is scored and kept"}.get(
        status, status.capitalize()
    )


def figures_of(status: str, last: dict, epochs: int, before: int, device: str) -> Markup:
    """The state of a training as a line of large figures with small labels, HTML."""
    parts = parts_of(last) if last else 1
    cells = {
        "part": html("{}<small> of {}</small>", part_of(last), parts) if parts > 1 else "",
        "epoch": html("{}<small> of {}</small>", last.get("epoch", 0), epochs)
        if last or status not in FINISHED
        else "",
        "loss": number(last.get("loss")) if last else "",
        "median NSE, training": number(last.get("median_nse")) if last else "",
        "so far" if status not in ENDED else "in all": duration(last["seconds"]) if last else "",
        "device": device,
    }
    cell = (
        "<div style='margin-right:26px'><div style='font-size:19px;line-height:1.3'>{}</div>"
        "<div class='caption'>{}</div></div>"
    )
    shown = joined(html(cell, value, label) for label, value in cells.items() if value)
    line = html("<div style='display:flex;flex-wrap:wrap;align-items:baseline'>{}</div>", shown)
    return html("{}<p style='margin-top:6px'>{}</p>", line, status_words(status, last, before))


class TrainingControl(View):
    """Training."""

    control = "training"
    empty = (
        "Nothing has been trained yet. Choose the processes under Model and press Train: "
        "this page then shows how the model learns."
    )

    def __init__(self, state, **params):
        if not state.followed:
            seen = {run.id for run in state.seen_runs()}
            known = [run.id for run in state.store.active() if run.id in seen] or [state.run]
            if known[0]:
                state.look_at(known[0])
        super().__init__(state=state, **params)

    def tools(self):
        """Which run is in view."""
        return [self.choice]

    @cached_property
    def choice(self):
        """The picker. It changes with the card, not before: what stands under a run's name is always of that run."""
        state = self.state
        choice = material.Select(label="Run", width=240, size="small", margin=0)
        choice.param.watch(
            lambda event: event.new and event.new != state.followed and state.look_at(event.new), "value"
        )
        return choice

    def _offer(self):
        names = run_names(self.state.runs, self.state.store)
        self.choice.param.update(options={"None": ""} | names, value=self.state.followed)

    def body(self, *, followed):
        """Figures, progress bar and buttons, to be filled."""
        if not followed:
            self._offer()
            self.heading = "Training"
            return None
        self.figures, self.trouble = text(), text()
        self.bar = material.LinearProgress(value=0, sizing_mode="stretch_width", margin=(8, 0))
        self._make_buttons()
        return pn.Column(
            self.figures,
            self.bar,
            self.trouble,
            pn.FlexBox(*self.buttons.values(), self.longer, margin=(4, 0), align_items="center"),
            self._ask_before_killing(followed),
            sizing_mode="stretch_width",
            margin=0,
        )

    def refresh(self, *, status, progress, before, runs, run):
        """How far it is, and which buttons make sense now."""
        followed = self.state.store.run(self.state.followed)
        last = progress[-1] if progress else {}
        device = last.get("device") or followed.record.get("device", "")
        if self.changed & {"runs", "status"}:
            self._offer()
        self.heading = f"Training of {name_without_score(followed)}"
        self.figures.object = figures_of(status, last, followed.config.epochs, before, device)
        done, busy = round(100 * share_done(last)) if last else 0, status in ("training", "paused", "stopping")
        self.bar.param.update(value=done, visible=busy)
        self._show_trouble(followed, status, last)
        self._show_buttons(followed, status, run)

    def _make_buttons(self):
        button = lambda label, icon, act, **more: material.Button(  # noqa: E731
            label=label, icon=icon, on_click=lambda _: self.state.attempt(act), **BUTTON, **more
        )
        state = self.state
        longer = lambda: state.train_longer(state.followed, self.longer.value)  # noqa: E731
        self.buttons = {
            "pause": button("Pause", "pause", lambda: state.request("pause"), variant="outlined"),
            "resume": button("Resume", "play_arrow", lambda: state.request("resume")),
            "stop": button("Stop", "stop", lambda: state.request("stop"), variant="outlined"),
            "cancel": button("Take from the queue", "close", lambda: state.request("stop"), variant="outlined"),
            "kill": button(
                "Kill", "dangerous", lambda: setattr(self.dialog, "open", True), variant="text", color="error"
            ),
            "again": button("Train again", "replay", lambda: state.train_again(state.followed)),
            "show": button("Show this run", "insights", lambda: state.show(state.followed), variant="outlined"),
            "longer": button("Train longer", "more_time", longer, variant="outlined"),
            "home": button(
                "Take home, ZIP", "download", lambda: state.param.update(home=state.followed), variant="outlined"
            ),
        }
        self.longer = material.IntInput(label="Epochs in all", value=1, start=1, size="small", width=130, visible=False)

    def _show_buttons(self, followed, status, shown):
        same_data, mine = followed.config.data == self.state.config.data, self.state.may_change(followed.id)
        wanted = {
            "pause": mine and status == "training",
            "resume": mine and status == "paused",
            "stop": mine and status in ("training", "paused"),
            "cancel": mine and status == "waiting",
            "kill": mine and status in ("training", "paused", "stopping") and self.state.store.trains(followed),
            "again": mine and status == "failed",
            "show": status in FINISHED and shown != followed.id and same_data,
            "longer": status in FINISHED and followed.checkpointed,
            "home": status in FINISHED,
        }
        for name, visible in wanted.items():
            self.buttons[name].visible = visible
        if wanted["longer"] and not self.longer.visible:
            self.longer.value = followed.config.epochs * (1 if status == "stopped" else 2)
        self.longer.visible = wanted["longer"]

    def _show_trouble(self, followed, status, last):
        if status != "failed":
            self.trouble.object = ""
            return
        kept = f"Its first {last['epoch']} epochs are kept. " if last else ""
        self.trouble.object = html(
            "<div class='problem'><b>{}</b><br><span class='muted'>{}Everything else on the page still works, and runs "
            "that wait go on. Its files: {}</span></div>",
            *(first_line(followed.error), kept, followed.folder),
        )
        self.buttons["again"].label = f"Train again from epoch {last['epoch']}" if last else "Train again"

    def _ask_before_killing(self, run_id):
        """A dialog about this run: when it is answered, another may be in view and another in training."""
        keep = material.Button(label="Keep training", variant="outlined", size="small", margin=(8, 8, 0, 0))
        kill = material.Button(label="Kill it", color="error", size="small", margin=(8, 0, 0, 0))
        self.dialog = material.Dialog(
            text(KILL), pn.Row(keep, kill), open=False, title="End this training at once?", width_option="sm"
        )
        for button in (keep, kill):
            button.on_click(lambda _: self.dialog.param.update(open=False))
        kill.on_click(lambda _: self.state.attempt(lambda: self.state.kill_training(run_id)))
        return self.dialog
