"""Mechanisms of peaks: each as its contributions say, at every site, and counted by site and month."""

from pathlib import Path

import numpy as np
import pytest
import torch

import dgviz
from dgviz.learn.site_model import SiteModel
from dgviz.sensitivity import contributions, mechanisms
from dgviz.sensitivity.contributions import BASELINES, groups
from dgviz.sensitivity.mechanisms import APART, COMPLETE, by_month, joined, of_sites, peaks

RUN = {run.id: run for run in dgviz.list_runs(Path(dgviz.__file__).parents[1] / "data" / "runs")}["delaware-hbv"]
DAYS = "1979-01-01", "1980-06-30"
WAYS = ["rainfall", "snow_outflow"]


@pytest.fixture(scope="module")
def sites() -> SiteModel:
    """Three gauges from the snowy north to the coast, side by side."""
    (site,) = RUN.at_all(RUN.dataset(), ["01411500", "01439500", "01484000"], *DAYS)
    return site


@pytest.fixture(scope="module")
def found(sites):
    return mechanisms(sites, WAYS)


@pytest.mark.parametrize("baseline", BASELINES)
def test_each_peak_is_made_of_its_contributions(found, baseline):
    data = RUN.dataset()
    for name in ("01411500", "01439500"):
        alone, peak = RUN.at(data, name, *DAYS), found.isel(peak=found.site.values == name).isel(peak=2)
        position = int(np.flatnonzero(alone.time.values == peak.time.values)[0])
        expected = groups(contributions(alone, position, WAYS, baseline))
        for part, value in expected.items():
            computed = float(peak.part.sel(baseline=baseline, part_name=part))
            assert computed == pytest.approx(value, abs=COMPLETE * float(peak.value))
        assert peak.mechanism.sel(baseline=baseline).item() == max(expected, key=expected.get)


def test_the_parts_add_up_to_the_peaks(found):
    apart = abs(found.part.sum("part_name") - found.value) / found.value
    assert float(apart.max()) < COMPLETE
    assert float(found.completeness.max()) < COMPLETE


def test_peaks_are_high_and_apart(sites, found):
    with torch.no_grad():
        flow = sites.model.respond(sites.tensors, sites.learned, [sites.target])[sites.target]
    flow = flow[sites.tensors.warmup :].numpy()
    for i, name in enumerate(sites.sites):
        of_site = found.isel(peak=found.site.values == name)
        steps = np.flatnonzero(np.isin(sites.time.values, of_site.time.values))
        assert len(steps) >= 3 and np.diff(steps).min() > APART // 2
        for step in steps:
            assert flow[step, i] == flow[max(step - APART // 2, 0) : step + APART // 2 + 1, i].max()
            assert flow[step, i] >= np.quantile(flow[:, i], 0.95)


def test_a_series_without_a_rise_has_no_peak():
    where, steps = peaks(np.stack([np.ones(50), np.eye(50)[20]], 1))
    assert where.tolist() == [1] and steps.tolist() == [20]


def test_melt_makes_peaks_in_the_north_and_none_at_the_coast(found):
    melt = found.mechanism.sel(baseline="none").isin(["snow_outflow", "earlier_snow_outflow"])
    by_site = melt.groupby("site").mean()
    assert float(by_site.sel(site="01439500")) > float(by_site.sel(site="01484000")) == 0


def test_peaks_are_counted_by_site_and_by_month(found):
    months = by_month(found)
    assert int(months.sum()) == found.sizes["peak"]
    march = found.mechanism.sel(baseline="none")[found.time.dt.month.values == 3]
    assert int(months.sel(month=3, part_name="rainfall")) == int((march == "rainfall").sum())
    for site in ("01439500", "01484000"):
        own = found.mechanism.sel(baseline="none").values[found.site.values == site]
        names, counts = np.unique(own, return_counts=True)
        assert of_sites(found).sel(site=site).item() in names[counts == counts.max()]


def test_of_equally_many_that_which_made_most_counts(found):
    two = found.isel(peak=[0, 1]).copy(deep=True)
    two["mechanism"][:] = [["rainfall", "snow_outflow"]] * 2
    two["site"] = "peak", ["one", "one"]
    two["part"].values[:] = 0.0
    for name, other in (("rainfall", "snow_outflow"), ("snow_outflow", "rainfall")):
        two["part"].loc[dict(part_name=name)], two["part"].loc[dict(part_name=other)] = 2.0, 1.0
        assert of_sites(two).item() == name


def test_where_no_peak_has_a_past_there_is_none(sites, found):
    none = mechanisms(sites, WAYS, back=5000)
    assert none.sizes["peak"] == 0 and none.attrs["left_out"] == found.sizes["peak"]
    assert not by_month(none).any() and of_sites(none).size == 0
    assert joined([none, found]).sizes["peak"] == found.sizes["peak"]


def test_a_past_before_the_record_is_counted(sites, found):
    """The record begins with the first scored day, so that the warm-up is its first year once more."""
    assert sites.repeated == sites.tensors.warmup
    early = (found.time < sites.time[90]).sum()
    assert found.attrs["repeated"] == int(early) > 0


def test_a_past_shorter_than_the_model_looks_back_is_refused(sites):
    with pytest.raises(ValueError, match="5 steps back are too few: the model itself looks back 14"):
        mechanisms(sites, WAYS, back=5)
    with pytest.raises(ValueError, match="recent is 0: give 1 or more"):
        mechanisms(sites, WAYS, recent=0)


def test_peaks_without_a_past_are_counted(sites, found):
    longer = mechanisms(sites, WAYS, back=sites.tensors.warmup + 60)
    assert longer.attrs["left_out"] > 0 == found.attrs["left_out"]
    assert longer.sizes["peak"] + longer.attrs["left_out"] == found.sizes["peak"]
