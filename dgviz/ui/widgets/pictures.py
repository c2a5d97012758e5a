"""What one takes away of a card: its figure, and of the series also the data and the run."""

from pathlib import Path

import param
from panel.custom import JSComponent

from dgviz.ui.session.address import to_query
from dgviz.ui.session.export import below_figures, picture_lines, to_csv, to_netcdf, to_python
from dgviz.ui.session.state import AppState
from dgviz.ui.words.markup import Markup

# In the title of a card. The browser finds figure, title and caption of the card around it.
BUTTON = Markup(
    "<details class='take' data-view='{view}' data-of='{of}'>"
    "<summary aria-label='Take this figure away' title='Take this figure away'>\u2913</summary>"
    "<button data-take='png'>PNG, 300 dpi</button><button data-take='svg'>SVG</button>"
    "<button data-take='figure'>Copy Python</button>{more}</details>"
)
DATA = Markup(
    "<button data-take='csv'>Series, CSV</button><button data-take='netcdf'>Run A, NetCDF</button>"
    "<button data-take='data'>Copy Python of the data</button>"
)
DESCRIBED = ["site", "window", "run", "baseline", "page"]  # what is written below a figure


def button(view: str, to_take: str) -> Markup:
    """The button of a card by the name of its view; nothing where it has no figure.

    `to_take` is "site" for a figure of the picked site, "series" for that with its data, "all" for any other.
    """
    more, of = DATA if to_take == "series" else Markup(""), "all" if to_take == "all" else "site"
    return BUTTON.format(view=view, of=of, more=more) if to_take else Markup("")


class Pictures(JSComponent):
    """Listens for the buttons of all cards; there is one on a page, so that a card costs nothing for it."""

    about_site = param.String(doc="What is written below a figure of the picked site: site, period and runs")
    about_all = param.String(doc="What is written below any other figure: data set and runs")
    name_of_file = param.String()
    content = param.Bytes(b"", doc="A file to hand over")
    lines = param.String(doc="Lines of Python to copy")
    count = param.Integer(0, doc="Counts up with each file, and with each lines to copy")

    _esm = Path(__file__).with_name("pictures.js").read_text()

    def __init__(self, state: AppState):
        super().__init__(width=0, height=0, margin=0)
        self.state = state
        state.param.watch(self._describe, DESCRIBED)
        self._describe()

    def _describe(self, *_) -> None:
        self.param.update(about_site=below_figures(self.state, True), about_all=below_figures(self.state, False))

    def take(self, what: str, view: str = "") -> None:
        """Make and hand over the series ("csv"), the run ("netcdf"), or the lines of Python of "data" or a "figure"."""
        state = self.state
        try:
            if what == "csv":
                self._send(f"{state.site}_{'_'.join(state.window)}.csv", to_csv(state).encode())
            elif what == "netcdf" and state.run:
                self._send(f"{state.run}.nc", to_netcdf(state.store.run(state.run)))
            elif what == "netcdf":
                state.problem = "No run is shown, so there are no results to write. Pick a run (A) first."
            else:
                lines = to_python(state) if what == "data" else picture_lines(state, view, to_query(state))
                self.param.update(name_of_file="", lines=lines)
                self.count += 1
        except (OSError, ValueError) as error:
            state.problem = f"This could not be written: {error}"

    def _send(self, name: str, content: bytes) -> None:
        self.param.update(name_of_file=name, content=content)
        self.count += 1

    def _handle_msg(self, message: dict) -> None:
        self.take(message["take"], message["view"])
