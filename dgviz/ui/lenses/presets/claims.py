"""What the field says of models between physics and learning, with what the trained runs say to it."""

from collections.abc import Sequence
from functools import partial

import xarray as xr

from dgviz.domains.claims import CLOSE
from dgviz.experiment.claims import Outcome, Verdict, probed, to_train, verdicts
from dgviz.experiment.config import RunConfig
from dgviz.experiment.presets import Key, Scores
from dgviz.experiment.runs import Run
from dgviz.ui.lenses.computing import ComputingView
from dgviz.ui.lenses.view import text
from dgviz.ui.session.preset_runs import own_of, places, travelling, wanted
from dgviz.ui.session.store import results_written
from dgviz.ui.widgets import material
from dgviz.ui.words.formulas import linked
from dgviz.ui.words.interval import WIDEST, interval_strip
from dgviz.ui.words.markup import Markup, html, joined

SEEDS = 5  # from how many each is trained
KINDS: dict[Outcome, str] = {
    "holds": "holds",
    "fails": "fails",
    "cannot tell here": "open",
    "not trained yet": "unknown",
}
STYLE = """
.verdict { font-size: 12px; font-weight: 600; }
.holds { color: var(--mui-palette-primary-main); } .fails { color: var(--mui-palette-warning-main); }
.open { color: var(--mui-palette-text-primary); }
.unknown { color: var(--mui-palette-text-secondary); font-weight: 400; }
td.left:first-child { width: 104px; vertical-align: top; white-space: nowrap; } td.left { padding: 7px 6px; }
.strip { margin-top: 5px; }
"""


def claims_table(judged: list[Verdict]) -> Markup:
    """A sentence for each claim with its verdict, the interval and the figures it was judged by, HTML."""
    return html("<table><tbody>{}</tbody></table>", joined(map(_row, judged)))


def _row(verdict: Verdict) -> Markup:
    claim, kind = verdict.claim, KINDS[verdict.outcome]
    first = ", ".join(name + f" in {holdout}" * (holdout != "none") for name, holdout in verdict.missing)
    found = f"Train {first}." if first else f"{verdict.found}."
    strip = interval_strip(verdict.difference, "currentColor") if verdict.difference else ""
    against = html("<div class='caption'>Against it: {}</div>", linked(verdict.against)) if verdict.against else ""
    return html(
        "<tr><td class='left {}'><span class='verdict'>{}</span>{}</td>"
        "<td class='left'>{}<div class='caption'>{} <span title='{}'>({})</span></div>{}</td></tr>",
        *(kind, verdict.outcome, strip, verdict.sentence, found),
        *(claim.source, linked(claim.source.partition(", for ")[0]), against),
    )


class Claims(ComputingView):
    """Published claims, tested on these data."""

    empty = "This domain has no presets that lead from physics to learning."

    def __init__(self, state, **params):
        self.train_more = material.Button(label="Train more", icon="play_arrow", size="small", margin=0)
        self.train_more.on_click(lambda _: state.attempt(lambda: state.train_all(self.lacking.values())))
        super().__init__(state=state, **params)

    def tools(self):
        """The hint, and what trains all that is missing."""
        return [*super().tools(), self.train_more]

    def body(self, *, dataset):
        """A place for the sentences."""
        self.table = text()
        self.table.stylesheets = [*self.table.stylesheets, STYLE]
        return self.table if self.state.config.science.dial else None

    def refresh(self, *, runs, ended, selected, config):
        """The verdicts, when they are found: intervals take a moment, and so do the balances of own runs."""
        there = places(self.state)
        own = own_of(self.state, there)
        known = travelling(self.state) | own
        self.lacking = to_train(config, wanted(self.state), known, SEEDS)
        label = f"Train {len(self.lacking)} more for {SEEDS} seeds"
        self.train_more.param.update(label=label, visible=bool(self.lacking))
        self.caption = self._judged_by(known, own)
        of_keys = {key: there[key[0]][key[1]].of_seeds[key[2]] for key in own}
        written = [(str(run.folder), results_written(run)) for run in of_keys.values()]
        about = config.domain, config.data, tuple(selected), config.train_period, config.test_period
        work = partial(self._verdicts, config, known, of_keys, self.state.dataset, selected or self.state.sites)
        self.compute("the verdicts", (*about, *written), work, self._show)

    @staticmethod
    def _verdicts(
        config: RunConfig, known: Scores, runs: dict[Key, Run], dataset: xr.Dataset, sites: Sequence[str]
    ) -> list[Verdict]:
        return verdicts(config, probed(config, known, runs, dataset, sites))

    def _show(self, judged: list[Verdict]) -> None:
        self.table.object = claims_table(judged)

    def _judged_by(self, known: Scores, own: Scores) -> str:
        """By what it was judged, and how far that goes."""
        site, n_own = self.state.config.science.site, len(own)
        return (
            f"Judged by {len(known) - n_own} trainings that travel with dgviz and {n_own} run{'s' * (n_own != 1)} "
            f"here; fewer than {SEEDS} seeds tell little.\n"
            f"The line shows the difference, from \u2212{WIDEST:g} to {WIDEST:g}, and its interval: 95 % of what other "
            f"{site}s of the same kind and other seeds would give. {site.capitalize()}s that are alike are not "
            f"independent: the true interval is wider. As good means at most {CLOSE:g} lower, clearly more than that. "
            "Where a claim fails it may be the model, the data or the training; another record may tell otherwise."
        )
