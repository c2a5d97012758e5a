from dataclasses import replace

import numpy as np
import xarray as xr

from dgviz.ui import theme
from dgviz.ui.figures.colouring import Colouring
from dgviz.ui.figures.series import target_columns
from dgviz.ui.instrument.site_map import SiteMap
from dgviz.ui.instrument.target_charts import TargetCharts
from dgviz.ui.lenses.scores.distribution import ScoreDistribution
from dgviz.ui.words.summaries import of_distribution, of_map, of_selection, of_series


def test_a_map_is_told_by_its_ends_its_median_and_the_picked_site(dataset):
    values = dataset.area.where(dataset.site != "a1")
    values.attrs["units"] = "km2"
    shown = Colouring("Drainage area", values, theme.SEQUENTIAL, 0.0, 1e3, "")
    said = of_map(shown, "c3")
    assert said == (
        "Map of 5 sites: Drainage area, from 40.0 km\u00b2 at Dogwood Brook to 3\u202f000 km\u00b2 at Cedar Run, "
        "median 128 km\u00b2. Picked: Cedar Run, 3\u202f000 km\u00b2."
    )
    assert "There is no value" in of_map(replace(shown, values=values * np.nan), "c3")


def test_a_map_of_classes_is_told_by_their_counts(dataset):
    values = dataset.area.copy(data=[0.0, 1.0, 1.0, np.nan, 1.0])
    shown = Colouring("Largest part", values, ("#000000", "#ffffff"), -0.5, 1.5, "", classes=("rain", "melt"))
    said = of_map(shown, "b2")
    assert said == "Map of 5 sites: Largest part: rain at 1, melt at 3. Picked: Birch River, melt."
    assert "Picked" not in of_map(shown, str(dataset.site.values[3]))


def test_a_series_is_told_by_means_and_peaks_in_the_window(state, dataset):
    window = ("2000-01-01", "2000-03-31")
    said = of_series(
        "Birch River", target_columns("streamflow", dataset, "b2", state.results("default")), window, state.look
    )
    flow = dataset.streamflow.sel(site="b2", time=slice(*window))
    peak = flow.idxmax("time").dt.strftime("%-d %b %Y").item()
    assert said.startswith("Streamflow of Birch River, 1 Jan 2000 \u2013 31 Mar 2000. Observed: mean ")
    assert f"on {peak}. Run A: mean " in said and "Run B" not in said


def test_a_distribution_is_told_by_its_quartiles():
    said = of_distribution(xr.DataArray([0.0, 0.25, 0.5, 0.75, 1.0, np.nan], dims="site"), "NSE")
    assert said == "NSE: a quarter of the sites are below 0.25, half below 0.50, a quarter above 0.75."


def test_the_figures_of_the_first_page_have_a_summary_that_follows(state):
    views = [view(state=state) for view in (SiteMap, TargetCharts, ScoreDistribution)]
    assert all(view.summary for view in views)
    site_map, flow, _ = views
    state.pick("c3")
    assert "Picked: Cedar Run" in site_map.summary and "Cedar Run" in flow.summary
    below = flow.__panel__()[-1]
    assert below.visible and "class='heard'" in below.object and "&lt;" not in below.object
    state.pick("a1")
    assert "&lt;Alder&gt; Creek" in below.object


def test_what_is_selected_is_counted_with_how_well_the_run_does_there(state):
    nse = state.results("default").nse.sel(period="test")
    assert of_selection(state) == f"<b>5</b> basins, median NSE <b>{float(nse.median()):.2f}</b> (test)"
    state.select(["a1", "b2"])
    median = float(nse.sel(site=["a1", "b2"]).median())
    assert of_selection(state) == f"<b>2</b> of 5 basins selected, median NSE <b>{median:.2f}</b> (test)"
    state.show("")
    assert of_selection(state) == "<b>2</b> of 5 basins selected"
