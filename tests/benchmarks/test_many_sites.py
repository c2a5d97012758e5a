"""Thousands of sites: how fast a map is drawn. `pytest -m benchmark -n 0 -s tests/benchmarks/test_many_sites.py`."""

import statistics

import numpy as np
import pytest
from bokeh.embed import file_html
from bokeh.resources import INLINE

from dgviz.experiment.sources import open_dataset
from dgviz.ui.figures.site_map import SiteMap
from tests.benchmarks.browser_costs import seconds_until_complete
from tests.browser.conftest import *  # noqa: F403  the same server and the same browser
from tests.browser.conftest import served
from tests.browser.dashboard import FIGURE, OF_MAP, Dashboard

pytestmark = pytest.mark.benchmark
FRAMES = 30

# Milliseconds until the map is drawn anew after it was changed so many times: moved by a hundredth of its width, given
# other colours, or the ring of the picked site put elsewhere.
DRAWN = f"""async (what) => {{ {FIGURE}
  const {{view, source}} = shown("{OF_MAP}"), {{model}} = view
  const ring = model.renderers.map(each => each.data_source).find(each => each?.data.x?.length <= 1)
  const change = {{
    moved: () => {{
      const step = (model.x_range.end - model.x_range.start) / 100
      model.x_range.setv({{start: model.x_range.start + step, end: model.x_range.end + step}})
    }},
    recoloured: () => {{ source.data = {{...source.data, value: Float64Array.from(source.data.x, Math.random)}} }},
    picked: (i) => {{ ring.data = {{...ring.data, x: [source.data.x[i]], y: [source.data.y[i]]}} }},
  }}[what]
  const frame = () => new Promise(requestAnimationFrame)
  const times = []
  for (let i = 0; i < {FRAMES}; i++) {{
    const begun = performance.now()
    change(i)
    do await frame(); while (!view.has_finished())
    await frame()
    times.push(performance.now() - begun)
  }}
  return times
}}"""


def world(n_sites):
    """A twin of so many sites, without the truth."""
    twin = open_dataset(f"twin:hydrology,sites={n_sites},years=3")
    return twin.drop_vars([name for name in twin.variables if str(name).startswith("true_")])


@pytest.mark.parametrize("n_sites", [94, 1000, 6000])
def test_a_map_is_drawn_anew_smoothly(n_sites, page):
    site_map = SiteMap(world(n_sites), False, "streamflow", np.zeros(n_sites, bool))
    site_map.mark(0)
    site_map.figure.sizing_mode = "stretch_both"
    page.set_viewport_size({"width": 1440, "height": 900})
    page.set_content(file_html(site_map.figure, INLINE))
    page.wait_for_function(f"() => {{ {FIGURE} return shown('{OF_MAP}')?.view.has_finished() }}")
    print(f"\n{n_sites} sites, 1440 px, {site_map.figure.output_backend}: drawn anew when it is")
    for change in ("moved", "recoloured", "picked"):
        times = page.evaluate(DRAWN, change)
        print(f"  {change} in {statistics.median(times):.0f} ms, at most {max(times):.0f} ms")
        assert statistics.median(times) < 200


def test_a_click_on_one_of_thousands_brings_its_series(page, runs_folder, tmp_path):
    n_sites, file = 6000, tmp_path / "world.nc"
    world(n_sites).to_netcdf(file, engine="h5netcdf")
    open_dataset(file)  # kept from now on, so that the server opens it at once
    page.set_viewport_size({"width": 1440, "height": 900})
    with served(runs_folder, f"--data={file}") as address:
        dashboard = Dashboard(page, address)
        dashboard.open()
        seconds = seconds_until_complete(dashboard)
        assert len(dashboard.sites) == n_sites
        times = [dashboard.time_of_click(index) for index in range(0, n_sites, n_sites // 10)]
    print(f"\n{n_sites} sites: the first page after {seconds:.1f} s, a click {statistics.median(times):.0f} ms")
    assert statistics.median(times) < 300
