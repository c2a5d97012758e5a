"""What the field says of models between physics and learning, with what the trained runs say to it."""

from dgviz.experiment.claims import Verdict, roles, verdict_on_balance, verdicts
from dgviz.experiment.presets import unclosed
from dgviz.ui.lenses.computing import ComputingView
from dgviz.ui.lenses.view import text
from dgviz.ui.session.preset_runs import places, scores
from dgviz.ui.words.formulas import linked
from dgviz.ui.words.markup import Markup, html, joined

BALANCED = ("attributes", "corrected")  # the presets whose balance is compared
SITES = 8  # at how many sites: each is simulated
WORDS = {True: ("holds", "holds"), False: ("fails", "fails"), None: ("not known yet", "unknown")}
STYLE = """
.verdict { display: inline-block; min-width: 84px; font-size: 12px; font-weight: 600; }
.holds { color: var(--mui-palette-primary-main); } .fails { color: var(--mui-palette-warning-main); }
.unknown { color: var(--mui-palette-text-secondary); font-weight: 400; }
td.left:first-child { width: 96px; vertical-align: top; white-space: nowrap; } td.left { padding: 7px 6px; }
"""
HOLDOUTS = {"none": "", "folds": " in folds"}


def claims_table(judged: list[Verdict]) -> Markup:
    """A sentence for each claim with its verdict and the figures it was judged by, HTML."""
    return html("<table><tbody>{}</tbody></table>", joined(map(_row, judged)))


def _row(verdict: Verdict) -> Markup:
    words, kind = WORDS[verdict.holds]
    first = ", ".join(f"{name}{HOLDOUTS[holdout]}" for name, holdout in verdict.missing)
    found = f"Train {first}." if first else f"{verdict.found[:1].upper()}{verdict.found[1:]}."
    return html(
        "<tr><td class='left'><span class='verdict {}'>{}</span></td>"
        "<td class='left'>{}<div class='caption'>{} <span title='{}'>({})</span></div></td></tr>",
        *(kind, words, verdict.sentence, found, verdict.source, linked(verdict.source.partition(", for ")[0])),
    )


class Claims(ComputingView):
    """Published claims, tested on these runs."""

    empty = "This domain has no presets that lead from physics to learning."
    caption = (
        "Judged by the runs in the table above, each of one seed: with another seed, record or length of training a "
        "verdict may be another.\nWhere a claim fails it may be the model, the data or the training."
    )

    def body(self, *, dataset):
        """A place for the sentences."""
        self.table = text()
        self.table.stylesheets = [*self.table.stylesheets, STYLE]
        return self.table if self.state.config.science.dial else None

    def refresh(self, *, runs, ended, selected, config):
        """The verdicts; that on the balance when it is computed."""
        there = places(self.state)
        self.judged = verdicts(config, scores(self.state, there))
        presets = roles(config)
        if not all(role in presets for role in BALANCED):
            self.table.object = claims_table(self.judged)
            return
        compared = {name: run for role in BALANCED if (run := there[name := presets[role]]["none"].run)}
        if len(compared) < len(BALANCED):
            self._show(verdict_on_balance(config, dict.fromkeys(compared)))
        else:
            sites = self._some_sites(selected)
            key = (config.data, *sites, *(str(run.folder) for run in compared.values()))
            self.table.object = claims_table(self.judged)
            self.compute("the balance", key, lambda: self._unclosed(compared, sites), self._show_balance)

    def _some_sites(self, selected):
        sites = selected or self.state.sites
        return sites[:: max(1, -(-len(sites) // SITES))]

    def _unclosed(self, runs, sites):
        return {name: unclosed(run, self.state.dataset, sites) for name, run in runs.items()}

    def _show_balance(self, shares):
        self._show(verdict_on_balance(self.state.config, shares))

    def _show(self, on_balance):
        self.table.object = claims_table([*self.judged, on_balance])
