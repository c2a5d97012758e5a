"""The balance of the picked site over the window."""

from functools import partial

import xarray as xr

from dgviz.processes.balance import balance, substances
from dgviz.processes.declare import Flux, State
from dgviz.quantities import lower_first
from dgviz.ui.lenses.computing import ComputingView
from dgviz.ui.lenses.view import empty_html, text
from dgviz.ui.look import Look
from dgviz.ui.session.simulation import Simulation
from dgviz.ui.session.what_if import in_place_of, mark
from dgviz.ui.words.kinds import has_stores
from dgviz.ui.words.markup import Markup, html, joined
from dgviz.ui.words.text import number, sentence, signed, small, units

WORDS = {"inflow": "In", "outflow": "Out", "change": "Stored"}


def balance_table(terms: xr.DataArray, look: Look, of: str = "") -> Markup:
    """A row for each term `(term,)` with a bar from zero to its amount, and a share of all inflow; `of` what it is.

    Of what runs both ways, as heat does, the amounts add up whatever their sign: they nearly cancel.
    """
    inflow = float(abs(terms[terms.kind == "inflow"]).sum()) or 1.0
    ends = min(0.0, float(terms.min())), max(0.0, float(terms.max()))
    unit = units(terms.attrs["units"])
    rows, before = [], ""
    for name, kind, value in zip(terms.term.values, terms.kind.values, terms.values, strict=True):
        if kind != before and kind in WORDS:
            rows.append(html("<tr class='of-group'><td colspan=4>{}</td></tr>", WORDS[kind]))
        before = kind
        rows.append(_row(sentence(str(name)), float(value), kind, inflow, ends, look.ink(str(name))))
    head = html("<tr><th class='left'>{}</th><th></th><th>{}</th><th>% of in</th></tr>", sentence(of), unit)
    return html("<table><thead>{}</thead><tbody>{}</tbody></table>", head, joined(rows))


def _row(words: str, value: float, kind: str, inflow: float, ends: tuple[float, float], colour: str) -> Markup:
    residual = kind == "residual"
    said = small if residual else partial(signed, digits=1) if kind == "change" else partial(number, digits=1)
    amount, share = said(value), said(100 * value / inflow)
    return html(
        "<tr><td class='left'>{}</td><td>{}</td><td style='white-space:nowrap'>{}</td>"
        "<td class='muted' style='white-space:nowrap'>{}</td></tr>",
        *("Residual" if residual else words, _bar(value, ends, colour), amount, share),
    )


def _bar(value: float, ends: tuple[float, float], colour: str) -> Markup:
    """A bar from a line at zero, to the left where the value is negative."""
    low, high = ends
    per_cent = 100 / ((high - low) or 1.0)
    return html(
        "<div class='muted' style='width:56px;background:linear-gradient(currentColor,currentColor) {:.2f}% 0/1px 100% "
        "no-repeat'><div style='height:10px;margin-left:{:.2f}%;width:{:.2f}%;background:{};border-radius:2px'></div>"
        "</div>",
        *(-low * per_cent, (min(value, 0.0) - low) * per_cent, max(abs(value) * per_cent, 0.4), colour),
    )


class Balance(ComputingView):
    """Balance."""

    needs = "stores"
    empty = "No run is shown. Press Train, or pick a run above, to see its balance."

    @classmethod
    def applies(cls, state):
        """Where something is stored."""
        return has_stores(state.shown_config)

    def body(self, *, run, dark):
        """An empty table, to be filled."""
        self.table = text()
        return self.table if Simulation.of(self.state) else None

    def refresh(self, *, site, window, what_if):
        """The terms between the ends of the window, of the run or of what follows from changed parameters."""
        simulation = Simulation.of(self.state)
        self.compute("the balance", simulation.key, simulation.simulate, lambda s: self._show(simulation, s))

    def _show(self, simulation, own):
        simulated = in_place_of(own, self.state.what_if)
        step = self.state.step
        begin, end = simulated.indexes["time"].slice_locs(*self.state.window)
        inside = simulated.isel(time=slice(max(begin - 1, 0), end))  # from the end of the step before the window
        if inside.sizes["time"] < 2:
            self.table.object = empty_html(f"The window is shorter than a {step.name} of the simulation.")
            return
        model = simulation.run.config.build()
        tables = {unit: balance(model, inside, unit) for unit in substances(model)}
        look, several = self.state.look, len(tables) > 1
        names = self.state.science.budgets if several else {}
        parts = [balance_table(terms, look, names.get(unit, "")) for unit, terms in tables.items()]
        self.table.object = joined(parts)
        last = inside.indexes["time"][-1]
        start = inside.indexes["time"][1]
        self.heading = html("Balance of {}{}", self.state.name_of(self.state.site), mark(self.state.what_if))
        self.caption = (
            f"{step.words(start)} \u2013 {step.words(last)}: in = out + stored.\nMean over the members (parallel "
            "parameter sets). The residual is what rounding leaves. " + self._observed(simulation, start, last)
        )
        if simulation.run.config.predictor == "corrected":
            self.caption += " It is also what the network took from what the processes gave, less what it added."

    def _observed(self, simulation, start, last):
        """The observed amount, where the target is something that leaves the model."""
        target = simulation.run.config.target
        model = simulation.run.config.build()
        if target not in model.outflows:
            return ""
        unit = model.of(State)[model.of(Flux)[target].out_of].units
        observed = self.state.dataset[target].sel(site=self.state.site, time=slice(start, last))
        missing = int(observed.isnull().sum())
        known = observed.size - missing
        where = f" on the {known} {self.state.step.names} with observations" if missing else ""
        name = lower_first(self.state.target.long_name)
        return f"Observed {name}: {number(float(observed.sum()), 0)} {units(unit)}{where}." if known else ""
