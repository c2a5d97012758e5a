"""Thousands of sites: how their map moves. `pytest -m benchmark -n 0 -s tests/benchmarks/test_many_sites.py`."""

import statistics

import pytest

from dgviz.experiment.sources import open_dataset
from tests.benchmarks.browser_costs import seconds_until_complete
from tests.browser.conftest import *  # noqa: F403  the same server and the same browser
from tests.browser.conftest import served
from tests.browser.dashboard import FIGURE, OF_MAP, Dashboard

pytestmark = pytest.mark.benchmark
FRAMES = 30

# Milliseconds from one drawn picture to the next while the map moves by a hundredth of its width each time.
MOVES = f"""async () => {{ {FIGURE}
  const {{view}} = shown("{OF_MAP}"), {{model}} = view
  const frame = () => new Promise(requestAnimationFrame)
  const times = []
  for (let i = 0; i < {FRAMES}; i++) {{
    const begun = performance.now(), step = (model.x_range.end - model.x_range.start) / 100
    model.x_range.setv({{start: model.x_range.start + step, end: model.x_range.end + step}})
    do await frame(); while (!view.has_finished())
    await frame()
    times.push(performance.now() - begun)
  }}
  return times
}}"""


@pytest.mark.parametrize("n_sites", [94, 1000, 6000])
def test_a_map_moves_smoothly(n_sites, page, runs_folder, tmp_path):
    twin, file = open_dataset(f"twin:hydrology,sites={n_sites},years=3"), tmp_path / "world.nc"
    twin.drop_vars([name for name in twin.variables if str(name).startswith("true_")]).to_netcdf(
        file, engine="h5netcdf"
    )
    open_dataset(file)  # kept from now on, so that the server opens it at once
    with served(runs_folder, f"--data={file}") as address:
        dashboard = Dashboard(page, address)
        dashboard.open()
        seconds = seconds_until_complete(dashboard)
        assert len(dashboard.sites) == n_sites
        times = page.evaluate(MOVES)
    said = f"the first page after {seconds:.1f} s, the map drawn anew in {statistics.median(times):.0f} ms"
    print(f"\n{n_sites} sites: {said}, at most {max(times):.0f} ms")
    assert statistics.median(times) < 200
