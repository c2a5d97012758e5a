"""Basins read one by one from a published collection, joined into one data set without losing one silently.

All basins get the same days. Those whose weather does not cover them, who were never gauged on them or whose values
are impossible are left out; the global attribute `left_out` of the data set has a line for each, `site: why`, and
`history` says what else was done.
"""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr

from dgviz.datasets.check import check
from dgviz.datasets.csv_folder import Each
from dgviz.datasets.errors import DataError, some
from dgviz.datasets.fill_values import without_marks
from dgviz.datasets.hydrology_series import FORCINGS, in_order, vocabulary
from dgviz.datasets.labels import label
from dgviz.datasets.mending import marks_in, with_zeros, without_backflow
from dgviz.datasets.periods import default_periods, longest_span, parse_span
from dgviz.datasets.problems import find_problems
from dgviz.datasets.remarks import Remark, together, with_remarks
from dgviz.datasets.tables import Tables, of_sites, side_by_side
from dgviz.datasets.to_step import is_finer, rates_in, to_step, unsure, ways_of


@dataclass
class Basins:
    """What was read of a collection.

    `series`: days x variables of each site, in the project's names and units, NaN where there is no value. `static`:
    a row for each site with `lat`, `lon`, `name`, `region` and the attributes; `labels` are the attributes of its
    columns and of series that need more than the usual ones. `left` says why a site is left out, `said` what was
    assumed, `marked` on how many days of which sites a series had a mark for a missing value.
    """

    static: pd.DataFrame
    labels: dict[str, dict[str, str]]
    series: Tables = field(default_factory=Tables)
    left: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    said: list[Remark] = field(default_factory=list)
    marked: dict[str, dict[str, int]] = field(default_factory=dict)

    def read(self, sites: Sequence[str], read_site: Callable[[str], pd.DataFrame], each: Each) -> None:
        """Read the series of the sites; one that cannot be read is left out."""
        finer = Tables()
        for site in each(sites):
            try:
                # Marks first: they would be summed.
                table = self.without_marks(site, read_site(site))
                if is_finer(table.index, "day"):
                    finer[site] = table
                else:
                    self.add(site, table)
            except DataError as error:
                self.left[site] = str(error)
        # The files of a collection are written alike: what one shows to be a rate is one in all.
        rates = set[str]().union(*(rates_in(table, stated_units(table), vocabulary) for table in finer.values()))
        for site, table in finer.items():
            try:
                self.add(site, table, rates)
            except DataError as error:
                self.left[site] = str(error)

    def without_marks(self, site: str, table: pd.DataFrame) -> pd.DataFrame:
        """The table without marks for missing values, which are counted."""
        quantities = vocabulary.in_files
        marks = pd.DataFrame({name: marks_in(table[name].to_numpy(), quantities[name]) for name in table}, table.index)
        for name in marks.columns[marks.any()]:
            self.marked.setdefault(name, {})[site] = int(marks[name].sum())
        return table.mask(marks)

    def add(self, site: str, table: pd.DataFrame, rates: Collection[str] = ()) -> None:
        """Take the series of a site, gathered by day where they have more rows; coarser ones are refused."""
        given = stated_units(table)
        ways, source = ways_of(table, given, vocabulary, rates), table.attrs.get("file", f"the series of {site}")
        gathered, said = to_step(table, "day", ways, source, vocabulary.domain)
        self.said += said + (unsure(ways, given, vocabulary, source) if is_finer(table.index, "day") else [])
        self.series[site] = daily(gathered)


def stated_units(table: pd.DataFrame) -> dict[str, str | None]:
    """The units in which each series is here because its file states any, None where it states none."""
    return table.attrs.get("stated", dict.fromkeys(table))


def daily(table: pd.DataFrame) -> pd.DataFrame:
    """Every day from the first to the last with weather on it."""
    if table.index.has_duplicates:
        raise DataError(f"day {table.index[table.index.duplicated()][0]:%Y-%m-%d} appears twice")
    # Leading and trailing days without weather are cut; a gap between them stays and is reported.
    complete = table.index[table[weather(table)].notna().all(axis=1)]
    if complete.empty:
        raise DataError("there is no day with weather")
    return table.reindex(pd.date_range(complete.min(), complete.max()))


def weather(table: pd.DataFrame) -> list[str]:
    """The columns that are forcings."""
    return [name for name in table if name in FORCINGS]


def join(basins: Basins, source: Path, about: dict[str, str], span: str | None, periods: dict[str, str]) -> xr.Dataset:
    """The data set of all basins that can be used, over the days asked or else those that keep the most data.

    `span` is a period "YYYY-MM-DD/YYYY-MM-DD"; `periods` are the training and test period where the days have them.
    """
    if not basins.series:
        raise nothing_left(basins, source)
    start, end = parse_span(span) if span else span_of(basins.series)
    names = usual_columns(basins.series, basins.notes)
    found = {site: unusable(table, start, end, names) for site, table in basins.series.items()}
    basins.left |= {site: reason for site, reason in found.items() if reason}
    usable = Tables((site, table.loc[start:end, names]) for site, table in basins.series.items() if not found[site])
    if not usable:
        raise nothing_left(basins, source)
    dataset = in_order(without_marks(to_dataset(usable, basins), vocabulary))
    dataset = without_backflow(with_zeros(dataset, vocabulary), vocabulary)
    dataset = with_remarks(dataset, together(basins.said))
    for problem in find_problems(dataset, source, vocabulary, {}):
        more = f" (and {problem.n_times - 1} more days)" if problem.n_times > 1 else ""
        basins.left.setdefault(problem.site, problem.text.removeprefix(f"{source}: site {problem.site}: ") + more)
    dataset = of_sites(dataset, np.array([site not in basins.left for site in usable]))
    if not dataset.sizes["site"]:
        raise nothing_left(basins, source)
    left_out = "\n".join(f"{site}: {reason}" for site, reason in sorted(basins.left.items()))
    observed = dataset.indexes["time"][dataset.streamflow.notnull().any("site").values]
    periods = default_periods(dataset.indexes["time"], observed, periods, source)
    history = "; ".join([f"read from {source}", *basins.notes])
    dataset = with_remarks(dataset.assign_attrs(about | periods, history=history, left_out=left_out), noted(basins))
    return check(dataset, source, vocabulary)


def noted(basins: Basins) -> Iterator[Remark]:
    """What was noted while the basins were read, and which series had marks for missing values."""
    for note in basins.notes:
        yield Remark("not read" if note.startswith(("no ", "not read")) else "read as", "files", note)
    for name, days in basins.marked.items():
        n_days, n_basins = sum(days.values()), len(days)
        where = f"{n_days} day{'s' * (n_days > 1)} of {n_basins} basin{'s' * (n_basins > 1)} ({some(list(days))})"
        text = f"marks for missing values on {where}"
        yield Remark("taken as missing", name, text)


def span_of(series: Tables) -> tuple[pd.Timestamp, pd.Timestamp]:
    """The days that keep the most data, from a year before the first streamflow to the last."""
    start, end = longest_span({site: (table.index[0], table.index[-1]) for site, table in series.items()})
    flows = (table["streamflow"].loc[start:end].dropna().index for table in series.values())
    ends = [(days[0], days[-1]) for days in flows if len(days)]
    first, last = (min(days[0] for days in ends), max(days[1] for days in ends)) if ends else (start, end)
    # A year before the first observation, to warm up.
    return max(start, first - pd.DateOffset(years=1)), last


def usual_columns(series: Tables, notes: list[str]) -> list[str]:
    """The variables that most sites have; others are noted."""
    counts = pd.Series([name for table in series.values() for name in table]).value_counts(sort=False)
    # More than half of the basins.
    usual = counts > len(series) / 2
    if not usual.all():
        notes.append(f"not read, as most basins lack it: {', '.join(counts.index[~usual])}")
    return counts.index[usual].tolist()


def unusable(table: pd.DataFrame, start: pd.Timestamp, end: pd.Timestamp, names: list[str]) -> str:
    """Why a site cannot be used on these days for want of these variables, or nothing."""
    if lacking := [name for name in names if name not in table]:
        return f"no {some(lacking)}, which most basins have"
    first, last = table.index[0], table.index[-1]
    if first > start or last < end:
        return f"weather of {first:%Y-%m-%d}/{last:%Y-%m-%d} does not cover {start:%Y-%m-%d}/{end:%Y-%m-%d}"
    table = table.loc[start:end]
    gaps = table.index[table[weather(table)].isna().any(axis=1)]
    if len(gaps):
        return f"weather is missing on {len(gaps)} days, first on {gaps[0]:%Y-%m-%d}"
    return "" if table["streamflow"].notna().any() else f"no streamflow within {start:%Y-%m-%d}/{end:%Y-%m-%d}"


def to_dataset(series: Tables, basins: Basins) -> xr.Dataset:
    """Series (time, site) and columns (site) with their labels."""
    first, sites = next(iter(series.values())), list(series)
    static = basins.static.loc[sites]
    variables: dict[str, tuple] = {}
    for name, values in side_by_side(series, [name for name in vocabulary.series if name in first]).items():
        variables[name] = ("time", "site"), values, label(name, vocabulary) | basins.labels.get(name, {})
    for name in static:
        text = static[name].dtype.kind not in "iuf"
        variables[name] = "site", static[name].to_numpy(str if text else "float32"), basins.labels[name]
    dataset = xr.Dataset(variables, {"time": first.index.to_numpy("datetime64[ns]"), "site": np.array(sites)})
    lacking = [f"{name} ({int(dataset[name].isnull().sum())})" for name in static if dataset[name].isnull().any()]
    if lacking:
        basins.notes.append(f"attributes that some basins lack: {', '.join(lacking)}")
    return dataset.set_coords(["lat", "lon", "name"])


def nothing_left(basins: Basins, source: Path) -> DataError:
    """The error when no basin can be used: the first reasons."""
    reasons = some([f"{site}: {reason.rstrip('.')}" for site, reason in sorted(basins.left.items())])
    return DataError(f"{source}: no basin can be used; {reasons or 'there are none'}.")


def find(folder: Path, name: str) -> Path | None:
    """The file or folder of that name in a folder or at most two levels below it, the uppermost one."""
    # The uppermost first: an archive may be unpacked one folder deeper.
    for depth in ("", "*/", "*/*/"):
        if found := sorted(folder.glob(depth + name)):
            return found[0]
    return None
