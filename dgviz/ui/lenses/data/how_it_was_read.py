"""What was assumed, converted, left out or found doubtful when the data were read, and what the run does with them."""

from dgviz.datasets.remarks import Remark, remarks
from dgviz.ui.lenses.view import View
from dgviz.ui.widgets.form_table import FormTable
from dgviz.ui.words.remarks import named, remark_table

CAPTION = "What is doubtful comes first: it is possible, but a mistake is likelier.\ndgviz data check tells the same."


class HowItWasRead(View):
    """How the data were read."""

    empty = "Nothing was converted, left out or filled, and nothing is doubtful."

    def body(self, *, dataset, run):
        """The remarks of the data set, and those on data of the run that is shown."""
        of_run = [Remark(*parts) for parts in self.state.store.run(run).record.get("remarks", [])] if run else []
        read = {*dataset.data_vars, *self.state.sites}
        of_data = [r for r in of_run if r.about in read or r.kind not in ("doubtful", "taken over")]
        said = named(list(dict.fromkeys([*remarks(dataset), *of_data])), dataset, self.state.science)
        self.caption = CAPTION if said else ""
        if not said:
            return None
        return FormTable(lambda *_: None, content=remark_table(said), sizing_mode="stretch_width", margin=0)
