"""The balance of the picked site over the window."""

import html

import pandas as pd
import xarray as xr

from dgviz.processes.balance import balance
from dgviz.ui import theme
from dgviz.ui.lenses.computing import ComputingView
from dgviz.ui.lenses.view import text
from dgviz.ui.session.simulation import Simulation
from dgviz.ui.session.what_if import in_place_of, mark
from dgviz.ui.words.text import date, number, sentence, signed, small, units

WORDS = {"inflow": "In", "outflow": "Out", "change": "Stored", "residual": "Residual"}


def balance_table(terms: xr.DataArray, dark: bool) -> str:
    """A row for each term `(term,)` with a bar as long as its amount, and a share of all inflow."""
    inflow = float(terms[terms.kind == "inflow"].sum()) or 1.0
    longest = float(abs(terms).max()) or 1.0
    unit = units(terms.attrs["units"])
    rows, before = [], ""
    for name, kind, value in zip(terms.term.values, terms.kind.values, terms.values, strict=True):
        group = WORDS[kind] if kind != before else ""
        before = kind
        rows.append(
            _row(group, sentence(str(name)), float(value), kind, inflow, longest, theme.colour(name, dark), dark)
        )
    head = f"<tr><th></th><th class='left'></th><th></th><th>{unit}</th><th>% of in</th></tr>"
    return f"<table><thead>{head}</thead><tbody>{''.join(rows)}</tbody></table>"


def _row(group, words, value, kind, inflow, longest, colour, dark) -> str:
    amount = signed(value, 1) if kind == "change" else number(value, 1)
    if kind == "residual":
        group, words, amount = "", group, small(value)
    width = 100 * abs(value) / longest
    bar = (
        f"<div style='height:10px;width:{max(width, 0.4):.2f}%;background:{colour};border-radius:2px;"
        f"opacity:{0.55 if value < 0 else 0.95}'></div>"
    )
    share = f"{small(100 * value / inflow)}" if kind == "residual" else number(100 * value / inflow, 1)
    return (
        f"<tr><td class='muted'>{group}</td><td class='left'>{html.escape(words)}</td>"
        f"<td style='width:34%'>{bar}</td><td style='white-space:nowrap'>{amount}</td>"
        f"<td class='muted' style='white-space:nowrap'>{share}</td></tr>"
    )


class Balance(ComputingView):
    """Water balance."""

    needs = "stores"
    empty = "No run is shown. Press Train in the side bar, or pick a run above, to see its balance."

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
        days = simulated.indexes["time"]
        first = max(pd.Timestamp(self.state.window[0]) - pd.Timedelta(days=1), days[0])
        inside = simulated.sel(time=slice(first, self.state.window[1]))
        if inside.sizes["time"] < 2:
            self.table.object = "<div class='empty'>The window is shorter than a day of the simulation.</div>"
            return
        terms = balance(simulation.run.config.build(), inside)
        self.table.object = balance_table(terms, self.state.dark)
        last = inside.indexes["time"][-1]
        start = inside.indexes["time"][1]
        self.heading = f"Balance of {html.escape(self.state.name_of(self.state.site))}{mark(self.state.what_if)}"
        self.caption = (
            f"{date(start)} \u2013 {date(last)}: in = out + stored. Mean over the members. "
            + self._observed(simulation, start, last)
        )
        if simulation.run.config.predictor == "corrected":
            self.caption += " The residual is what the network took from the flow of the processes, less what it added."

    def _observed(self, simulation, start, last):
        target = simulation.run.config.target
        observed = self.state.dataset[target].sel(site=self.state.site, time=slice(start, last))
        missing = int(observed.isnull().sum())
        days = f" on the {observed.size - missing} days with observations" if missing else ""
        return f"Observed {target}: {number(float(observed.sum()), 0)} mm{days}." if missing < observed.size else ""
