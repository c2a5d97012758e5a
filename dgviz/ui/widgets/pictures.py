"""What one takes away of a card: its figure, and of the series also the data and the run."""

from pathlib import Path

import param
from panel.custom import JSComponent

from dgviz.experiment.take_home import zipped
from dgviz.ui.session.address import to_query
from dgviz.ui.session.export import below_figure, drawn_to_netcdf, named, picture_lines, to_csv, to_netcdf, to_python
from dgviz.ui.session.state import AppState
from dgviz.ui.words.markup import Markup

# In the title of a card. The browser finds figure, title, key and caption of the card around it.
BUTTON = Markup(
    "<details class='take' data-view='{view}' data-shows='{shows}'>"
    "<summary aria-label='Take this figure away' title='Take this figure away'>\u2913</summary>"
    "<div><button data-take='png'>PNG, 300 dpi</button><button data-take='svg'>SVG</button>"
    "<button data-take='figure'>Copy Python</button>{more}</div></details>"
)
DRAWN = Markup("<button data-take='drawn'>Data, NetCDF</button>")
SERIES = Markup(
    "<button data-take='csv'>Series, CSV</button><button data-take='netcdf'>Run A, NetCDF</button>"
    "<button data-take='zip'>Run A to open elsewhere, ZIP</button>"
    "<button data-take='data'>Copy Python of the data</button>"
)


def button(view: str, to_take: str, has_data: bool = False) -> Markup:
    """The button of a card by the name of its view; nothing where it has no figure.

    `to_take` are words for what the figure is of, see `export.below_figure`; "series" has its data to take too, and so
    has a view that computes what it draws.
    """
    more = SERIES if "series" in to_take else DRAWN * has_data
    return BUTTON.format(view=view, shows=to_take, more=more) if to_take else Markup("")


class Pictures(JSComponent):
    """Listens for the buttons of all cards; there is one on a page, so that a card costs nothing for it."""

    kind = param.String(doc='What the browser does next: draw "png" or "svg", hand over a "file", copy "lines"')
    about = param.String(doc="What a figure is of")
    name_of_file = param.String(doc="Of a figure what comes after its title")
    content = param.Bytes(b"", doc="A file to hand over")
    lines = param.String(doc="Lines of Python to copy")
    count = param.Integer(0, doc="Counts up with each thing to do")

    _esm = Path(__file__).with_name("pictures.js").read_text()

    def __init__(self, state: AppState):
        super().__init__(width=0, height=0, margin=0)
        self.state = state
        state.param.watch(self._take_home, "home")

    def take(self, what: str, view: str = "", shows: str = "") -> None:
        """Make and hand over the series ("csv"), the run ("netcdf", "zip"), what a figure draws ("drawn"), or Python.

        These are of "data" or of a "figure". Or let the browser draw the figure of a card, "png" or "svg".
        """
        state = self.state
        try:
            if what in ("png", "svg"):
                self._do(what, about="; ".join(below_figure(state, shows)), name_of_file=named(state, shows))
            elif what == "csv":
                self._do(
                    "file", name_of_file=f"{state.site}_{'_'.join(state.window)}.csv", content=to_csv(state).encode()
                )
            elif what == "drawn" and state.drawn.get(view):
                name = f"{view}_{state.site}_{'_'.join(state.window)}.nc"
                self._do("file", name_of_file=name, content=drawn_to_netcdf(state, view))
            elif what == "drawn":
                state.problem = "Nothing has been computed for this figure yet. Wait until it is drawn, and try again."
            elif what == "netcdf" and state.run:
                self._do("file", name_of_file=f"{state.run}.nc", content=to_netcdf(state.store.run(state.run)))
            elif what == "zip" and state.run:
                state.home = state.run
            elif what in ("netcdf", "zip"):
                state.problem = "No run is shown, so there are no results to write. Pick a run (A) first."
            elif what == "failed":
                state.problem = f"The picture could not be made: {view}. Try again, or take another format."
            else:
                self._do(
                    "lines", lines=to_python(state) if what == "data" else picture_lines(state, view, to_query(state))
                )
        except (OSError, ValueError) as error:
            state.problem = f"This could not be written: {error}"

    def _take_home(self, event) -> None:
        """Hand over a whole run, once."""
        if not event.new:
            return
        self.state.home = ""
        try:
            self._do("file", name_of_file=f"{event.new}.zip", content=zipped(self.state.store.run(event.new)))
        except (OSError, ValueError) as error:
            self.state.problem = f"This could not be written: {error}"

    def _do(self, kind: str, **given) -> None:
        self.param.update(kind=kind, **given)
        self.count += 1

    def _handle_msg(self, message: dict) -> None:
        self.take(message["take"], message["view"], message["shows"])
