"""How good the shown run is, in a few figures."""

import xarray as xr

from dgviz.quantities import lower_first
from dgviz.ui.lenses.view import View, text
from dgviz.ui.words.markup import html, joined
from dgviz.ui.words.text import PERIODS, counted, number, score_label, units

GOOD = 0.5  # of a score whose best is 1
MEDIANS = 3  # scores of which the median is given


def figures(results: xr.Dataset, scores: tuple[str, ...], sites: str, whole: bool = True) -> dict[str, str]:
    """Words for each figure: medians in the test period, how many sites are good and bad, and the training period.

    Where the results are `whole`, not some of the sites of a run, also the efficiency over all sites together.
    """
    test, train = (results.sel(period=period) for period in ("test", "train"))
    first = scores[0]
    known, label = test[first].dropna("site"), score_label(first)
    found = {sites: number(known.size, 0)}
    found |= {f"median {lower_first(score_label(name))}": _median(test[name]) for name in scores[:MEDIANS]}
    if known.attrs.get("best") == 1 and known.size:
        found[f"{label} above {GOOD:g}"] = f"{100 * float((known > GOOD).mean()):.0f} %"
        found[f"{label} below zero"] = number(int((known < 0).sum()), 0)
    found |= {f"median {label}, {PERIODS['train']}": _median(train[first])}
    # Of all sites alone, and of runs that were written with it.
    if "pooled_nse" in test and whole:
        found[f"NSE of all {sites} together"] = number(float(test.pooled_nse))
    if "held_out_nse" in test and whole:
        found[f"the same, held-out {sites}, both periods"] = number(float(test.held_out_nse))
    return found


def _median(values: xr.DataArray) -> str:
    return f"{number(float(values.median()))} {units(values.attrs['units'])}".strip()


class Figures(View):
    """Evaluation in figures."""

    empty = (
        "No run is shown. Press Train, or pick a run as A at the top, to see how good it is: its scores, where it does "
        "best and worst, what its stores and fluxes look like beside what is observed, and what it has learned."
    )

    def body(self, *, run, selected):
        """A line of figures over the sites that are selected, or all."""
        results, state = self.state.results(run), self.state
        scores = state.target.scores
        if results is None or scores[0] not in results:
            return None
        if chosen := [site for site in selected if site in results.indexes["site"]]:
            results = results.sel(site=chosen)
        selected = counted(len(chosen), f"selected {state.science.site}")
        self.heading = f"Test period, {selected}" if chosen else "Test period"
        cell = "<div><b>{}</b>{}</div>"
        names = tuple(name for name in scores if name in results)
        found = figures(
            results, names, counted(results.sizes["site"], state.science.site).partition(" ")[2], whole=not chosen
        )
        cells = joined(html(cell, value, words) for words, value in found.items())
        return text(html("<div class='figures'>{}</div>", cells))
