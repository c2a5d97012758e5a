"""What is taken away is what is shown."""

import io
import json
import zipfile

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from dgviz.experiment.config import RunConfig
from dgviz.experiment.runs import Run, list_runs
from dgviz.ui.colour_choice import ColourChoice
from dgviz.ui.instrument.lenses import LENSES
from dgviz.ui.instrument.site_map import SiteMap
from dgviz.ui.instrument.target_charts import TargetCharts
from dgviz.ui.lenses.budget.buckets import Buckets
from dgviz.ui.lenses.budget.stores import Stores
from dgviz.ui.lenses.computing import labelled
from dgviz.ui.lenses.sensitivity.matters import Matters
from dgviz.ui.notebook import picture
from dgviz.ui.session.address import to_query
from dgviz.ui.session.export import below_figure, picture_lines, shown_series, to_csv, to_netcdf, to_python
from dgviz.ui.session.live_what_if import LiveWhatIf
from dgviz.ui.session.state import AppState
from dgviz.ui.session.store import DataStore
from dgviz.ui.widgets.pictures import Pictures, button


def columns_of(csv):
    return pd.read_csv(io.StringIO(csv), comment="#", index_col="time", parse_dates=True, dtype="float32")


def test_the_csv_holds_the_values_of_the_source_in_the_window(state, dataset):
    state.pick("b2")
    state.compare_with("no-snow")
    state.window = ("1999-11-05", "1999-12-24")
    table = columns_of(to_csv(state))
    days = slice(*state.window)
    assert list(table) == ["observed", "run_a", "run_b", "prcp", "tmean"]
    assert str(table.index[0].date()) == "1999-11-05" and str(table.index[-1].date()) == "1999-12-24"
    here = dataset.sel(site="b2", time=days)
    np.testing.assert_array_equal(table.observed, here.streamflow)  # with its missing days
    np.testing.assert_array_equal(table.prcp, here.prcp)
    np.testing.assert_array_equal(table.tmean, here.tmean)
    for column, run in (("run_a", "default"), ("run_b", "no-snow")):
        flow = state.results(run).streamflow.sel(site="b2", time=days).astype("float32")
        np.testing.assert_array_equal(table[column], flow)


def test_the_csv_has_a_what_if_that_is_drawn_and_says_that_it_is_one(state):
    LiveWhatIf(state)
    drawn = TargetCharts(state=state).chart.source
    state.suppose({"fc": 400.0})
    state.window = ("2000-03-01", "2000-03-31")
    table, days = columns_of(to_csv(state)), state.dataset.indexes["time"].slice_indexer(*state.window)
    np.testing.assert_allclose(table.what_if, drawn.data["what_if"][days], rtol=1e-6)
    assert "# what_if: Streamflow simulated by the run default with parameters changed by hand: fc " in to_csv(state)
    state.suppose({})
    assert "what_if" not in to_csv(state)


def test_the_csv_says_what_it_holds(state):
    header = [line[2:] for line in to_csv(state).splitlines() if line.startswith("#")]
    assert header[0].startswith("<Alder> Creek (a1), 1999-10-01 to")
    assert "observed: Observed streamflow, mm d-1" in header and "tmean: Mean air temperature, degC" in header
    assert "run_a: Streamflow simulated by the run default, mm d-1" in header
    (config,) = [line.partition(": ")[2] for line in header if line.startswith("configuration of default")]
    assert RunConfig(**json.loads(config)) == state.store.run("default").config


def test_the_csv_without_a_run_has_what_was_observed(empty_store):
    assert list(columns_of(to_csv(AppState(empty_store)))) == ["observed", "prcp", "tmean"]


def test_the_netcdf_holds_the_results_and_how_they_came_about(state, tmp_path):
    path = tmp_path / "results.nc"
    path.write_bytes(to_netcdf(state.store.run("default")))
    with xr.open_dataset(path, engine="h5netcdf") as written:
        xr.testing.assert_allclose(written.load(), state.results("default"))
        assert RunConfig(**json.loads(written.configuration)) == state.config
        assert written.run == "default" and written.streamflow.units == "mm d-1"


@pytest.fixture(scope="module")
def packaged(tmp_path_factory):
    """The state of a session on the data and the runs that travel with dgviz."""
    return AppState(DataStore(tmp_path_factory.mktemp("runs")))


def test_the_lines_of_python_run_and_give_what_is_shown(packaged):
    runs = list_runs(packaged.store.runs_folder)
    first, second = [run.id for run in runs if run.config.data == "delaware"][:2]
    packaged.show(first)
    packaged.compare_with(second)
    packaged.window = ("1980-03-01", "1980-04-15")
    made = {}
    exec(to_python(packaged), made)
    shown = shown_series(packaged)
    drawn = [curve.dimension_values(1) for curve in made["plot"]]
    for values, name in zip(drawn, ("observed", "run_a", "run_b"), strict=True):
        np.testing.assert_allclose(values, shown[name], rtol=1e-6)
    assert {"soil_moisture", "baseflow"} <= set(made["stores_and_fluxes"])
    np.testing.assert_allclose(made["stores_and_fluxes"].streamflow, shown.run_a, rtol=1e-3)


def test_the_lines_of_python_simulate_a_what_if_again(packaged):
    LiveWhatIf(packaged)
    packaged.window = ("1980-03-01", "1980-04-15")
    packaged.suppose({"k1": 0.05, "fc": 400.0})
    made = {}
    exec(to_python(packaged), made)
    shown = shown_series(packaged)
    assert float(abs(shown.what_if - shown.run_a).max()) > 0.1
    np.testing.assert_allclose(made["what_if"].streamflow, shown.what_if, rtol=1e-4)
    np.testing.assert_allclose(list(made["plot"])[-1].dimension_values(1), shown.what_if, rtol=1e-4)


def test_the_results_of_a_packaged_run_can_be_written(packaged):
    assert to_netcdf(list_runs(packaged.store.runs_folder)[0])[:4] == b"\x89HDF"
    assert isinstance(list_runs(packaged.store.runs_folder)[0], Run)


def test_series_run_and_lines_are_handed_over(state):
    taken = Pictures(state)
    taken.take("csv")
    assert taken.name_of_file == "a1_1999-10-01_2002-09-29.csv" and taken.content.startswith(b"#")
    taken.take("netcdf")
    assert taken.name_of_file == "default.nc" and taken.content[:4] == b"\x89HDF"
    taken.take("data")
    assert taken.lines == to_python(state) and taken.kind == "lines" and taken.count == 3
    taken._handle_msg({"take": "figure", "view": "Stores", "shows": "site window a"})
    assert "picture('Stores', '?page=" in taken.lines
    taken._handle_msg({"take": "png", "view": "Stores", "shows": "site window a"})
    assert taken.kind == "png" and taken.about.startswith("<Alder> Creek (a1); 1 Oct 1999")
    assert taken.name_of_file == "<Alder> Creek; HBV, 3 Feb 04:05" and taken.count == 5


def test_a_whole_run_is_handed_over_as_often_as_it_is_asked_for(packaged):
    taken = Pictures(packaged)
    for count in (1, 2):
        taken._handle_msg({"take": "zip", "view": "TargetCharts", "shows": "series"})
        assert (taken.kind, taken.name_of_file, taken.count) == ("file", f"{packaged.run}.zip", count)
        assert f"{packaged.run}/config.json" in zipfile.ZipFile(io.BytesIO(taken.content)).namelist()
        assert packaged.home == ""


def test_a_run_that_cannot_be_taken_home_is_said(state, store, tmp_path):
    taken = Pictures(state)
    store.run("default").record.clear()
    state.home = "default"
    assert "has no results to take home" in state.problem and taken.count == 0


def test_what_goes_wrong_in_the_browser_is_said(state):
    Pictures(state)._handle_msg({"take": "failed", "view": "EncodingError: no image", "shows": ""})
    assert "could not be made: EncodingError: no image" in state.problem


def test_lines_for_a_visitor_hold_no_folder_of_the_server(store):
    for visitor, there in (("", True), ("somebody", False)):
        state = AppState(store, visitor)
        for lines in (to_python(state), picture_lines(state, "Stores", to_query(state))):
            assert (str(store.runs_folder) in lines) == there
            compile(lines, "lines", "exec")


def test_it_is_said_when_there_is_no_run(empty_store):
    state = AppState(empty_store)
    taken = Pictures(state)
    for what in ("netcdf", "zip"):
        state.problem = ""
        taken.take(what)
        assert "Pick a run" in state.problem and taken.count == 0


def test_only_a_card_with_a_figure_has_the_button():
    assert button("Balance", "") == ""
    assert "data-view='Stores'" in button("Stores", "site a") and "CSV" not in button("Stores", "site a")
    assert "CSV" in button("TargetCharts", TargetCharts.to_take)


def test_the_lines_of_a_figure_make_that_figure(packaged):
    lines = picture_lines(packaged, "Buckets", to_query(packaged))
    made: dict = {}
    exec(lines, made)
    shown = Buckets(state=packaged)
    assert made["shown"].heading == shown.heading and made["shown"].picture.object == shown.picture.object


NOTHING_HERE = ("CurveResponses", "Rewind", "GlobalBesideLocal", "Peaks")  # of other sciences, or wait for their button
COMPUTED = [(page, v) for page, lens in LENSES.items() for v in lens.views if v.has_data and v.to_take]


@pytest.mark.parametrize("page, view", COMPUTED, ids=lambda each: getattr(each, "__name__", each))
def test_what_a_figure_draws_can_be_taken_as_netcdf(packaged, page, view, tmp_path):
    packaged.page = page
    shown = view(state=packaged)
    taken = Pictures(packaged)
    taken._handle_msg({"take": "drawn", "view": view.__name__, "shows": view.to_take})
    drawn = [(what, found) for what, several in shown.data.items() for found in several]
    assert bool(drawn) == (view.__name__ not in NOTHING_HERE)
    if not drawn:
        assert packaged.problem.startswith("Nothing has been computed for this figure yet") and taken.count == 0
        return
    path = tmp_path / taken.name_of_file
    path.write_bytes(taken.content)
    tree = xr.open_datatree(path, engine="h5netcdf")
    assert tree.attrs["run"] == packaged.run and tree.attrs["site"] == packaged.site
    groups = [node.to_dataset() for node in tree.leaves]
    assert len(groups) == len(drawn)
    for read, (_, found) in zip(groups, drawn, strict=True):
        xr.testing.assert_allclose(read.drop_attrs(), found.drop_attrs())


def test_the_lines_of_a_figure_give_its_data_too(packaged):
    made: dict = {}
    exec(picture_lines(packaged, "Matters", to_query(packaged)), made)
    (found,) = made["shown"].data["what matters"]
    assert found.effect.attrs["units"] and "fc" in found.cause.values


def test_labelled_arrays_are_found_among_what_was_computed():
    one, other = xr.DataArray([1.0], name="one", dims="x"), xr.Dataset({"other": ("x", [2.0])})
    assert [list(found) for found in labelled((one, [other, "words", 3.0]))] == [["one"], ["other"]]


def test_a_view_that_there_is_not_is_named():
    with pytest.raises(ValueError, match="no view 'Bucket'.*Did you mean 'Buckets'"):
        picture("Bucket", "?page=Budget")


def test_what_was_chosen_in_a_card_is_in_its_lines(packaged):
    view = Matters(state=packaged)
    view.aim.value = "low"
    made: dict = {}
    exec(picture_lines(packaged, "Matters", to_query(packaged)).replace("picture(", "made = picture("), made)
    assert "For low values of streamflow" in view.heading and made["made"].heading == view.heading
    assert made["made"].ranking.source.data["value"] == view.ranking.source.data["value"]
    with pytest.raises(ValueError, match="ScoreDistribution.models='yes'. Give one of"):
        picture("ScoreDistribution", "?ScoreDistribution.models=yes")


def test_below_a_figure_stands_what_it_is_of_and_no_more(state):
    state.compare_with("no-snow")
    target, site, window, a, b, program = below_figure(state, "target site window a b")
    assert target.startswith("Streamflow, mm d") and site == "<Alder> Creek (a1)" and "1 Oct 1999" in window
    assert a.startswith("Run A: ") and b.startswith("run B: ") and program.startswith("dgviz ")
    assert below_figure(state, "periods")[0].startswith("training 1 Oct 1999 \u2013 30 Sep 2000, test 1 Oct 2000")
    assert below_figure(state, "data map")[:2] == [
        "5 basins of Made-up basins",
        "colours: Nash-Sutcliffe efficiency, test period, 0.00 to 1.00",
    ]


def test_below_a_figure_of_a_what_if_stands_what_was_changed(state):
    LiveWhatIf(state)
    state.suppose({"fc": 400.0})
    assert "what if: fc " in "; ".join(below_figure(state, Stores.to_take))


def test_the_map_names_the_runs_that_its_colours_are_of(state):
    state.compare_with("no-snow")
    view = SiteMap(state=state)
    for kind, name, shows in (("score", "nse", "data a"), ("difference", "nse", "data a b")):
        state.colour = ColourChoice(kind, name, "test")
        assert f"data-shows='{shows}'" in view.take_button
    state.colour = ColourChoice("attribute", "elevation")
    assert "data-shows='data'" in view.take_button


def test_a_card_without_a_figure_has_no_button(empty_store):
    state = AppState(empty_store)
    assert Stores(state=state).take_button == "" and "data-take" in TargetCharts(state=state).take_button
