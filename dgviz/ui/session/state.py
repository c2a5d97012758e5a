"""What the user is looking at: the one mutable object that all views share. It imports no Panel."""

from collections.abc import Mapping
from functools import partial
from typing import Any

import numpy as np
import param
import xarray as xr

from dgviz.datasets import attribute_names
from dgviz.domains import Domain
from dgviz.experiment.config import NOT_THE_MODEL, ConfigError, RunConfig
from dgviz.experiment.first_view import first_run, first_site, first_window
from dgviz.experiment.run_files import RunError
from dgviz.experiment.run_folder import ENDED, FINISHED
from dgviz.experiment.runs import Run
from dgviz.processes.declare import Parameter, Target
from dgviz.sensitivity.effects import CASES
from dgviz.suggestions import suggest
from dgviz.ui import theme
from dgviz.ui.colour_choice import ColourChoice
from dgviz.ui.look import Look
from dgviz.ui.session.trainings import Trainings
from dgviz.ui.session.visitors import is_own, may_see
from dgviz.ui.session.what_if import WhatIf
from dgviz.ui.words.steps import STEPS, Step
from dgviz.ui.words.text import units

CHARTS = ("series", "duration", "regime")
OF_A_TRY = ("epochs", "schedule")


class AppState(Trainings):
    """Everything that one session has chosen. Views read it, and change it through its methods.

    Plain choices (`colour`, `log_axis`, `chart`, `page`, `dark`, `window`) may be set directly. What must agree with
    something else has a method: `edit` (the draft configuration and its data set), `pick`, `select`, `show`,
    `compare_with`, `suppose`, `start_training`, `stop_training`. A method changes all that belongs together in one
    update, so that a view never sees half of it. `problem` holds the last error in words for the user.
    """

    config = param.ClassSelector(class_=RunConfig, doc="The draft: what the next training would do")
    dataset = param.ClassSelector(class_=xr.Dataset, doc="The loaded data set, `(time, site)`")
    site = param.String("", doc="The picked site")
    selected = param.List([], item_type=str, doc="The selected sites; none means all")
    run = param.String("", doc="The run that is shown (A); '' for none")
    baseline = param.String("", doc="The run that it is compared with (B); '' for none")
    others = param.List([], item_type=str, doc="Further runs in the distribution of scores, by id")
    supposed = param.Dict({}, doc="Other means of learned parameters at the picked site, set by hand, by name")
    what_if = param.ClassSelector(class_=WhatIf, doc="What follows from `supposed`, when it is known")
    learning = param.ClassSelector(class_=xr.Dataset, doc="Fluxes and stores `(time,)` of the model in training")
    colour = param.ClassSelector(class_=ColourChoice, doc="What the map shows")
    fitted = param.Boolean(False, doc="Do the limits of the map's colours follow the data?")
    mapped = param.ClassSelector(class_=xr.DataArray, doc="What a lens puts on the map in place of `colour`, `(site)`")
    window = param.Tuple(("", ""), length=2, doc="First and last day in view, 'YYYY-MM-DD'")
    moment = param.String(
        "", doc="The time step looked at, see `Step.stamp`; '' for that of the highest target in view"
    )
    playing = param.Boolean(False, doc="Does the moment move on by itself?")
    parameter = param.String("", doc="The learned parameter looked at; '' for that with the clearest pattern")
    case = param.Selector(objects=[*CASES], doc="The times over which it is asked what matters")
    page = param.String("Budget", doc="The open lens")
    lesson = param.String("", doc="The open lesson, by name; '' for none")
    drawer = param.Boolean(False, doc="Is the drawer with all of the training open?")
    chart = param.Selector(objects=list(CHARTS), doc="How the target is drawn")
    log_axis = param.Boolean(False, doc="Is the axis of the target logarithmic, where that makes sense?")
    dark = param.Boolean(False, doc="Is the dark theme on?")
    choices = param.Dict({}, doc="What was chosen in single views, as texts by names such as 'Stores.chips'")
    runs = param.List([], item_type=str, doc="Ids of all runs, the newest first")
    ended = param.List([], item_type=str, doc="Those of them that have results or failed, the newest first")
    home = param.String("", doc="The run that is handed over as a file to take home, by id; '' for none")
    told = param.String("", doc="What the instructor of a workshop has just shown, in words; '' for nothing")
    unreadable = param.List([], item_type=str, doc="What is wrong with run folders that cannot be read, in words")

    def __init__(self, store: Any, visitor: str = "", **choices: Any):
        super().__init__(store, visitor, **choices)
        self.drawn: dict[str, dict[str, list[xr.Dataset]]] = {}  # what each view computed and shows, by its class
        self.refresh_runs()
        self._open(store.default_config(store.data))
        if self.run:
            self._open(self._as_draft(store.run(self.run).config))

    # --- what the science declares

    @property
    def science(self) -> Domain:
        """The domain of the data set and of the draft."""
        return self.config.science

    @property
    def target(self) -> Target:
        """What is predicted, as declared; its name is `config.target`."""
        return self.config.target_quantity

    @property
    def step(self) -> Step:
        """The time step of the data set, else that of the science."""
        return STEPS[self.dataset.attrs.get("step", self.science.step)]

    @property
    def colours(self) -> theme.Colours:
        """The colours of all quantities."""
        return theme.colours_of(self.science)

    @property
    def look(self) -> Look:
        """What all figures share."""
        return Look(self.target, self.step, self.colours, self.dark)

    @property
    def logarithmic(self) -> bool:
        """Is the axis of the target drawn as a logarithmic one?"""
        return self.log_axis and self.target.logarithmic

    def shows(self, control: str) -> bool:
        """Is a part of the page, or a card, seen? Without a lesson all are; one without a name always is."""
        lesson = self.store.lessons[self.lesson] if self.lesson else None
        return lesson is None or not control or control in lesson.controls

    # --- the draft and its data

    def edit(self, **changes: Any) -> None:
        """Change the draft configuration; another data set is loaded with it. A slot may be given by name.

        Raises ConfigError or DataError and changes nothing when the result would not be valid.
        """
        if "data" in changes:
            changes["domain"] = self.store.default_config(changes["data"]).domain
        if "dynamic" not in changes:  # a parameter whose process was switched off cannot vary in time
            known = self.config.edited(**changes, dynamic=()).build().of(Parameter)
            changes["dynamic"] = tuple(name for name in self.config.dynamic if name in known)
        config = self.config.edited(**changes)
        # One that was removed since does not keep anybody from changing the rest.
        if (start := changes.get("start_from")) and start not in (seen := {run.id for run in self.seen_runs()}):
            known = ", ".join(sorted(seen)) or "none"
            raise ConfigError(f"start_from: there is no run {start!r}.{suggest(start, seen)} Runs: {known}.")
        if config.data != self.config.data:
            self._open(config)
        else:
            self.config = config

    def take_preset(self, name: str) -> None:
        """Make a preset of the domain the draft, on the same data. Raises ConfigError for one that is not known."""
        self.config = self.config.preset(name)

    def restore(self, run_id: str) -> None:
        """Make the configuration of a run the draft again, and select the sites that it was trained on."""
        config = self.store.run(run_id).config
        self._open(self._as_draft(config))
        self.select([*(config.trained_sites or config.sites)])

    def _as_draft(self, config: RunConfig) -> RunConfig:
        """A configuration without the sites and weights of its run; how long it trains stays, if that was a try."""
        kept = {name: getattr(self.config, name) for name in OF_A_TRY} if config.start_from else {}
        return config.edited(sites=(), trained_sites=(), start_from="", **kept)

    def _open(self, config: RunConfig) -> None:
        dataset = self.store.dataset(config.data)
        if self.dataset is dataset:
            self.param.update(config=config)
            return
        sites = [str(s) for s in dataset.site.values]
        run = self._if_same_data(self.run, config.data) or self._first_run(config.data)
        tested = self.store.run(run).config.test_period if run else None
        self._turn_to(
            config=config,
            dataset=dataset,
            selected=[],
            site=self.site if self.site in sites else self._first_site(config, run),
            window=first_window(dataset, STEPS[dataset.attrs.get("step", config.science.step)].span, tested),
            moment="",
            colour=self._colour_on(config),
            run=run,
            baseline=self._if_same_data(self.baseline, config.data),
            others=[run_id for run_id in self.others if self._if_same_data(run_id, config.data)],
            choices={},
        )

    def _colour_on(self, config: RunConfig) -> ColourChoice:
        """What the map shows of other data: the same, or in another science its first score."""
        same = self.dataset is not None and config.domain == self.config.domain
        first = config.target_quantity.scores[0]
        return self.colour if self.colour and same else ColourChoice("score", first, "test")

    def _if_same_data(self, run_id: str, data: str) -> str:
        return run_id if run_id and self.store.run(run_id).config.data == data else ""

    def colour_of(self, kind: str, parameter: str) -> ColourChoice:
        """What a map of this kind shows first; of a score where the run has nothing of the kind."""
        results = self.results(self.run)
        if kind == "attribute":
            return ColourChoice(kind, next(iter(attribute_names(self.dataset)), ""))
        if kind == "difference" and self.baseline:
            return ColourChoice(kind, self.target.scores[0], "test")
        if kind == "sensitivity" and results is not None and f"gradient_{parameter}" in results:
            kind = "gradient"
        if parameter and kind not in ("score", "difference"):
            return ColourChoice(kind, parameter)
        return ColourChoice("score", self.target.scores[0], "test")

    # --- sites

    @property
    def sites(self) -> list[str]:
        """All sites of the data set."""
        return [str(site) for site in self.dataset.site.values]

    @property
    def flag(self) -> str:
        """Why the target of the picked site is not natural, in words; "" where it is, or none is picked."""
        return str(self.store.flags(self.config).sel(site=self.site).item()) if self.site else ""

    @property
    def flagged(self) -> np.ndarray:
        """Flags `(site,)` of the sites whose target is not natural."""
        return self.store.flags(self.config).values != ""

    def name_of(self, site: str) -> str:
        """The name of a site, as people write it."""
        return str(self.dataset.name.values[self.dataset.indexes["site"].get_loc(site)]) if site else ""

    def pick(self, site: str) -> None:
        """Show one site. Raises KeyError when the data set has no such site."""
        if site not in self.sites:
            raise KeyError(f"The data set {self.config.data!r} has no {self.config.science.site} {site!r}.")
        self._turn_to(site=site)

    def select(self, sites: list[str]) -> None:
        """Select these sites, in the order of the data set; none, or all, means no selection."""
        wanted = set(sites)
        kept = [site for site in self.sites if site in wanted]
        self.selected = [] if len(kept) == len(self.sites) else kept

    # --- runs

    def refresh_runs(self) -> None:
        """Look again which runs there are."""
        runs = self.seen_runs()
        ended = [run.id for run in runs if run.status in ENDED]
        known = [run.id for run in runs]
        gone = {name: "" for name in ("run", "baseline") if (shown := getattr(self, name)) and shown not in known}
        others = [run_id for run_id in self.others if run_id in known]
        self.param.update(runs=known, ended=ended, unreadable=self.store.unreadable(), others=others, **gone)
        if gone:
            self.problem = "A run that was shown is there no more: its folder was removed."

    def seen_runs(self) -> list[Run]:
        """The runs of the store, without those on data that another visitor sent, and in a workshop of others."""
        seen = [run for run in self.store.runs() if may_see(run.config.data, self.visitor)]
        if not self.hurries:
            return seen
        folder, asked_by = self.store.runs_folder, self.store.asked_by
        return [run for run in seen if run.folder.parent != folder or asked_by(run) in ("", self.visitor)]

    def known_data(self) -> dict[str, str]:
        """What this session may open, by title."""
        return {title: name for title, name in self.store.known_data().items() if may_see(name, self.visitor)}

    @property
    def shown_config(self) -> RunConfig:
        """The configuration of the run that is shown, else the draft."""
        return self.store.run(self.run).config if self.run else self.config

    def finished(self) -> list[str]:
        """Ids of the runs on this data set whose results can be shown, the newest first."""
        return self._finished_on(self.config.data)

    def _finished_on(self, data: str) -> list[str]:
        return [r.id for r in self.seen_runs() if r.status in FINISHED and r.config.data == data]

    def show(self, run_id: str) -> None:
        """Show a run; a baseline equal to it is dropped."""
        self._turn_to(run=run_id, baseline="" if self.baseline == run_id else self.baseline)

    def compare_with(self, run_id: str) -> None:
        """Draw another run dashed beside the one shown; '' for none."""
        self.baseline = "" if run_id == self.run else run_id

    def draw_also(self, run_id: str, wanted: bool = True) -> None:
        """Draw a further run in the distribution of scores, or no longer."""
        rest = [other for other in self.others if other != run_id]
        self.others = [*rest, run_id] if wanted else rest

    def results(self, run_id: str) -> xr.Dataset | None:
        """The results of a run, or None when there is no run or nothing to read yet."""
        if not run_id:
            return None
        try:
            return self.store.results(run_id)
        except (OSError, ValueError) as error:
            self.param.update(
                problem=f"The results of {run_id} could not be read: {error}", unreadable=self.store.unreadable()
            )
            return None

    def stale(self) -> dict[str, tuple[Any, Any]]:
        """Where the draft differs from the run that is shown: option -> (trained with, draft)."""
        if not self.run:
            return {}
        changed = self.store.run(self.run).config.differences(self.config)
        return {name: values for name, values in changed.items() if name not in NOT_THE_MODEL}

    def _first_run(self, data: str) -> str:
        runs = [self.store.run(run_id) for run_id in self._finished_on(data)]
        own = partial(is_own, visitor=self.visitor, folder=self.store.runs_folder)
        return first_run(runs, self.store.default_config(data), own, self.store.medians)

    def _first_site(self, config: RunConfig, run_id: str) -> str:
        score, scores = config.target_quantity.scores[0], self.store.scores(run_id) if run_id else xr.Dataset()
        known = scores[score].sel(period="test") if score in scores else None
        return first_site(self.store.dataset(config.data), config.target, self.store.flags(config), known)

    # --- what if

    def learned(self) -> dict[str, float]:
        """The mean of each learned parameter of the run that is shown, at the picked site; none without either."""
        results = self.results(self.run)
        if results is None or self.site not in results.indexes["site"]:
            return {}
        at = results.indexes["site"].get_loc(self.site)
        here = results[[name for name in self.parameters() if name in results]].isel(site=at)
        return {name: float(mean) for name, mean in here.mean().items()}

    def parameters(self) -> dict[str, Parameter]:
        """The declared parameters of the run that is shown, in the order of its processes."""
        return self.store.run(self.run).config.build().of(Parameter) if self.run else {}

    def suppose(self, supposed: Mapping[str, float]) -> None:
        """Give learned parameters another mean at the picked site, by name; all others are as they were learned.

        Raises RunError naming a parameter that the shown run has not, or a value beyond its range.
        """
        known, results = self.parameters(), self.results(self.run)
        if supposed and known and (results is None or self.site not in results.indexes["site"]):
            raise RunError(f"{self.site} was not part of the run {self.run}. Pick another {self.config.science.site}.")
        for name, value in supposed.items():
            if name not in known:
                has = f"It has: {', '.join(known)}.{suggest(name, known)}" if known else "No run is shown: pick one."
                raise RunError(f"The model has no parameter {name!r}. {has}")
            low, high = known[name].range
            if not low <= value <= high:
                given = f"{value:g} {units(known[name].units)}".strip()
                raise RunError(f"{name} cannot be {given}. Give {low:g} to {high:g}.")
        self.param.update(supposed=dict(supposed), what_if=self.what_if if supposed else None)

    def _turn_to(self, **changes: Any) -> None:
        """Change what is shown; what was supposed of another site or run is forgotten."""
        if any(changes.get(name, before) != before for name, before in (("site", self.site), ("run", self.run))):
            changes |= {"supposed": {}, "what_if": None}
        self.param.update(**changes)
