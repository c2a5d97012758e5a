"""Structures on the same data, split and budget: what is to be trained of them, and what the data can tell."""

import io
from functools import partial

import pandas as pd
import panel as pn
import param

from dgviz.datasets import DataError
from dgviz.experiment.check_config import check_inputs
from dgviz.experiment.config import ConfigError, RunConfig
from dgviz.experiment.court import MOST, check_structures
from dgviz.experiment.estimate import n_parts
from dgviz.experiment.hearing import Hearing, cases_of, has_results, hear, lacking, standing, with_options
from dgviz.experiment.presets import Key
from dgviz.ui.lenses.computing import ComputingView
from dgviz.ui.lenses.view import empty_html, text
from dgviz.ui.session.served import now_and_then
from dgviz.ui.session.state import AppState
from dgviz.ui.session.store import results_written
from dgviz.ui.widgets import material
from dgviz.ui.widgets.form_table import FormTable
from dgviz.ui.words.markup import html
from dgviz.ui.words.ruling import hearing_html, standing_words
from dgviz.ui.words.structures import options_that_vary, structure_form, structure_names
from dgviz.ui.words.text import duration

SEEDS = ("1", "2", "3", "5", "10")
AROUND = pd.Timedelta(days=45)  # what is seen of the days before and after one that is picked
NO_LIMIT = ".scroll { max-height: none; }"
METHOD = (
    "Structure 1 is the draft; the others differ from it where you choose. All have its data, days and training, the "
    "same seeds, and are judged on test days: trained on all {site}s, in folds and with regions held out.\n"
    "The interval holds 95 % of what other {site}s of the same kind and other seeds would give. {Site}s that are alike "
    "are not independent: the true interval is wider. Runs that were trained like this before are used again. A "
    "process of your own is in the list of its slot. `dgviz court` does the same in a terminal."
)


class Court(ComputingView):
    """Which structure do the data prefer?"""

    choices = ("rivals", "seeds")
    rivals = param.List([], doc="What the structures have that the draft has not, as '2.SLOT=Option'")
    seeds = param.String("5", doc="From how many seeds each is trained")
    empty = "No slot of this science has a second option: there is nothing to choose from."

    def __init__(self, state: AppState, **params):
        self.hearing: Hearing | None = None
        self.structures: dict[str, RunConfig] = {}
        self.lacking: dict[Key, RunConfig] = {}
        self.train = material.Button(label="Train", icon="play_arrow", size="small", margin=0, visible=False)
        self.train.on_click(lambda _: state.attempt(self._train))
        about = {"filename": "court.html", "label": "Share as one page", "size": "small", "margin": 0, "visible": False}
        self.share = material.FileDownload(callback=self._page, **about)
        self.share.variant = "outlined"  # given at once, it warns of another option
        super().__init__(state=state, **params)
        now_and_then(lambda: self.page == self.state.page and self.state.refresh_runs())

    def tools(self):
        """The hint, what trains, and what shares."""
        return [*super().tools(), self.train, self.share]

    def body(self, *, dataset):
        """A column for each structure, and below it what was found."""
        slots = options_that_vary(self.state.science)
        if not slots:
            return None
        places = [f"{n}.{slot}={option}" for n in range(2, MOST + 1) for slot, of in slots.items() for option in of]
        self.chosen.offer("rivals", [], places)
        self.chosen.offer("seeds", "5", SEEDS)
        wide = dict(sizing_mode="stretch_width", margin=0, stylesheets=[NO_LIMIT])
        self.form, self.found = FormTable(self._choose, **wide), FormTable(self._look, **wide)
        self.said = text()
        return pn.Column(self.form, self.said, self.found, sizing_mode="stretch_width", margin=0)

    def refresh(self, *, runs, ended, status, selected, config, rivals, seeds):
        """The structures, how far their trainings are, and the ruling as soon as there is one."""
        site = config.science.site
        self.caption = METHOD.format(site=site, Site=site.capitalize())
        draft = config.edited(sites=tuple(selected), trained_sites=(), start_from="", seed=0, holdout="none")
        self.form.content = structure_form(draft, rivals, seeds, SEEDS)
        try:
            structures = self._structures(draft, rivals)
        except (ConfigError, DataError) as error:
            self._say_why_not(str(error))
            return
        self.structures, configs = structures, cases_of(structures)
        stands = standing(configs, self.state.seen_runs(), int(seeds))
        self.lacking = lacking(configs, stands)
        self._offer_training()
        self.said.object = standing_words(stands, configs, site)
        done = [run for run in stands.values() if has_results(run)]
        models = [config.model_dump_json() for config in structures.values()]
        key = (*models, *((str(run.folder), results_written(run)) for run in done))
        self.compute("the ruling", key, partial(hear, structures, stands), partial(self._show, structures))

    def _structures(self, draft: RunConfig, rivals: list[str]) -> dict[str, RunConfig]:
        """The draft and its rivals by what they differ in. Raises ConfigError where they cannot be compared."""
        site = draft.science.site
        if draft.predictor == "network":
            raise ConfigError("The draft is a network alone, which has no processes. Choose another model type.")
        if len(self.state.selected or self.state.sites) < 2:
            raise ConfigError(f"Only one {site} is there to be judged on: an interval takes at least two.")
        made = [draft]
        for number in range(2, MOST + 1):
            options = dict(each.partition(".")[2].split("=") for each in rivals if each.startswith(f"{number}."))
            if any(draft.processes[slot] != option for slot, option in options.items()):
                made.append(with_options(draft, options))
        if len(made) < 2:
            raise ConfigError("Choose a process in column 2 that differs from the draft.")
        named = structure_names(made)
        for name, config in named.items():
            try:
                check_inputs(config, self.state.dataset)
            except ConfigError as error:
                raise ConfigError(f"{name}: {error}") from None
        check_structures(named)
        return named

    def _say_why_not(self, why: str) -> None:
        self.structures, self.hearing, self.lacking = {}, None, {}
        self.train.visible = self.share.visible = False
        self.said.object, self.found.content, self.summary = empty_html(why), html(""), why

    def _offer_training(self) -> None:
        """The button, with about how long it takes on this machine where that is known."""
        of_draft = self.state.estimate()
        seconds = of_draft and of_draft / n_parts(self.state.config) * sum(map(n_parts, self.lacking.values()))
        about = f", about {duration(seconds)}" if seconds else ""
        self.train.param.update(label=f"Train {len(self.lacking)} missing{about}", visible=bool(self.lacking))

    def _train(self) -> None:
        self.state.train_all(self.lacking.values())

    def _show(self, structures: dict[str, RunConfig], hearing: Hearing | None) -> None:
        if structures is not self.structures:
            return  # others were chosen since
        self.hearing, self.share.visible = hearing, hearing is not None
        if hearing is None:
            self.found.content = html("")
            self.summary = "No ruling yet."
            return
        self.found.content = hearing_html(hearing, self.state.name_of)
        self.summary = hearing.ruling.sentence

    def _choose(self, name: str, value: str, checked: bool) -> None:
        """Take another number of seeds, or another option in a slot of a structure."""
        if name == "seeds":
            self.seeds = value
            return
        kept = [each for each in self.rivals if not each.startswith(f"{name}=")]
        slot = name.partition(".")[2]
        as_draft = value == self.state.config.processes[slot]
        self.rivals = kept if as_draft else sorted([*kept, f"{name}={value}"])

    def _look(self, name: str, value: str, checked: bool) -> None:
        """Show a site or a day where the structures differ most."""
        if name == "site":
            self.state.attempt(lambda: self.state.pick(value))
            return
        day, times = pd.Timestamp(value), self.state.dataset.indexes["time"]
        first, last = max(day - AROUND, times[0]), min(day + AROUND, times[-1])
        self.state.param.update(window=(f"{first:%Y-%m-%d}", f"{last:%Y-%m-%d}"), moment=self.state.step.stamp(day))

    def _page(self) -> io.BytesIO | None:
        from dgviz.ui.report.court import court_page  # which draws cards of all lenses

        return io.BytesIO(court_page(self.hearing).encode()) if self.hearing else None
