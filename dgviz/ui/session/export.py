"""What is shown, to take away: the series as CSV, a run as NetCDF, and the lines of Python that make the plot."""

import tempfile
from importlib.metadata import version
from pathlib import Path

import pandas as pd
import xarray as xr

from dgviz.datasets import forcing_names
from dgviz.experiment.runs import Run
from dgviz.quantities import lower_first
from dgviz.ui.figures.series import at_all_times, periods, simulated_of
from dgviz.ui.session.shown_colours import shown_colours
from dgviz.ui.session.state import AppState
from dgviz.ui.words.run_names import name_without_score
from dgviz.ui.words.text import label, with_units


def shown_series(state: AppState) -> xr.Dataset:
    """What the time series show of the picked site in the window: the target, observed and simulated, and forcings."""
    dataset, target = state.dataset, state.target
    here, about = dataset.sel(site=state.site), {"units": target.units}
    series = {"observed": here[state.config.target].assign_attrs(long_name=f"Observed {lower_first(target.long_name)}")}
    for name, run_id in (("run_a", state.run), ("run_b", state.baseline)):
        if run_id:
            values = simulated_of(state.results(run_id), state.config.target, state.site, dataset)
            words = f"{target.long_name} simulated by the run {run_id}"
            series[name] = ("time", values, about | {"long_name": words})
    if what_if := state.what_if:
        words = f"{target.long_name} simulated by the run {state.run} with parameters changed by hand: {what_if.words}"
        values = at_all_times(what_if.simulated[state.config.target], dataset)
        series["what_if"] = ("time", values, about | {"long_name": words})
    series |= {name: here[name] for name in forcing_names(dataset) if here[name].dims == ("time",)}
    return xr.Dataset(series).sel(time=slice(*state.window))


def to_csv(state: AppState) -> str:
    """`shown_series`, a line per time step; lines that begin with # say what the columns are and whence they come."""
    series, dataset = shown_series(state), state.dataset
    about = [
        f"{state.name_of(state.site)} ({state.site}), {' to '.join(state.window)}",
        f"data set: {'; '.join(str(dataset.attrs[k]) for k in ('title', 'source', 'licence') if k in dataset.attrs)}",
        *(f"{name}: {label(values, name)}, {values.attrs.get('units', '')}" for name, values in series.items()),
        *(f"configuration of {id}: {state.store.run(id).config.model_dump_json()}" for id in shown_runs(state)),
        f"written by dgviz {version('dgviz')}",
    ]
    table = pd.DataFrame({name: values.values for name, values in series.items()}, index=series.indexes["time"])
    lines = "".join(f"# {' '.join(line.split())}\n" for line in about)
    return lines + table.to_csv(index_label="time", date_format=state.step.stamp_format, lineterminator="\n")


def shown_runs(state: AppState) -> list[str]:
    """The ids of A and B, as far as there are any."""
    return [run_id for run_id in (state.run, state.baseline) if run_id]


def to_netcdf(run: Run) -> bytes:
    """The results of a run as a CF NetCDF file, with the configuration in its attributes."""
    return _written(run.results().load().drop_encoding().assign_attrs(_made_by(run)))


def drawn_to_netcdf(state: AppState, view: str) -> bytes:
    """What a view, by the name of its class, computed and draws, as a NetCDF file with the run in its attributes.

    A group for each thing where there are several.
    """
    found = [(what, each) for what, several in state.drawn[view].items() for each in several]
    about = {"site": state.site, "window": " to ".join(state.window), **_made_by(state.store.run(state.run))}
    if len(found) == 1:
        return _written(_plain(found[0][1]).assign_attrs(about))
    groups = {f"{i} {what}": _plain(each) for i, (what, each) in enumerate(found, 1)}
    return _written(xr.DataTree.from_dict({"/": xr.Dataset(attrs=about), **groups}))


def _made_by(run: Run) -> dict[str, str]:
    """Attributes of a file: of which run it is, how that was made, and what wrote it."""
    return {"run": run.id, "configuration": run.config.model_dump_json(), "source": f"dgviz {version('dgviz')}"}


def _plain(found: xr.Dataset) -> xr.Dataset:
    """With attributes that NetCDF can hold: words and numbers."""
    found = found.copy()
    for each in (found, *found.variables.values()):
        each.attrs = {name: _held(value) for name, value in each.attrs.items()}
    return found


def _held(value: object) -> str | int | float:
    """A value as NetCDF can hold it, which knows no true and false."""
    return value if isinstance(value, (str, int, float)) and not isinstance(value, bool) else str(value)


def _written(results: xr.Dataset | xr.DataTree) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "results.nc"
        results.to_netcdf(path, engine="h5netcdf")
        return path.read_bytes()


def to_python(state: AppState) -> str:
    """The lines that make the plot, and every store and flux of the site, without the dashboard."""
    site, target, (first, last) = state.site, state.config.target, state.window
    # The folder of another machine is of no use to a visitor.
    runs = "runs_folder()" if state.visitor else f"Path({str(state.store.runs_folder.absolute())!r})"
    lines = [
        "from pathlib import Path",
        "",
        "import hvplot.xarray",
        "from dgviz import open_dataset",
        "from dgviz.experiment.runs import list_runs, runs_folder",
        "",
        f"site, days = {site!r}, slice({first!r}, {last!r})",
        f"dataset = open_dataset({state.config.data!r})",
        f"runs = {{run.id: run for run in list_runs({runs})}}",
        f'plot = dataset.{target}.sel(site=site, time=days).hvplot(label="observed")',
    ]
    for words, run_id in (("run A", state.run), ("run B", state.baseline)):
        if run_id:
            series = f"runs[{run_id!r}].results().{target}.sel(site=site, time=days)"
            lines.append(f'plot *= {series}.hvplot(label="{words}")')
    if state.run:
        first, last = (state.step.stamp(time) for time in state.results(state.run).indexes["time"][[0, -1]])
        whole = f"simulate(dataset, site, {first!r}, {last!r})"  # from the same first day: stores remember
        lines.append(f"stores_and_fluxes = runs[{state.run!r}].{whole}.sel(time=days)")
    if state.what_if:
        lines += _python_of(state)
    return "\n".join([*lines, "plot", ""])


def _python_of(state: AppState) -> list[str]:
    """The lines that simulate a what-if again and add it to the plot."""
    what_if, run_id = state.what_if, state.run
    first, last = (state.step.stamp(time) for time in what_if.simulated.indexes["time"][[0, -1]])
    shifts = {name: float(f"{shift:.6g}") for name, shift in what_if.shifts.items()}
    return [
        f"shifts = {shifts}  # of all members: {what_if.words}",
        f"what_if = runs[{run_id!r}].simulate(dataset, site, {first!r}, {last!r}, shifts).sel(time=days)",
        f'plot *= what_if.{state.config.target}.hvplot(label="what if")',
    ]


def picture_lines(state: AppState, view: str, query: str) -> str:
    """The lines of Python that make the figure of a card, by the name of its class; `query` is the address."""
    runs = f", {str(state.store.runs_folder.absolute())!r}" if not state.visitor else ""  # theirs are elsewhere
    return (
        "import panel as pn\nfrom dgviz.ui.notebook import picture\n\npn.extension()\n"
        f"shown = picture({view!r}, {query!r}{runs})\n"
        "shown  # shown.data: what is drawn, as xarray, where it was computed for the figure\n"
    )


def below_figure(state: AppState, shows: str) -> list[str]:
    """What a figure is of, by words for it, and the program.

    They are target, site, window, periods (of training and test), what_if, data (the sites), map (its colours), and a
    and b (the runs).
    """
    coloured = shown_colours(state)
    config = state.shown_config
    spans = periods(state.dataset, config.train_period, config.test_period)
    runs = {"a": ("Run A", state.run), "b": ("run B", state.baseline)}
    said = {
        "target": with_units(state.target.long_name, state.target.units),
        "site": f"{state.name_of(state.site)} ({state.site})",
        "window": state.step.period(*state.window),
        "periods": ", ".join(f"{name} {state.step.period(*span)}" for name, span in spans.items()),
        "data": f"{len(state.sites)} {state.science.site}s of {state.dataset.attrs.get('title', state.config.data)}",
        "map": f"colours: {coloured.title}, {coloured.span}",
    } | {word: f"{called}: {name_without_score(state.store.run(run))}" for word, (called, run) in runs.items() if run}
    said |= {"what_if": f"what if: {state.what_if.words}"} if state.what_if else {}
    return [*(said[word] for word in shows.split() if word in said), f"dgviz {version('dgviz')}"]


def named(state: AppState, shows: str) -> str:
    """What a file with such a figure is called after its title: the site or the data, and the run."""
    of_site, run = "site" in shows.split(), state.run if "a" in shows.split() else ""
    place = state.name_of(state.site) if of_site else state.dataset.attrs.get("title", state.config.data)
    return "; ".join(filter(None, [place, run and name_without_score(state.store.run(run))]))
