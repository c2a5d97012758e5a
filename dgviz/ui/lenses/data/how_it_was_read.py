"""What was assumed, converted, left out or found doubtful when the data were read, and what the run does with them."""

import html

from dgviz.datasets.remarks import Remark, remarks, together
from dgviz.ui.lenses.view import View
from dgviz.ui.widgets.form_table import FormTable

ORDER = ("doubtful", "left out", "taken as missing", "filled", "not read", "exchanged", "converted", "aggregated")
CAPTION = (
    "What is doubtful comes first: it is possible, but a mistake is likelier. The same is told by dgviz data check."
)


def remark_table(said: list[Remark]) -> str:
    """One line for each remark, doubts first; HTML."""
    place = {kind: number for number, kind in enumerate(ORDER)}
    lines = sorted(together(said), key=lambda remark: place.get(remark.kind, len(ORDER)))
    body = "".join(_line(remark) for remark in lines)
    head = "".join(f"<th class='left'>{name}</th>" for name in ("What was done", "About", "What to know"))
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _line(remark: Remark) -> str:
    kind = remark.kind.capitalize()
    kind = f"<span class='stale'>{kind}</span>" if remark.kind == "doubtful" else kind
    about, text = html.escape(remark.about), html.escape(remark.text)
    return f"<tr><td class='left'>{kind}</td><td class='left wrap'>{about}</td><td class='left wrap'>{text}</td></tr>"


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
