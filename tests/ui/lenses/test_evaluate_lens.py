"""The page Evaluate: distributions of scores, what was never trained on, signatures, and the best to the worst."""

from dataclasses import replace

import numpy as np
import pytest
import xarray as xr

from dgviz.domains import discover
from dgviz.domains.evaluation import Evaluation, Scatter
from dgviz.domains.hydrology.evaluation import signatures
from dgviz.experiment.config import RunConfig
from dgviz.processes.declare import Flux
from dgviz.scores.statistics import best_median_worst
from dgviz.ui.colour_choice import ColourChoice
from dgviz.ui.figures import distribution
from dgviz.ui.figures.colours import Showable
from dgviz.ui.figures.distribution import Line, cdf_columns, legend_table
from dgviz.ui.instrument.site_map import SiteMap
from dgviz.ui.lenses.compare.run_table import RunTable
from dgviz.ui.lenses.evaluate.attribute_scatter import AttributeScatter
from dgviz.ui.lenses.evaluate.evaluation import EvaluationCard, SecondEvaluationCard, agreement_table
from dgviz.ui.lenses.evaluate.figures import Figures
from dgviz.ui.lenses.evaluate.learned_curves import LearnedCurves
from dgviz.ui.lenses.evaluate.ranked import RankedTimeSeries
from dgviz.ui.lenses.scores.distribution import LargeScoreDistribution, ScoreDistribution
from dgviz.ui.words.text import number
from tests.ui.conftest import make_results


def drawn(view):
    """The x values of the lines of a distribution, the last one drawn first."""
    steps = [r for r in view.chart.figure.renderers if type(r.glyph).__name__ == "Step"]
    return [np.sort(r.data_source.data["value"]) for r in reversed(steps)]


@pytest.fixture
def published():
    """Scores of others' models at four of the five sites."""
    nse = xr.DataArray(
        np.array([[0.1, 0.2, 0.3, 0.4], [0.5, 0.6, 0.7, 0.8]]),
        {
            "model": ["SAC-SMA", "LSTM"],
            "site": ["a1", "b2", "c3", "d4"],
            "source": ("model", ["Newman et al. (2017), doi:1", "Kratzert et al. (2019), doi:2"]),
            "description": ("model", ["Conceptual", "Network"]),
        },
        ("model", "site"),
        attrs={"units": "1", "period": "2000-10-01/2001-09-30", "long_name": "Nash-Sutcliffe efficiency"},
    )
    return xr.Dataset({"nse": nse})


@pytest.fixture
def compared(state, store, published):
    """A, B, a further run and published models."""
    store._published["made-up"] = published
    config = RunConfig(domain="hydrology", data="made-up").edited(epochs=7)
    store.add("third", config, store.results("default").isel(site=slice(1, 5)))
    state.compare_with("no-snow")
    state.draw_also("third")
    return state


def test_all_lines_are_drawn_on_the_sites_that_all_have(compared):
    view = LargeScoreDistribution(state=compared)
    lines = drawn(view)
    assert len(lines) == 5 and all(len(values) == 3 for values in lines)  # b2, c3, d4
    shared = ["b2", "c3", "d4"]
    for values, run in zip(lines, ("default", "no-snow", "third"), strict=False):
        expected = compared.results(run).nse.sel(period="test", site=shared)
        np.testing.assert_allclose(values, np.sort(expected))
    np.testing.assert_allclose(sorted(lines[3]) + sorted(lines[4]), [0.2, 0.3, 0.4, 0.6, 0.7, 0.8])
    assert "Over the 3 of 5 basins that all curves share" in view.caption and "other days" in view.caption


def test_the_legend_has_the_median_of_each_line_on_those_sites(compared):
    table = LargeScoreDistribution(state=compared)._place[0][1].object
    for label, median in (("SAC-SMA (Newman et al. 2017)", "0.30"), ("LSTM (Kratzert et al. 2019)", "0.70")):
        assert f">{label}</td><td>{median}</td>" in table
    assert "A: HBV, 3 Feb 04:05" in table and "B: HBV without snow" in table


def test_published_scores_are_of_nse_in_the_test_period_only(compared):
    view = LargeScoreDistribution(state=compared)
    assert view.models.visible and len(drawn(view)) == 5
    view.models.value = False
    assert len(drawn(view)) == 3
    view.models.value = True
    view.score.value = "kge_2012"
    assert not view.models.visible and len(drawn(view)) == 3 and view.heading.startswith("KGE over")
    view.score.value, view.period.value = "nse", "train"
    assert not view.models.visible and view.chart.figure.xaxis[0].axis_label == "NSE, training period"


def test_there_is_no_choice_of_published_models_where_nobody_published(state):
    assert not LargeScoreDistribution(state=state).models.visible
    groups = Showable(state.config, state.dataset, state.results(state.run)).choices()
    assert "Difference to published NSE" not in groups


def test_the_map_shows_the_difference_to_a_published_model(compared, published):
    compared.colour = ColourChoice("published", "LSTM")
    view = SiteMap(state=compared)
    expected = compared.results("default").nse.sel(period="test").values[:4] - [0.5, 0.6, 0.7, 0.8]
    np.testing.assert_allclose(view.map.source.data["value"], [*expected, np.nan])
    assert view.heading == "NSE: A minus LSTM (Kratzert et al. 2019)"
    assert view.map.mapper.low == -view.map.mapper.high and "other days" in view.caption
    there = Showable(compared.config, compared.dataset, compared.results("default"), None, published)
    assert all(there.colouring(choice) for choice in there.choices()["Difference to published NSE"].values())


def test_a_run_tested_on_the_same_days_is_not_warned_of(compared, store):
    store._results.clear()
    run = store.run("default")
    run.stored = run.stored.assign_attrs(test_period="2000-10-01/2001-09-30")
    assert "other days" not in LargeScoreDistribution(state=compared).caption


def test_further_runs_are_chosen_in_the_table(state):
    view = RunTable(state=state)
    view.table._handle_msg({"name": "Overlay", "value": "no-snow", "checked": True})
    assert state.others == ["no-snow"] and len(drawn(ScoreDistribution(state=state))) == 2
    assert "name='Overlay' value='no-snow' aria-label='Overlay: no-snow' checked" in view.table.content
    view.table._handle_msg({"name": "Overlay", "value": "no-snow", "checked": False})
    assert state.others == []


def test_a_run_is_drawn_once_though_it_is_b_and_further(state):
    state.draw_also("no-snow")
    state.compare_with("no-snow")
    assert len(drawn(ScoreDistribution(state=state))) == 2


def test_further_runs_are_dropped_with_their_data_set(state):
    state.draw_also("no-snow")
    state.edit(data="other")
    assert state.others == []


def test_runs_without_a_common_site_give_empty_curves(state, store):
    store.run("no-snow").stored = store.run("no-snow").stored.isel(site=[0])
    store.run("default").stored = store.run("default").stored.isel(site=[1])
    store._results.clear()
    state.compare_with("no-snow")
    view = ScoreDistribution(state=state)
    assert "0 basins" in view.heading and [len(values) for values in drawn(view)] == [0, 0]


def test_limits_of_an_axis_are_those_of_the_score_with_room_on_the_bad_side():
    def score(best, limits):
        return xr.DataArray([0.0], dims="site", attrs={"best": best, "limits": limits})

    assert distribution.axis_limits(score(1.0, [0, 1])) == (-0.2, 1)
    assert distribution.axis_limits(score(0.0, [-50, 50])) == (-70, 70)
    assert distribution.axis_limits(score(0.0, [0, 3])) == pytest.approx((0, 3.6))


def test_a_curve_that_leaves_its_axis_is_marked_with_how_many_sites_lie_beyond():
    attrs = {"best": 1.0, "limits": [0, 1], "units": "1"}
    some = xr.DataArray([-5.0, -0.3, 0.5, 0.7, 0.9], {"site": list("abcde")}, "site", attrs=attrs)
    figure = distribution.Distribution([Line("A", some, "red")], "NSE", "basins").figure
    (said,) = [item.text for item in figure.above]
    assert said == "\u25c2 2 basins below \u22120.20"
    (mark,) = [r for r in figure.renderers if getattr(r.glyph, "marker", "") == "triangle"]
    assert mark.data_source.data["y"] == [40] and -0.2 < mark.data_source.data["x"][0] < -0.15
    lines = [Line("A: HBV", some, "red"), Line("LSTM", some, "grey"), Line("B: HBV", some[1:], "red")]
    (said,) = [item.text for item in distribution.Distribution(lines, "NSE", "basins").figure.above]
    assert said == "\u25c2 A: 2 basins, B: 1 basins below \u22120.20"
    assert not distribution.Distribution([Line("A", some[2:], "red")], "NSE", "basins").figure.above


def test_an_axis_follows_where_most_sites_lie_beyond():
    attrs = {"best": 1.0, "limits": [0, 1], "units": "1"}
    bad = xr.DataArray(np.linspace(-9.0, -1.0, 21), {"site": np.arange(21)}, "site", attrs=attrs)
    low, high = distribution.axis_limits(bad)
    assert low == pytest.approx(-8.6) and high == 1
    assert distribution.beyond(bad, (low, high)) == (1, 0)
    rmse = (-bad).assign_attrs(best=0.0, limits=[0, 3])
    assert distribution.axis_limits(rmse) == pytest.approx((0, 8.6))


def test_a_curve_ends_at_all_sites_and_leaves_out_missing_ones():
    values = xr.DataArray([0.3, np.nan, 0.1], {"site": ["a", "b", "c"]}, "site")
    columns = cdf_columns(values)
    assert columns["site"].tolist() == ["c", "a"] and columns["share"].tolist() == [50, 100]
    assert ">0.20<" in legend_table([Line("<x>", values, "red")]) and "&lt;x&gt;" in legend_table(
        [Line("<x>", values, "red")]
    )


@pytest.fixture
def with_fluxes(state, store):
    """The shown run with mean fluxes, as results have them."""
    run = store.run(state.run)
    results = run.results().assign_attrs(test_period="2000-10-01/2001-09-30").assign_coords(name=state.dataset.name)
    moved = run.config.build().of(Flux)
    for place, (name, flux) in enumerate(moved.items()):
        about = {"units": "mm d-1", "out_of": flux.out_of, "into": flux.into}
        results[f"mean_{name}"] = ("site", np.linspace(0.5, 2, 5) + 0.01 * place, about)
    run.stored = results
    store._results.clear()
    return state


def test_evapotranspiration_stands_against_precipitation_minus_flow(with_fluxes):
    view = EvaluationCard(state=with_fluxes)
    assert (
        view.caption.startswith("Median difference") and view.scatter.both.end > view.scatter.both.start
    )  # of both axes
    data = with_fluxes.dataset.sel(time=with_fluxes.results(with_fluxes.run).time)
    known = data.prcp.where(data.streamflow.notnull()).mean("time") - data.streamflow.mean("time")
    np.testing.assert_allclose(view.scatter.source.data["x"], known, atol=1e-5)
    np.testing.assert_allclose(
        view.scatter.source.data["y"], with_fluxes.results(with_fluxes.run).mean_evapotranspiration
    )
    assert "rank correlation" in view.caption
    np.testing.assert_allclose(
        view.scatter.source.data["value"], with_fluxes.results(with_fluxes.run).nse.sel(period="test")
    )


@pytest.mark.parametrize("picture", ["Baseflow", "Budyko"])
def test_other_pictures_are_drawn_and_select(with_fluxes, picture):
    view = EvaluationCard(state=with_fluxes)
    view.picture.value = picture
    assert np.isfinite(view.scatter.source.data["y"]).all()
    with_fluxes.colour = ColourChoice("attribute", "area")
    np.testing.assert_allclose(view.scatter.source.data["value"], with_fluxes.dataset.area)
    view.scatter.source.selected.indices = [3]
    assert with_fluxes.site == "d4"
    view.scatter.source.selected.indices = [1, 2]
    assert with_fluxes.selected == ["b2", "c3"]


def test_the_plot_of_budyko_has_the_limits_and_both_curves(with_fluxes):
    view = EvaluationCard(state=with_fluxes)
    view.picture.value = "Budyko"
    assert len(view.scatter.figure.legend[0].items) == 3
    data = view.scatter.source.data
    assert (data["low"] <= data["y"]).all() and (data["y"] <= data["high"]).all()


@pytest.mark.parametrize("picture", ["Evapotranspiration", "Budyko"])
def test_no_point_lies_outside_the_axes(with_fluxes, picture):
    results = with_fluxes.results(with_fluxes.run)
    results["mean_evapotranspiration"][4] = 400.0  # one site alone, far from the others
    view = EvaluationCard(state=with_fluxes)
    view.picture.value = picture
    drawn, both = view.scatter.source.data, view.scatter.both
    assert max(drawn["y"]) > 20 * np.median(drawn["y"])
    for names, axis in ((("low", "high"), view.scatter.y_range), (("x",), view.scatter.x_range)):
        axis = both or axis
        assert all((axis.start < drawn[name]).all() and (drawn[name] < axis.end).all() for name in names)


def test_results_of_before_fluxes_were_kept_say_what_to_do(state):
    view = EvaluationCard(state=state)
    assert "trained again" in view._place[0].object
    state.show("")
    assert not view.relevant and not RankedTimeSeries(state=state).relevant  # one card says what to press
    assert "Press Train" in Figures(state=state)._place[0].object
    state.show("no-snow")
    assert "trained again" in view._place[0].object


def test_without_fluxes_budyko_shows_what_is_observed(state, dataset):
    run = state.store.run(state.run)
    run.stored = run.results().assign_coords(name=dataset.name)
    state.dataset = dataset.assign(aridity=("site", np.linspace(0.5, 2, 5)))
    state.store._results.clear()
    view = EvaluationCard(state=state)
    view.picture.value = "Budyko"
    assert "Only the observed points" in view.caption
    np.testing.assert_allclose(view.scatter.source.data["x"], state.dataset.aridity)


def test_signatures_of_simulated_and_observed_flow(with_fluxes):
    view = SecondEvaluationCard(state=with_fluxes)
    days = slice("2000-10-01", "2001-09-30")
    observed = with_fluxes.dataset.streamflow.sel(time=days)
    simulated = with_fluxes.results(with_fluxes.run).streamflow.sel(time=days)
    for name in ("q95", "flashiness"):
        function = signatures.SIGNATURES[name]
        title = function.__doc__.splitlines()[0].rstrip(".")
        view.picture.value = title
        np.testing.assert_allclose(view.scatter.source.data["x"], function(observed.where(simulated.notnull())))
        np.testing.assert_allclose(view.scatter.source.data["y"], function(simulated.where(observed.notnull())))
        assert title in view.caption and title in view.table.object
        named = view.scatter.figure.html_attributes["aria-label"]
        assert named.startswith("Streamflow signatures, Simulated "), named
    assert named == "Streamflow signatures, Simulated Richards-Baker flashiness"
    assert view.table.object.count("<tr>") == 1 + len(signatures.SIGNATURES)
    view.scatter.source.selected.indices = [2]
    assert with_fluxes.site == "c3"


def test_a_picture_without_a_value_says_what_it_needs(with_fluxes):
    short = {"test_period": "2000-11-01/2001-09-30"}  # no whole water year
    with_fluxes.dataset = with_fluxes.dataset.assign_attrs(short)
    view = SecondEvaluationCard(state=with_fluxes)
    view.picture.value = "Half-flow date"
    said = view._place[0].object
    assert said.startswith("<div class='empty'>Half-flow date: no basin has both values.")
    assert "No value without a whole water year" in said and not view.caption and not view.summary
    view.picture.value = "High flow Q95"
    assert view.caption.startswith("Median difference") and view.scatter


def test_the_hover_says_what_stands_across_and_up(with_fluxes):
    view = EvaluationCard(state=with_fluxes)
    assert "observed <b>@x{0.00} mm" in view.scatter.hover.tooltips and "simulated <b>@y" in view.scatter.hover.tooltips
    view.picture.value = "Budyko"
    assert (
        "Aridity index (potential evapotranspiration over precipitation) <b>@x{0.00}</b>" in view.scatter.hover.tooltips
    )
    assert "Simulated evapotranspiration over precipitation <b>@y{0.00}</b>" in view.scatter.hover.tooltips


def test_two_errors_are_not_called_observed_and_simulated(with_fluxes, monkeypatch):
    long_names = {"regression": "RMSE of the regression", "run": "RMSE of the run"}
    errors = {k: ("site", np.arange(5.0), {"units": "degC", "long_name": v}) for k, v in long_names.items()}
    found = xr.Dataset(errors, {"site": with_fluxes.dataset.site})
    rival = Scatter("Regression", "regression", "run", "")
    rivals = Evaluation("Rivals", "", lambda *_: found, (rival,))
    monkeypatch.setitem(vars(with_fluxes.science), "evaluations", (rivals,))
    view = EvaluationCard(state=with_fluxes)
    assert "RMSE of the regression <b>@x{0.00} \u00b0C" in view.scatter.hover.tooltips
    assert "RMSE of the run <b>@y{0.00} \u00b0C" in view.scatter.hover.tooltips
    table = agreement_table(found, [rival], rival)
    assert "<th>Across</th><th>Up</th>" in table and "Observed" not in table


def test_the_best_the_median_and_the_worst_site_are_named_and_picked(state):
    view = RankedTimeSeries(state=state)
    nse = state.results(state.run).nse.sel(period="test")
    order = nse.site.values[nse.argsort()]
    assert view.sites == {"best": order[-1], "median": order[2], "worst": order[0]}
    for place, site in view.sites.items():
        title = view.charts.panels[place].title.text
        assert state.name_of(site) in title and f"NSE {number(float(nse.sel(site=site)))} in the test period: " in title
        observed = view.charts.sources[place].data["observed"]
        np.testing.assert_allclose(observed, state.dataset.streamflow.sel(site=site))
    state.window = ("2001-01-01", "2001-01-31")
    inside = state.dataset.streamflow.sel(site=view.sites["best"], time=slice(*state.window))
    assert view.charts.panels["best"].y_range.end >= float(inside.max())
    assert "1 Jan 2001" in view.caption


def test_a_run_without_scores_has_no_best(state, store):
    run = store.run(state.run)
    run.stored = run.stored.assign(nse=run.stored.nse * np.nan)
    store._results.clear()
    assert "No run with scores" in RankedTimeSeries(state=state)._place[0].object


def test_the_sites_of_a_score_whose_best_is_zero_are_ranked_by_their_distance(state, store):
    bias = xr.DataArray([-9.0, 3.0, 0.5, 20.0, -1.0], {"site": state.sites}, "site", attrs={"best": 0.0})
    assert best_median_worst(bias) == {"best": "c3", "median": "b2", "worst": "d4"}


def test_simple_rivals_of_a_science_are_drawn_grey_with_what_they_are(state, monkeypatch):
    asked = []

    def rivals(dataset, periods):
        asked.append(dict(periods))
        nse = xr.DataArray([[0.1, 0.2, 0.3, 0.4, 0.5]], {"model": ["mean"], "site": dataset.site}, ("model", "site"))
        return xr.Dataset({"nse": nse.assign_coords(description=("model", ["The mean of the season"]))})

    science = replace(discover()["hydrology"], references=rivals)
    monkeypatch.setattr("dgviz.experiment.config.discover", lambda: {"hydrology": science})
    view = LargeScoreDistribution(state=state)
    assert asked == [{"test": "2000-10-01/2001-09-30", "train": "1999-10-01/2000-09-30"}]
    np.testing.assert_allclose(drawn(view)[1], [0.1, 0.2, 0.3, 0.4, 0.5])
    assert "title='The mean of the season'>mean<" in view._place[0][1].object
    view.period.value = "train"
    assert len(drawn(view)) == 1 and not view.models.visible


def test_a_science_without_evaluations_shows_no_card(state, monkeypatch):
    science = replace(discover()["hydrology"], evaluations=())
    view = SecondEvaluationCard(state=state)
    assert view.relevant and view.__panel__().visible
    monkeypatch.setattr("dgviz.experiment.config.discover", lambda: {"hydrology": science})
    state.show("no-snow")
    assert not view.relevant and not view.__panel__().visible


def test_what_is_asked_of_another_target_is_not_asked(state, monkeypatch):
    science = discover()["hydrology"]
    of_both = [replace(each, title=name, target=name) for each in science.evaluations[:1] for name in ("", "oxygen")]
    monkeypatch.setattr(
        "dgviz.experiment.config.discover", lambda: {"hydrology": replace(science, evaluations=tuple(of_both))}
    )
    assert list(EvaluationCard.asked(state)) == [""] and not SecondEvaluationCard.applies(state)


@pytest.fixture
def with_learned(state, store):
    """A run with a learned process, and the curve of what it learned."""
    config = RunConfig(domain="hydrology", data="made-up").edited(processes={"soil": "LearnedRecharge"})
    along = xr.DataArray(np.linspace(0, 200, 3), dims="recharge_along_soil_moisture")
    along = along.assign_attrs(units="mm", long_name="Soil moisture")
    about = {"units": "mm d-1", "flux": "recharge", "along": "soil_moisture"}
    forms = {"BetaSoil": ("Soil moisture with a recharge curve", 0), "LearnedRecharge": ("Learned recharge", 1)}
    curves = {}
    for option, (words, learned) in forms.items():
        attrs = about | {"long_name": words, "learned": learned}
        curves[f"curve_recharge_soil_moisture_{option}"] = along.dims, np.arange(3.0) + learned, attrs
    results = make_results(state.dataset, config, 0.1).assign(curves)
    store.add("learned", config, results.assign_coords({along.dims[0]: along}))
    state.show("learned")
    return state


def test_what_a_process_has_learned_is_drawn_through_and_other_forms_dashed(with_learned):
    view = LearnedCurves(state=with_learned)
    assert view.relevant and view.heading == "Learned groundwater recharge along soil moisture"
    assert "As a formula, by sparse regression: 1 + 0.01 x, x being soil moisture, mm; it differs by" in view.caption
    figure = view._place[0].object
    lines = [renderer.glyph for renderer in figure.renderers]
    assert [line.line_dash == [] for line in lines] == [True, False]
    np.testing.assert_allclose(figure.renderers[0].data_source.data["y"], [1, 2, 3])
    names = [item.label.value for item in figure.legend[0].items]
    assert names == ["Learned recharge", "Soil moisture with a recharge curve"]
    assert figure.yaxis[0].axis_label.endswith("mm d\u207b\u00b9") and figure.xaxis[0].axis_label == "Soil moisture, mm"


def test_a_run_without_learned_processes_has_no_card_of_them(state, store, with_learned):
    state.show("no-snow")
    assert not LearnedCurves(state=state).relevant
    state.show("learned")
    run = store.run("learned")
    run.stored = run.stored[[name for name in run.stored if not str(name).startswith("curve_")]]
    store._results.clear()
    assert "train it again" in LearnedCurves(state=state)._place[0].object


def test_one_site_alone_has_no_parameter_against_attributes(state):
    assert AttributeScatter(state=state).relevant
    state.dataset = state.dataset.isel(site=[0])
    assert not AttributeScatter.applies(state)
