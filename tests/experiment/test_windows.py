"""Every window of a record is simulated as the run's whole simulation was."""

import numpy as np
import pytest

from dgviz.datasets import open_dataset
from dgviz.datasets.data_folder import find_file
from dgviz.datasets.errors import DataError
from dgviz.experiment.config import RunConfig
from dgviz.experiment.job import carry_out
from dgviz.experiment.predict import predict
from dgviz.experiment.runs import Run

TWIN = "twin:hydrology,years=12,sites=4"
KINDS = {
    "static": {},
    "dynamic, two seeds": {"dynamic": ("beta",), "hidden": 4, "seeds": 2},
    "corrected": {"predictor": "corrected", "hidden": 4},
    "network": {"predictor": "network", "hidden": 4},
    "folds": {"holdout": "folds", "folds": 2},
    "short warm-up": {"warmup": 30},
}


def trained(folder, **options) -> Run:
    run = Run.create(RunConfig(epochs=1, **options), folder)
    carry_out(run)
    return run


def largest_difference(run: Run, site: str, first: int, last: int) -> float:
    """Between a window simulated anew and the same days of the results, relative to their largest value."""
    target = run.config.target
    whole = run.results()[target].sel(site=site)[first:last]
    start, stop = (str(t)[:10] for t in whole.time.values[[0, -1]])
    window = run.simulate(run.dataset(), site, start, stop)[target]
    return float(np.abs(window.values - whole.values).max() / np.abs(whole.values).max())


@pytest.mark.parametrize("kind", KINDS)
def test_a_window_of_a_long_record_equals_the_whole_simulation(kind, tmp_path):
    run = trained(tmp_path, data=TWIN, **KINDS[kind])
    n_days = run.results().sizes["time"]
    for first, last in ((0, n_days), (n_days // 3, n_days // 3 + 200), (n_days // 2, n_days - 1), (n_days - 9, n_days)):
        assert largest_difference(run, "twin001", first, last) < 1e-5


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "network"])  # that has no parameters
@pytest.mark.parametrize("change", [{"parameters": {"k2": 0.001, "fc": 900.0}}, {"shifts": {"k2": -0.05}}], ids=str)
def test_a_window_with_changed_parameters_equals_their_whole_simulation(kind, change, tmp_path):
    run = trained(tmp_path, data=TWIN, **KINDS[kind])
    data, days = run.dataset(), run.results().indexes["time"]
    first, last, n_window = f"{days[0]:%Y-%m-%d}", f"{days[-1]:%Y-%m-%d}", 100
    window = run.simulate(data, "twin001", f"{days[-n_window]:%Y-%m-%d}", last, **change)
    whole = run.simulate(data, "twin001", first, last, **change).isel(time=slice(-n_window, None))
    for name in window:
        np.testing.assert_allclose(window[name], whole[name], rtol=1e-4, atol=1e-4 * float(abs(whole[name]).max()))


def test_a_window_of_other_forcings_equals_their_whole_simulation(tmp_path):
    run = trained(tmp_path, data=TWIN)
    data = run.dataset()
    data = data.assign(tmean=data.tmean + 1.0)
    whole = run.simulate(data, "twin001", str(data.time.values[0])[:10], "2009-12-31").streamflow
    window = run.simulate(data, "twin001", "2009-12-01", "2009-12-31").streamflow
    np.testing.assert_allclose(window, whole[-len(window) :], rtol=1e-4)
    predicted = predict(run, data, ["twin001"], "2009-12-01/2009-12-31").streamflow.isel(site=0)
    np.testing.assert_allclose(predicted, window, rtol=1e-4)


def test_other_forcings_are_not_simulated_from_the_states_of_the_run(tmp_path):
    run = trained(tmp_path, data=TWIN)
    days = ("twin001", "2009-01-01", "2009-12-31")
    warmer = run.dataset()
    warmer = warmer.assign({name: warmer[name] + 3.0 for name in ("tmin", "tmax", "tmean") if name in warmer})
    as_it_was = run.at(run.dataset(), *days).tensors.initial
    assert not np.allclose(run.at(warmer, *days).tensors.initial["soil_moisture"], as_it_was["soil_moisture"])


def test_a_window_of_camels_equals_the_whole_simulation(tmp_path):
    try:
        find_file("camels_us", "camels_us.nc", None)
    except DataError as error:
        pytest.skip(str(error))
    basins = tuple(open_dataset("camels_us").site.values[::100].tolist())
    run = trained(tmp_path, data="camels_us", pet="Hargreaves", sites=basins)
    n_days = run.results().sizes["time"]
    for site in basins:
        for first in range(0, n_days - 731, 1500):
            assert largest_difference(run, site, first, first + 731) < 1e-5
