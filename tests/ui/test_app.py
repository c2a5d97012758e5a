"""The frame: it builds in a document, says what is wrong when it cannot, and derives its pickers."""

import logging
from types import SimpleNamespace

import panel as pn
import pytest
import torch
from bokeh.document import Document
from bokeh.server.connection import ServerConnection
from bokeh.server.views.ws import WSHandler
from panel.util import edit_readonly
from tornado.websocket import WebSocketClosedError

from dgviz import ProcessModel
from dgviz.domains import Domain
from dgviz.processes.declare import Flux, Parameter, Process
from dgviz.ui.app import create_app, not_of_a_closed_page
from dgviz.ui.instrument.lenses import LENSES
from dgviz.ui.session.state import AppState
from dgviz.ui.widgets import material
from dgviz.ui.widgets.header import backend_chip, lens_tabs, presets
from dgviz.ui.widgets.help import HelpDialog, process_help
from dgviz.ui.widgets.sidebar import Processes
from tests.ui.conftest import LOOK


def words(viewable):
    return " ".join(str(pane.object) for pane in viewable.select(pn.pane.HTML))


def test_a_session_builds_in_a_document(store):
    document = Document()
    create_app(store).server_doc(document)
    assert document.roots and document.title == "dgviz"


def test_a_session_that_cannot_be_built_says_why(store, caplog):
    store.data = "gone"
    page = create_app(store)
    assert "gone" in words(page) and "could not start" in words(page)
    page.server_doc(Document())
    assert "The session could not be built" in caplog.text


def test_a_chip_says_what_runs_the_processes_and_why(state, monkeypatch):
    chip = backend_chip(state)
    assert chip.label == "Compiled" and "all 5 stepped processes are compiled for the CPU" in chip.description
    monkeypatch.setattr(ProcessModel, "backend", lambda *_: ("torch", "Sponge: it branches on a value"))
    state.edit(members=3)
    assert chip.label == "Not compiled" and "Sponge: it branches" in chip.description


def test_events_of_other_sessions_leave_the_page_alone():
    page = material.page(title="x")
    with edit_readonly(pn.state):
        pn.state.busy = True
        assert page.busy is False
        pn.state.busy = False


class Pick(Process):
    """Pick.

    Choose `share` of it.

    Source: Somebody (2000), doi:10.1000/1.
    """

    share = Parameter("%", "Share", range=(-1.0, 2.0), default=-0.25)
    equations = (r"a < b",)

    def forward(self, *, share):
        return {}


class Leave(Process):
    """Leave: nothing is picked."""

    def forward(self):
        return {}


class Grow(Process):
    """Grow: what is predicted."""

    streamflow = Flux("mm d-1", "Streamflow")

    def forward(self):
        return {"streamflow": torch.zeros(1, 1, 1)}


@pytest.fixture
def made_up(monkeypatch, empty_store):
    """A domain of which nothing else knows, as the draft of a session."""
    targets = {"streamflow": LOOK.target}
    domain = Domain("Picking", "tree", {}, {}, targets, dict(harvest=(Leave, Pick), rest=(Grow,)), ())
    monkeypatch.setattr("dgviz.experiment.config.discover", lambda: {"hydrology": domain})
    return AppState(empty_store)


def test_pickers_derive_from_the_domain(made_up):
    section = Processes(made_up, HelpDialog(pn.Column())).__panel__()
    pickers = {select.label: select for select in section.select(material.Select)}
    assert pickers["Harvest"].options == {"Leave": "Leave", "Pick": "Pick"}
    assert pickers["Rest"].disabled
    pickers["Harvest"].value = "Pick"
    assert made_up.config.processes == {"harvest": "Pick", "rest": "Grow"}
    (dynamic,) = section.select(material.MultiChoice)
    assert dynamic.options == {"Share (share)": "share"}


def test_help_derives_from_the_declaration(made_up):
    said = process_help(Pick, made_up.science, chosen=True)
    for part in (
        "Choose share of it",
        "<mi>a</mi><mo>&#x0003C;</mo><mi>b</mi>",
        "<td class='left'>Share <code class='muted'>share</code></td><td class='left'>%</td>",
        "\u22121 \u2013 2",
        "<td class='left'>\u22120.25</td>",
        "Somebody (2000), <a href='https://doi.org/10.1000/1' target='_blank' rel='noopener'>doi:10.1000/1</a>.",
        "chosen",
    ):
        assert part in said
    dialog = HelpDialog(pn.Column())
    dialog.show_slot("Harvest", (Leave, Pick), "Pick", made_up.science)
    assert dialog._dialog.open and dialog._dialog[0].object.startswith("<h2>Pick")


def test_help_says_what_every_symbol_stands_for(state):
    snow, soil, routing = (
        state.science.option(*names)
        for names in (("snow", "DegreeDaySnow"), ("soil", "BetaSoil"), ("routing", "GammaRouting"))
    )
    said = process_help(snow, state.science)
    assert said.count("class='equation'") == 4 and "<mtext>CFMAX</mtext>" in said
    assert "Precipitation <code class='muted'>prcp</code>" in said  # which another part of the science declares
    assert "1 where A holds, else 0" in said
    assert "<mi>s</mi></mrow></msub>" in said
    assert "Precipitation on days below <math" in said  # what the docstring calls by its name in code
    assert "snowmelt (frozen water in the snowpack → liquid water in the snowpack)" in said
    assert "mm d⁻¹ °C⁻¹" in said and "<td class='left'>h</td>" in process_help(
        state.science.option("pet", "Hamon"), state.science
    )
    assert "Bergström" in process_help(soil, state.science)
    assert "Share of runoff that arrives after k days" in process_help(routing, state.science)


def test_the_tabs_are_the_lenses_and_one_is_named_by_the_science(state, monkeypatch):
    tabs = lens_tabs(state)
    assert dict(tabs.names) == {name: {"Budget": "Water"}.get(name, name) for name in LENSES}
    assert LENSES[tabs.of_all].of_site is False
    tabs.active = "Sensitivity"
    assert state.page == "Sensitivity"
    state.page = "Budget"
    assert tabs.active == "Budget"
    monkeypatch.setitem(vars(state.science), "budget", "heat")
    state.param.trigger("dataset")
    assert dict(tabs.names)["Budget"] == "Heat" and state.page == "Budget"


def test_a_preset_becomes_the_draft_and_shows_what_the_draft_is(state):
    picker = presets(state)
    assert picker.value == "HBV"
    picker.value = "HBV, dynamic"
    assert state.config.dynamic == ("beta", "gamma")
    state.edit(snow="NoSnow")
    assert picker.value == ""


def test_a_preset_that_does_not_go_with_the_draft_is_passed_over(state):
    picker = presets(state)
    state.edit(holdout="folds")  # "HBV, calibrated" has parameters for each site trained on, and none for others
    assert picker.value == "HBV" == presets(state).value
    picker.value = "HBV, calibrated"
    assert "holdout 'folds'" in state.problem


@pytest.mark.parametrize("kind", [pn.pane.HTML, pn.Column, material.Button])
def test_style_sheets_are_the_same_when_looked_up_once(kind):
    def sheets(design):
        return [getattr(sheet, "url", sheet) for sheet in design.params(kind())[0].get("stylesheets", ())]

    asked = material.Design(theme="default")
    shipped = sheets(material.pmui.theme.MaterialDesign(theme="default"))
    assert sheets(asked) == sheets(asked) == shipped


def test_what_is_shown_while_the_page_loads_covers_nothing():
    page = material.TEMPLATE.read_text()
    assert "pointer-events: none" in page and "inset: 0 0 auto 0" in page


def test_only_messages_to_closed_pages_are_kept_out_of_the_log():
    def record(error):
        return logging.LogRecord("asyncio", logging.ERROR, "", 0, "", (), (type(error), error, None))

    assert not not_of_a_closed_page(record(WebSocketClosedError()))
    assert not_of_a_closed_page(record(OSError()))
    assert not_of_a_closed_page(record(AssertionError()))


def test_a_page_that_closes_after_a_ping_found_it_closed_is_kept_out_of_the_log():
    """The order of Bokeh's server on a busy machine: the ping first, then the closing itself."""
    session = SimpleNamespace(subscribe=lambda _: None, unsubscribe=lambda _: None)
    connection = ServerConnection(None, None, None, session)
    connection.detach_session()  # as the ping does
    socket = SimpleNamespace(connection=connection, close_code=1001, close_reason=None)
    with pytest.raises(AssertionError) as raised:
        WSHandler.on_close(socket)
    told = (raised.type, raised.value, raised.tb)
    assert not not_of_a_closed_page(logging.LogRecord("tornado", logging.ERROR, "", 0, "", (), told))
    with pytest.raises(AssertionError) as raised:
        assert session is None  # of something else
    told = (raised.type, raised.value, raised.tb)
    assert not_of_a_closed_page(logging.LogRecord("tornado", logging.ERROR, "", 0, "", (), told))
