"""What the court found, as one HTML file to share."""

from collections.abc import Mapping, Sequence

import pandas as pd
import xarray as xr
from bokeh.models import Model
from bokeh.plotting import figure

from dgviz.experiment.config import RunConfig
from dgviz.experiment.court import Ruling
from dgviz.experiment.disagreement import on_test_days
from dgviz.experiment.hearing import Hearing
from dgviz.experiment.runs import Run
from dgviz.ui import theme
from dgviz.ui.report.file import one_file
from dgviz.ui.report.tables import table
from dgviz.ui.words.markup import Markup, html, joined
from dgviz.ui.words.ruling import judgment_html, left_out_html
from dgviz.ui.words.text import number, sentence, units

INKS = ("#1d5b96", "#c2410c", "#2e7d32", "#6a3d9a")  # one for each of up to four structures
OBSERVED = theme.token("text", False)
METHOD = (
    "Each structure is trained from the same seeds on the same days of the same {site}s, once on all of them, once in "
    "folds and once in regions, and scored on the test days. What it was not trained on is judged over all days, where "
    "it was trained on all {site}s. Differences are medians over the {site}s; their intervals hold 95 % of what other "
    "{site}s of the same kind and other seeds would give. {Site}s that are alike are not independent, so that "
    "intervals are rather too narrow."
)


def court_page(found: Hearing) -> str:
    """The ruling, its figures, and where to measure next, with the series at the site where structures differ most."""
    ruling, first = found.ruling, next(iter(found.sites))
    figures: list[Model] = [_series(first, found.runs)]
    site = ruling.site
    parts = {
        "How it was judged": html(
            "<section class='card'><p>{}</p></section>", METHOD.format(site=site, Site=site.capitalize())
        ),
        **{sentence(each.where): _card(judgment_html(each, site)) for each in ruling.judgments},
        "Not judged": _card(left_out_html(ruling)) if ruling.left_out else "",
        "Measure here next": _next(found.sites, found.days, site),
        f"Where they differ most: {first}": Markup("<section class='card'><div id='figure-0'></div></section>"),
        "The structures": _structures(found.structures, ruling),
    }
    body = joined(html("<h2 class='part'>{}</h2>{}", words, part) for words, part in parts.items() if part)
    return one_file(ruling.sentence, body, figures)


def _card(content: Markup) -> Markup:
    return html("<section class='card'>{}</section>", content)


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
