"""What was assumed, converted, left out or found doubtful when the data were read, and what the run does with them."""

from dgviz.datasets.remarks import Remark, remarks, together
from dgviz.ui.lenses.view import View
from dgviz.ui.widgets.form_table import FormTable
from dgviz.ui.words.markup import Markup, html, joined

ORDER = ("doubtful", "left out", "taken as missing", "filled", "not read", "exchanged", "converted", "aggregated")
CAPTION = (
    "What is doubtful comes first: it is possible, but a mistake is likelier. The same is told by dgviz data check."
)


def remark_table(said: list[Remark]) -> Markup:
    """One line for each remark, doubts first; HTML."""
    place = {kind: number for number, kind in enumerate(ORDER)}
    lines = sorted(together(said), key=lambda remark: place.get(remark.kind, len(ORDER)))
    names = ("What was done", "About", "What to know")
    head = joined(html("<th class='left'>{}</th>", name) for name in names)
    return html("<table><thead><tr>{}</tr></thead><tbody>{}</tbody></table>", head, joined(map(_line, lines)))


def _line(remark: Remark) -> Markup:
    marked = "<span class='stale'>{}</span>" if remark.kind == "doubtful" else "{}"
    kind = html(marked, remark.kind.capitalize())
    cells = "<td class='left'>{}</td><td class='left wrap'>{}</td><td class='left wrap'>{}</td>"
    return html(f"<tr>{cells}</tr>", kind, remark.about, remark.text)


class HowItWasRead(View):
    """How the data were read."""

    empty = "Nothing was converted, left out or filled, and nothing is doubtful."

    def body(self, *, dataset, run):
        """The remarks of the data set, and those of the run that is shown."""
        of_run = self.state.store.run(run).record.get("remarks", []) if run else []
        said = list(dict.fromkeys([*remarks(dataset), *(Remark(*parts) for parts in of_run)]))
        self.caption = CAPTION if said else ""
        if not said:
            return None
        return FormTable(lambda *_: None, content=remark_table(said), sizing_mode="stretch_width", margin=0)
