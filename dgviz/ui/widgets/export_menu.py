"""The menu beside the time series with which one takes away what is shown."""

import panel as pn
import param
from panel.custom import JSComponent

from dgviz.ui.lenses.view import text
from dgviz.ui.session.export import to_csv, to_netcdf, to_python
from dgviz.ui.session.state import AppState
from dgviz.ui.widgets import material
from dgviz.ui.words.markup import html

CSV, NETCDF, PYTHON = "Series, CSV", "Run A, NetCDF", "Python for these data"


class Download(JSComponent):
    """Hands the browser a file."""

    name_of_file = param.String()
    content = param.Bytes(b"", doc="The file")
    count = param.Integer(0, doc="Counts up with each file")

    _esm = """
    export function render({model}) {
      model.on("count", () => {
        const link = document.createElement("a")
        link.href = URL.createObjectURL(new Blob([model.content]))
        link.download = model.name_of_file
        link.click()
        setTimeout(() => URL.revokeObjectURL(link.href), 10000)
      })
    }
    """

    def send(self, name: str, content: bytes) -> None:
        """Hand over one file."""
        self.param.update(name_of_file=name, content=content)
        self.count += 1


class ExportMenu(pn.viewable.Viewer):
    """The series, the run, or the lines of Python that read them."""

    def __init__(self, state: AppState):
        super().__init__()
        self.state = state
        self.download = Download(width=0, height=0, margin=0)
        self._python = pn.Column(margin=0, width=0)
        self._menu = material.MenuButton(
            label="Data",
            items=[{"label": item} for item in (CSV, NETCDF, PYTHON)],
            variant="text",
            size="small",
            margin=(0, 4),
        )
        self._menu.on_click(lambda item: self.take(item["label"]))

    def __panel__(self):
        return pn.Row(self._menu, self.download, self._python, margin=0)

    def take(self, what: str) -> None:
        """Make and hand over one of the items."""
        state = self.state
        name = f"{state.site}_{'_'.join(state.window)}"
        try:
            if what == CSV:
                self.download.send(f"{name}.csv", to_csv(state).encode())
            elif what == NETCDF and state.run:
                self.download.send(f"{state.run}.nc", to_netcdf(state.store.run(state.run)))
            elif what == PYTHON:
                self._show_python()
            else:
                state.problem = "No run is shown, so there are no results to write. Pick a run (A) first."
        except (OSError, ValueError) as error:
            state.problem = f"This could not be written: {error}"

    def _show_python(self) -> None:
        code = to_python(self.state)
        copy = material.Button(label="Copy", icon="content_copy", variant="text", size="small", margin=0)
        copy.js_on_click(args={"code": code}, code="navigator.clipboard && navigator.clipboard.writeText(code)")
        shown = text(html("<pre>{}</pre>", code))
        self._python.objects = [
            material.Dialog(
                shown,
                copy,
                title="The same in Python",
                open=True,
                show_close_button=True,
                close_on_click=True,
                width_option="md",
            )
        ]
