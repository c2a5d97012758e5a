"""The right answers to the lessons that come with dgviz, found without their expressions."""

import numpy as np
import pandas as pd
from scipy.stats import spearmanr

from dgviz import list_runs, open_dataset
from dgviz.experiment.runs import Run
from dgviz.lessons import read_lessons
from dgviz.paths import data_folder
from dgviz.processes.balance import balance
from dgviz.sensitivity.elasticities import elasticities
from dgviz.sensitivity.identifiability import identifiability

BUSH_KILL, YEAR = "01439500", ("1979-10-01", "1980-09-30")


def run_of(name: str) -> Run:
    return {run.id: run for run in list_runs(data_folder() / "runs")}[name]


def site_model(name: str = "delaware-hbv", site: str = BUSH_KILL):
    return run_of(name).at(open_dataset("delaware"), site, "1979-01-01", "1980-12-31")


def bucket() -> float:
    """What the balance says of the stores, not of what went in and out."""
    simulated = site_model().simulate().sel(time=slice("1979-09-30", "1980-09-30"))
    terms = balance(run_of("delaware-hbv").config.build(), simulated, "mm")
    return -float(terms[terms.kind == "change"].sum())


def waiting() -> str:
    flows = site_model().simulate()[["quickflow", "interflow", "baseflow"]].sel(time="1980-08").sum().to_pandas()
    return flows.idxmax().capitalize()


def snow() -> float:
    observed = open_dataset("delaware").streamflow.sel(site=BUSH_KILL, time=slice(*YEAR)).values
    worse = []
    for name in ("delaware-hbv", "delaware-without-snow"):
        simulated = run_of(name).results().streamflow.sel(site=BUSH_KILL, time=slice(*YEAR)).values
        worse.append(np.nansum((simulated - observed) ** 2) / np.nansum((observed - np.nanmean(observed)) ** 2))
    return worse[1] - worse[0]


def score() -> float:
    nse = run_of("delaware-hbv").results().nse.sel(period="test").values
    return 100 * np.mean(nse > 0.5)


def parameter() -> str:
    model = site_model()
    means = {name: float(values.mean()) for name, values in model.learned.items()}
    wanted = {"fc": 100.0, "uzl": 10.0, "perc": 9.0}
    floods = {}
    for name, value in wanted.items():
        simulated = model.simulate({name: model.shift_for(name, value - means[name])}).streamflow
        floods[name] = float(simulated.sel(time="1980-03-22"))
    first = max(floods, key=floods.get)
    return next(words for words in choices("parameter") if words.endswith(f", {first}"))


def matters() -> float:
    found = elasticities(site_model(), [])
    return float(found.rerun.sel(cause="prcp"))  # by running it again with more


def dilution() -> str:
    data = open_dataset("thames").sel(site="thames09", time=slice("2010-10-01", "2012-09-30"))
    table = data[["chloride", "discharge"]].to_dataframe()[["chloride", "discharge"]].dropna()
    wet = table.discharge > table.discharge.median()
    falls = table.chloride[wet].mean() < table.chloride[~wet].mean()
    return "It falls: the rain dilutes it" if falls else "It rises: the rain washes it out"


def learned() -> str:
    results, data = run_of("delaware-hbv").read_results(), open_dataset("delaware")
    height = data.elevation.sel(site=results.site).values
    close = {name: abs(spearmanr(results[name].mean("member"), height)[0]) for name in ("fc", "lp", "k1")}
    first = max(close, key=close.get)
    return next(words for words in choices("learned") if words.endswith(f", {first}"))


def twin() -> str:
    run = run_of("twin-shaded-streams")
    results, data = run.read_results(), open_dataset(run.config.data)
    names = ("shade_rip", "width_a", "lag_deep")
    found = {name: spearmanr(results[name].mean("member"), data[f"true_{name}"])[0] for name in names}
    first = min(found, key=lambda name: abs(found[name]))
    return next(words for words in choices("twin") if words.endswith(f", {first}"))


def tell() -> str:
    errors = identifiability(site_model()).standard_error.to_pandas()
    first = pd.Series(errors[["cfmax", "fc", "beta"]]).idxmax()
    return next(words for words in choices("tell") if words.endswith(f", {first}"))


def choices(name: str) -> list[str]:
    """The words to choose from."""
    return [*read_lessons()[name].question.choices]


EXPECTED = {
    each.__name__: each for each in (bucket, waiting, snow, score, parameter, matters, dilution, learned, twin, tell)
}
