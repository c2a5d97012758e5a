"""The packaged reaches of the Delaware: the same river, gauges and weather as in the basins; networks are checked."""

import numpy as np
import pytest

from dgviz.datasets import DataError, attribute_names, open_dataset
from dgviz.datasets.site_network import NETWORK, check_network, downstream_positions, upstream_area, upstream_of
from dgviz.paths import data_folder


@pytest.fixture(scope="module")
def river():
    return open_dataset("delaware_river")


@pytest.fixture(scope="module")
def basins():
    return open_dataset("delaware")


def test_it_is_small_and_holds_two_years_of_456_reaches(river):
    assert (data_folder() / "delaware_river.nc").stat().st_size < 2.5e6
    assert dict(river.sizes) == {"time": 731, "site": 456}
    assert (river.gauge != "").sum() == river.streamflow.notnull().any("time").sum() == 94


def test_networks_read_the_same_attributes_as_of_basins_and_none_of_the_network(river, basins):
    assert set(attribute_names(river)) == set(attribute_names(basins))
    assert not set(attribute_names(river)) & NETWORK.keys()


def test_the_gauges_observe_what_they_observe_as_basins(river, basins):
    at_gauge = river.sel(site=(river.gauge != "").values)
    at_gauge = at_gauge.assign_coords(site=at_gauge.gauge.values).sel(site=basins.site)
    np.testing.assert_allclose(at_gauge.streamflow, basins.streamflow, rtol=1e-5)
    np.testing.assert_allclose(upstream_area(river)[river.gauge.values != ""].sum(), basins.land_area.sum(), rtol=1e-5)


def test_rain_on_the_land_beside_the_reaches_adds_up_to_that_of_a_basin(river, basins):
    trenton = river.site.values[river.gauge.values == "01463500"].item()
    upstream = river.sel(site=upstream_of(river, [trenton]))
    rain = (upstream.prcp * upstream.reach_area).sum("site") / upstream.reach_area.sum("site")
    np.testing.assert_allclose(rain, basins.prcp.sel(site="01463500"), atol=0.05)


def test_all_water_runs_to_six_ends_past_its_gauge(river):
    below = downstream_positions(river)
    assert (below == -1).sum() == 6
    everywhere = upstream_of(river, river.site.values[below == -1])
    assert sorted(everywhere) == sorted(river.site.values)
    assert upstream_area(river)[below == -1].sum() == pytest.approx(float(river.reach_area.sum()))
    assert sum("upstream of" in str(name) for name in river.name.values[river.gauge.values == ""]) > 200


def test_a_site_comes_first_and_then_all_upstream_of_it(river):
    position = {site: i for i, site in enumerate(river.site.values)}
    below = downstream_positions(river)
    for site in river.site.values[::60]:
        first, *rest = upstream_of(river, [site])
        assert first == site
        for other in rest:
            here = position[other]
            while here >= 0 and here != position[site]:
                here = below[here]
            assert here == position[site]
        assert not {river.site.values[below[position[site]]]} & set(rest) or below[position[site]] == -1


@pytest.mark.parametrize(
    "name, value, message",
    [
        ("downstream_reach", 99999, "downstream_reach is 99999, but no site has this reach; write 0"),
        ("downstream_reach", None, "comes back to it"),
        ("reach", 4182, "reach 4182 appears twice"),
        ("reach_length", 0.0, "reach_length is 0; it must be above 0 m"),
        ("reach_area", -1.0, "reach_area is -1; it must be at least 0 km2"),
        ("reach_width", np.nan, "reach_width is nan; it must be above 0 m"),
    ],
)
def test_a_network_that_is_wrong_is_refused(river, name, value, message):
    wrong = river.copy(deep=True)
    values = wrong[name].values.copy()
    values[0] = wrong.reach.values[0] if value is None else value
    with pytest.raises(DataError, match=f"FILE: .*{message}"):
        check_network(wrong.assign_coords({name: ("site", values)}), "FILE")


def test_a_network_that_is_not_whole_is_refused(river):
    with pytest.raises(DataError, match="needs 'reach_slope' along 'site'"):
        check_network(river.drop_vars("reach_slope"), "FILE")
