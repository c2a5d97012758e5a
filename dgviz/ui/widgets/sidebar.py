"""The side bar, in the order of the modelling: sites, processes, parameters, network, training."""

import panel as pn

from dgviz.datasets import DataError, attribute_names
from dgviz.experiment.config import ConfigError
from dgviz.experiment.splits import group_names
from dgviz.processes.declare import Parameter, title
from dgviz.ui import theme
from dgviz.ui.lenses.view import text
from dgviz.ui.session.state import AppState
from dgviz.ui.widgets import material
from dgviz.ui.widgets.header import backend_chip, presets, run_pickers
from dgviz.ui.widgets.help import HelpDialog
from dgviz.ui.widgets.options import GROUPS, applies, option_widget
from dgviz.ui.words.markup import Markup, html
from dgviz.ui.words.text import label, sentence, slot_label

WIDE = {"sizing_mode": "stretch_width", "margin": (6, 0), "size": "small"}


def sidebar(state: AppState, help_dialog: HelpDialog) -> list:
    """The runs, where the header has no room for them, and the sections, made anew for another science."""
    place = pn.Column(sections(state, help_dialog), sizing_mode="stretch_width", margin=0)
    shown = [state.config.domain]

    def follow(event):
        if event.new.domain != shown[0]:
            shown[0] = event.new.domain
            place.objects = [sections(state, help_dialog)]

    state.param.watch(follow, "config")
    pickers = run_pickers(state, None, **WIDE, stylesheets=[theme.NARROW_ONLY])
    return [*pickers, place]


def sections(state: AppState, help_dialog: HelpDialog):
    """The sections of a science, folded until needed."""
    site = sentence(state.science.site)
    sections = {f"{site}s": lambda: Sites(state), "Processes": lambda: Processes(state, help_dialog)}
    sections |= {group: lambda group=group: Options(state, group) for group in GROUPS}
    places = [pn.Column(sizing_mode="stretch_width", margin=0) for _ in sections]
    accordion = material.Accordion(
        *zip(sections, places, strict=True),
        active=[0, 1],
        title_variant="subtitle2",
        disable_gutters=True,
        margin=0,
        sizing_mode="stretch_width",
    )

    def unfold(*_):
        for i, make in enumerate(sections.values()):
            if i in accordion.active and not places[i].objects:
                places[i].objects = [make()]

    unfold()
    accordion.param.watch(unfold, "active")
    return accordion


def problem(error: Exception) -> Markup:
    """What went wrong, HTML."""
    return html("<div class='problem'>{}</div>", error)


class Section(pn.viewable.Viewer):
    """A part of the side bar, built when it is first unfolded."""

    def __init__(self, state: AppState):
        super().__init__()
        self.state, self.domain = state, state.config.domain
        self.problem = text()

    def follow(self, what, *names: str) -> None:
        """Call `what` when the state changes, as long as the science is the one that the section was made for."""

        def of_mine(*_):
            if self.state.config.domain == self.domain:
                what()

        self.state.param.watch(of_mine, list(names))

    def edit(self, **changes) -> None:
        """Change the draft; say why not, where it cannot be."""
        try:
            self.state.edit(**changes)
            self.problem.object = ""
        except (ConfigError, DataError) as error:
            self.problem.object = problem(error)


class Sites(Section):
    """The data set. Sites are found, and selected by what they have, on the map."""

    def __panel__(self):
        state = self.state
        data = material.Select(label="Data set", options=state.known_data(), value=state.config.data, **WIDE)

        observed = {q.long_name: name for name, q in state.science.targets.items()}
        target = material.Select(
            label=state.config.title("target"),
            options=observed,
            value=state.config.target,
            **WIDE,
            visible=len(observed) > 1,
        )

        def follow():
            target.value = state.config.target
            if data.value != state.config.data:
                data.param.update(options=state.known_data(), value=state.config.data)

        self.follow(follow, "config")
        data.param.watch(lambda event: event.new != state.config.data and self.edit(data=event.new), "value")
        target.param.watch(lambda event: event.new != state.config.target and self.edit(target=event.new), "value")
        return pn.Column(data, target, self.problem, sizing_mode="stretch_width")


class Processes(Section):
    """One picker per slot of the domain, and which parameters vary in time."""

    def __init__(self, state: AppState, help_dialog: HelpDialog):
        super().__init__(state)
        self.help_dialog = help_dialog

    def __panel__(self):
        slots = self.state.science.slots
        pickers = [self._picker(slot, options) for slot, options in slots.items()]
        preset = presets(
            self.state,
            sizing_mode="stretch_width",
        )
        return pn.Column(
            preset,
            *pickers,
            self._dynamic(),
            backend_chip(self.state),
            self.problem,
            sizing_mode="stretch_width",
            margin=0,
        )

    def _picker(self, slot, options):
        state = self.state
        select = material.Select(
            label=slot_label(slot, options),
            options={title(o).partition(":")[0]: o.__name__ for o in options},
            value=state.config.processes[slot],
            disabled=len(options) == 1,
            **WIDE,
        )
        select.param.watch(
            lambda event: event.new != state.config.processes[slot] and self.edit(**{slot: event.new}), "value"
        )
        self.follow(lambda: select.param.update(value=state.config.processes[slot]), "config")
        explain = material.icon_button("help_outline", f"Equations and ranges: {slot_label(slot, options).lower()}")
        explain.on_click(
            lambda _: self.help_dialog.show_slot(
                slot_label(slot, options), options, state.config.processes[slot], state.science
            )
        )
        return pn.Row(select, explain, sizing_mode="stretch_width", margin=0)

    def _dynamic(self):
        state = self.state
        choice = material.MultiChoice(
            label=state.config.title("dynamic"),
            placeholder="none: all are static",
            options=self._parameters(),
            value=list(state.config.dynamic),
            sizing_mode="stretch_width",
            margin=(6, 0),
        )

        def change(event):
            if tuple(event.new) != state.config.dynamic:
                self.edit(dynamic=tuple(event.new))

        choice.param.watch(change, "value")
        self.follow(lambda: choice.param.update(options=self._parameters(), value=list(state.config.dynamic)), "config")
        return choice

    def _parameters(self):
        return {f"{p.long_name} ({name})": name for name, p in self.state.config.build().of(Parameter).items()}


class Options(Section):
    """The options of one group, each a widget made from its field in `RunConfig`."""

    def __init__(self, state: AppState, group: str):
        super().__init__(state)
        self.group = group

    def __panel__(self):
        self.widgets = {name: self._widget(name) for name in GROUPS[self.group]}
        self._follow()
        self.follow(self._follow, "config")
        more = [self._hold_out()] if "held_sites" in self.widgets else []
        return pn.Column(*self.widgets.values(), *more, self.problem, sizing_mode="stretch_width", margin=0)

    def _widget(self, name):
        state = self.state
        attributes = {label(state.dataset[n], n): n for n in attribute_names(state.dataset)}
        choices = {
            "attributes": attributes,
            "weights": {f"All {state.science.site}s alike": ""} | attributes,
            "groups": {"Nothing": ""} | {label(state.dataset[n], n): n for n in group_names(state.dataset)},
            "held_sites": {f"{state.name_of(site)} ({site})": site for site in state.sites},
        }

        def change(value):
            if value != getattr(state.config, name):
                self.edit(**{name: value})

        return option_widget(state.config, name, choices.get(name, {}), change)

    def _follow(self, *_):
        """Show the draft as it is, and only what changes anything in it."""
        for name, widget in self.widgets.items():
            value = getattr(self.state.config, name)
            shown = list(value) if isinstance(value, tuple) else "" if value is None else value
            widget.param.update(value=shown, visible=applies(name, self.state.config))

    def _hold_out(self):
        """A button that holds the selected sites out of training; they are a selection for training no longer."""
        state = self.state

        def hold_out(_):
            self.edit(holdout="sites", held_sites=tuple(state.selected))
            if not self.problem.object:
                state.select([])

        button = material.Button(
            label=f"Hold out the selected {state.science.site}s",
            variant="outlined",
            size="small",
            margin=(6, 0),
            sizing_mode="stretch_width",
            on_click=hold_out,
        )
        button.disabled = state.param.selected.rx.not_()
        return button
