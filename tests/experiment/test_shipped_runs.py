"""The trained runs that travel with dgviz: what they simulate today is what their results say."""

import pytest

from dgviz import Run
from dgviz.experiment.sources import open_dataset
from dgviz.paths import data_folder

SHIPPED = sorted(folder for folder in (data_folder() / "runs").iterdir() if folder.is_dir())
ROUNDING = 1e-4  # of the largest value: results are float32, and an implicit balance rounds more


@pytest.mark.parametrize("folder", SHIPPED, ids=lambda folder: folder.name)
def test_a_shipped_run_simulates_what_its_results_hold(folder):
    run = Run(folder)
    results, target = run.results(), run.config.target
    site, (first, last) = str(results.site.values[0]), results.indexes["time"][[0, -1]]
    site_model = run.at(open_dataset(run.config.data), site, f"{first:%Y-%m-%d}", f"{last:%Y-%m-%d}")
    simulated, stored = site_model.simulate()[target], results[target].sel(site=site)
    largest = float(abs(stored).max())
    assert float(abs(simulated.sel(time=stored.time) - stored).max()) <= ROUNDING * largest
