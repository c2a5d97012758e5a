"""Signatures against closed forms, a second computation, and the values that CAMELS publishes."""

import math
import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from dgviz.domains.hydrology.evaluation import signatures as sg
from dgviz.domains.hydrology.evaluation.signatures import SIGNATURES, signatures

SHARED = Path(__file__).parents[4] / "shared" / "data"
OF_FLOW = {name: f for name, f in SIGNATURES.items() if name != "runoff_ratio"}


def series(values, first="1999-10-01") -> xr.DataArray:
    days = pd.date_range(first, periods=len(values))
    return xr.DataArray(np.asarray(values, float), {"time": days}, "time", attrs={"units": "mm d-1"})


@pytest.fixture
def flows() -> xr.DataArray:
    """Two years of three rivers `(time, site)`, one of them with gaps."""
    random = np.random.default_rng(3)
    coords = {"time": pd.date_range("1999-10-01", "2001-09-30"), "site": ["a", "b", "c"]}
    flow = xr.DataArray(random.gamma(1.5, 2.0, (731, 3)), coords, attrs={"units": "mm d-1"})
    flow[::9, 2] = np.nan
    return flow


each_signature = pytest.mark.parametrize("name", OF_FLOW)


@each_signature
def test_a_site_by_itself_gives_the_same(name, flows):
    together = OF_FLOW[name](flows)
    assert together.dims == ("site",) and together.name == name
    for site in flows.site.values:
        alone = OF_FLOW[name](flows.sel(site=site))
        np.testing.assert_allclose(together.sel(site=site), alone)


@each_signature
@pytest.mark.parametrize("values", [[], [3.0], [np.nan] * 400], ids=["none", "one", "missing"])
def test_without_two_known_days_there_is_no_value(name, values):
    assert np.isnan(OF_FLOW[name](series(values))).all()


@each_signature
def test_says_what_it_is(name, flows):
    attrs = OF_FLOW[name](flows).attrs
    assert attrs["long_name"] == OF_FLOW[name].__doc__.splitlines()[0].rstrip(".")
    assert attrs["units"] in ("1", "mm d-1", "d") and "doi:10." in OF_FLOW[name].__doc__


@each_signature
def test_the_units_of_flow_do_not_matter_to_what_has_none(name, flows):
    one, other = OF_FLOW[name](flows), OF_FLOW[name](10 * flows)
    np.testing.assert_allclose(other, one * (10 if one.attrs["units"] == "mm d-1" else 1))


def test_a_constant_flow():
    flow = series([2.0] * 731)
    assert sg.slope_fdc(flow) == 0 and sg.flashiness(flow) == 0 and sg.baseflow_index(flow) == 1
    assert sg.q5(flow) == 2 and sg.q95(flow) == 2
    centroid = [(365 + 1) / 2, (366 + 1) / 2]  # of a leap year, and of the year after
    assert sg.centroid_date(flow).item() == pytest.approx(np.mean(centroid))
    assert sg.half_flow_date(flow).item() == 183  # 182.5 of 365 days, 183 of 366


def test_an_exponential_recession():
    k, n = 0.05, 366
    flow = series(np.exp(-k * np.arange(n)))
    # log flow falls by k a day, so by 0.33 k (n - 1) between the two quantiles
    assert sg.slope_fdc(flow).item() == pytest.approx(k * (n - 1), rel=1e-3)
    change, total = 1 - math.exp(-k * (n - 1)), (1 - math.exp(-k * (n - 1))) * math.exp(-k) / (1 - math.exp(-k))
    assert sg.flashiness(flow).item() == pytest.approx(change / total)
    assert sg.half_flow_date(flow).item() == math.ceil(math.log(2) / k)
    assert sg.centroid_date(flow).item() == pytest.approx(1 / (1 - math.exp(-k)), rel=1e-3)  # of a geometric series


def test_the_slope_is_between_33_and_66_percent_exceedance():
    rising = series(np.arange(101.0))  # the flow exceeded on x % of the days is 100 - x
    assert sg.slope_fdc(rising).item() == pytest.approx(math.log(67 / 34) / 0.33)


def test_the_first_step_of_the_filter_by_hand():
    flow = series([1.0] * 50 + [3.0] + [1.0] * 50)
    slow = sg.baseflow(flow)
    assert slow[50] < 3 and (slow <= flow + 1e-12).all() and (slow > 0).all()
    forward = flow.values.copy()
    sg._pass(forward)
    assert forward[50] == pytest.approx(3 - (1 + 0.925) / 2 * 2)
    np.testing.assert_array_equal(forward[51:], 1)  # what falls is not quick


def test_a_flow_that_jumps_every_day_is_as_flashy_as_can_be():
    assert sg.flashiness(series([0.0, 5.0] * 200)).item() == pytest.approx(2, rel=0.01)


def test_a_missing_day_counts_in_no_change():
    assert sg.flashiness(series([1.0, 2.0, np.nan, 9.0, 8.0])).item() == pytest.approx((1 + 1) / (2 + 8))


def test_a_stretch_after_a_gap_begins_anew():
    before, after = [1.0] * 60 + [9.0], [1.0] * 60 + [5.0] + [1.0] * 60
    np.testing.assert_allclose(sg.baseflow(series([*before, np.nan, *after]))[62:], sg.baseflow(series(after)))


def test_the_runoff_ratio_is_of_days_that_have_both():
    flow, prcp = series([1.0, np.nan, 2.0, 1.0]), series([4.0, 100.0, 2.0, np.nan])
    assert sg.runoff_ratio(flow, prcp) == pytest.approx(3 / 6)
    assert np.isnan(sg.runoff_ratio(flow, 0 * prcp))


def test_water_that_comes_on_one_day_has_its_date():
    flow = np.zeros(366)
    flow[99] = 5
    assert sg.centroid_date(series(flow)) == 100 and sg.half_flow_date(series(flow)) == 100


def test_only_whole_water_years_have_a_date(flows):
    assert np.isnan(sg.centroid_date(flows.sel(site="c"))).item()
    later = flows.sel(site="a", time=slice("2000-01-01", None))
    second = flows.sel(site="a", time=slice("2000-10-01", None))
    assert sg.centroid_date(later) == sg.centroid_date(second)
    assert np.isnan(sg.half_flow_date(later.sel(time=slice("2001-08-31"))))


def test_a_dry_river_has_no_shape():
    dry = signatures(series([0.0] * 731), series([1.0] * 731))
    assert dry.runoff_ratio == 0 and dry.q95 == 0
    for name in ("baseflow_index", "slope_fdc", "flashiness", "centroid_date", "half_flow_date"):
        assert np.isnan(dry[name]), name


def test_observed_and_simulated_are_of_the_same_days(flows):
    simulated = 2 * flows.fillna(1.0)
    both = sg.observed_and_simulated(simulated, flows, 3 * flows.fillna(1.0))
    assert both.of.values.tolist() == ["observed", "simulated"]
    np.testing.assert_allclose(both.q95.sel(of="simulated"), 2 * both.q95.sel(of="observed"))
    np.testing.assert_allclose(both.runoff_ratio.sel(of="simulated"), 2 / 3)
    np.testing.assert_allclose(both.flashiness.sel(of="simulated"), both.flashiness.sel(of="observed"))


def test_a_published_signature_beside_the_flow_is_not_in_the_way(flows):
    known = flows.assign_coords(baseflow_index=("site", [0.1, 0.2, 0.3]))
    found = signatures(known, 2 * known)
    np.testing.assert_allclose(found.baseflow_index, sg.baseflow_index(flows))


@pytest.fixture(scope="module")
def camels():
    """CAMELS over the days of its published signatures, the basins without a fault."""
    file = Path(os.environ.get("DGVIZ_DATA", SHARED)) / "camels_us.nc"
    if not file.is_file():
        pytest.skip(f"camels_us.nc is not in {file.parent}; set DGVIZ_DATA to the folder that holds it")
    with xr.open_dataset(file, engine="h5netcdf") as ds:
        days = ds.sel(time=slice("1989-10-01", "2009-09-30")).isel(basin=np.flatnonzero(ds.clean.values)[::4])
        return days[["qobs", "prcp", "runoff_ratio", "baseflow_index", "q5", "q95", "hfd_mean"]].load()


@pytest.mark.parametrize(
    ("name", "published", "tolerance"),
    [
        ("runoff_ratio", "runoff_ratio", 0.01),
        ("baseflow_index", "baseflow_index", 0.001),
        ("q5", "q5", 0.01),
        ("q95", "q95", 0.02),
        ("half_flow_date", "hfd_mean", 0.0),
    ],
)
def test_equals_what_camels_publishes(name, published, tolerance, camels):
    rest = (camels.prcp,) if name == "runoff_ratio" else ()
    difference = np.abs(SIGNATURES[name](camels.qobs, *rest) / camels[published] - 1)
    assert difference.median() <= tolerance


def test_the_slope_that_camels_publishes_is_of_the_flow_over_its_mean(camels):
    assert sg.slope_fdc(camels.qobs).median() > 2  # of the logarithm; CAMELS' median is 1.3


def test_the_filter_sees_thirty_mirrored_days_and_no_more(flows):

    flow = flows.sel(site="a", time=slice("1999-12-31")).values[:61]

    def passes(flow, n_mirrored):
        whole = np.concatenate([flow[n_mirrored:0:-1], flow, flow[-2 : -n_mirrored - 2 : -1]])
        for ordered in (whole, whole[::-1], whole):
            sg._pass(ordered)
        return whole[n_mirrored : n_mirrored + len(flow)]

    np.testing.assert_allclose(sg.baseflow(series(flow)), passes(flow, 30), rtol=1e-12)
    assert np.abs(passes(flow, 30) - passes(flow, 29)).max() > 1e-3
