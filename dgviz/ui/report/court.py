"""What the court found, as one HTML file to share."""

from collections.abc import Mapping, Sequence

import pandas as pd
import xarray as xr
from bokeh.models import Model
from bokeh.plotting import figure

from dgviz.experiment.claims import interval_words
from dgviz.experiment.config import RunConfig
from dgviz.experiment.court import CASES, Judgment, Ruling, on_test_days
from dgviz.experiment.runs import Run
from dgviz.ui import theme
from dgviz.ui.report.file import one_file
from dgviz.ui.report.tables import table
from dgviz.ui.words.markup import Markup, html, joined
from dgviz.ui.words.text import number, units

INKS = ("#1d5b96", "#c2410c", "#2e7d32", "#6a3d9a")  # one for each of up to four structures
OBSERVED = theme.token("text", False)
METHOD = (
    "Each structure is trained from the same seeds on the same days of the same {site}s, once on all of them, once in "
    "folds and once in regions, and scored on the test days. Differences are medians over the {site}s; their intervals "
    "hold 95 % of what other {site}s of the same kind and other seeds would give. {Site}s that are alike are not "
    "independent, so that intervals are rather too narrow."
)


def court_page(
    structures: Mapping[str, RunConfig],
    ruling: Ruling,
    sites: Mapping[str, float],
    days: Mapping[str, float],
    runs: Mapping[str, Sequence[Run]],
) -> str:
    """The ruling, its figures, and where to measure next, with the series at the site where the structures differ most.

    `sites` and `days` are those of `measure_next`; `runs` are of each structure, trained on all sites.
    """
    figures: list[Model] = [_series(next(iter(sites)), runs)]
    site = ruling.site
    parts = {
        "How it was judged": html(
            "<section class='card'><p>{}</p></section>", METHOD.format(site=site, Site=site.capitalize())
        ),
        **{CASES[each.case].format(site=site).capitalize(): _case(each, site) for each in ruling.judgments},
        "Measure here next": _next(sites, days, site),
        f"Where they differ most: {next(iter(sites))}": Markup(
            "<section class='card'><div id='figure-0'></div></section>"
        ),
        "The structures": _structures(structures, ruling),
    }
    body = joined(html("<h2 class='part'>{}</h2>{}", words, part) for words, part in parts.items())
    return one_file(ruling.sentence, body, figures)


def _case(judgment: Judgment, site: str) -> Markup:
    first = next(iter(judgment.medians))
    rows = [
        (
            name,
            number(median),
            interval_words(judgment.against[name], site) if name in judgment.against else "the best median",
        )
        for name, median in judgment.medians.items()
    ]
    said = f"{judgment.winner} does best." if judgment.winner else "These data cannot tell."
    return html("<p>{}</p>", said) + table(("Structure", "Median NSE", f"{first} less this one"), rows)


def _next(sites: Mapping[str, float], days: Mapping[str, float], site: str) -> Markup:
    """The structures differ there most, as a share of the standard deviation of the observed."""
    rows = [
        (place, number(apart), day, number(of_day))
        for (place, apart), (day, of_day) in zip(sites.items(), days.items(), strict=False)
    ]
    heads = (site.capitalize(), "Disagreement", "Day", "Disagreement")
    said = (
        "Standard deviation over the structures, of that of the observed: what is measured there decides between them."
    )
    return html("<p>{}</p>", said) + table(heads, rows)


def _structures(structures: Mapping[str, RunConfig], ruling: Ruling) -> Markup:
    rows = [
        (name, ruling.n_parameters[name], ", ".join(f"{slot}={option}" for slot, option in config.processes.items()))
        for name, config in structures.items()
    ]
    first = next(iter(structures.values()))
    said = f"Data {first.data}; {first.epochs} epochs; loss {first.loss}."
    return html("<p>{}</p>", said) + table(("Structure", "Learned parameters", "Options"), rows)


def _series(site: str, runs: Mapping[str, Sequence[Run]]) -> figure:
    """Observed and simulated target at a site on the test days, each structure the mean over its seeds."""
    first = next(iter(runs.values()))[0]
    simulated = {name: [on_test_days(run).sel(site=site) for run in each] for name, each in runs.items()}
    target, days = first.config.target, next(iter(simulated.values()))[0].time
    observed = first.dataset()[target].sel(site=site, time=days)
    label = f"{observed.attrs.get('long_name', target)}, {units(observed.attrs.get('units', '1'))}"
    drawn = figure(x_axis_type="datetime", height=300, sizing_mode="stretch_width", y_axis_label=label,
                   toolbar_location=None, output_backend="svg")  # fmt: skip
    times = pd.DatetimeIndex(observed.time.values)
    drawn.line(times, observed.values, color=OBSERVED, line_width=1.4, legend_label="observed")
    for (name, of_seeds), ink in zip(simulated.items(), INKS, strict=False):
        mean = xr.concat(of_seeds, "seed").mean("seed")
        drawn.line(times, mean.values, color=ink, line_width=1.4, legend_label=name)
    drawn.legend.location = "top_right"
    drawn.legend.background_fill_alpha = 0.8
    return drawn
