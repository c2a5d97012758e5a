"""A value rewound along a river: where it was made is where what falls there goes."""

from dataclasses import replace

import numpy as np
import pytest

from dgviz.sensitivity import forcing_response, rewind, travel
from tests.sensitivity.test_joined_sites import joined  # noqa: F401, a fixture

NAMES = ("outlet", "a", "b", "c", "d")


@pytest.fixture
def river(joined):  # noqa: F811
    """The five reaches by names."""
    joined.sites = NAMES
    return joined


def test_a_value_rewound_is_the_response_of_each_site_by_itself(river):
    found = rewind(river, "prcp", 40, back=30)
    assert found.sizes == {"time": 31, "site": 5} and [*found.site.values] == [*NAMES]
    together = forcing_response(river, "prcp", 40)
    expected = together.isel(time=slice(river.tensors.warmup + 10, river.tensors.warmup + 41))
    np.testing.assert_allclose(found.sum("site"), expected, rtol=1e-8, atol=1e-12)


@pytest.mark.parametrize("source", NAMES[1:])
@pytest.mark.parametrize("day", [25, 38])
def test_where_it_came_from_is_where_it_goes(river, source, day):
    """The adjoint and the tangent of the same path are one number."""
    back = rewind(river, "prcp", 40, back=30).sel(site=source)[30 - (40 - day)].item()
    onward = travel(river, "prcp", day, source, ahead=20).sel(site="outlet")[40 - day].item()
    assert back == pytest.approx(onward, rel=1e-7, abs=1e-10)
    assert back > 1e-6


def test_what_falls_at_a_site_never_passes_those_above_it(river):
    found = travel(river, "prcp", 20, "outlet", ahead=15)
    assert found.sel(site="outlet").max() > 0
    assert not found.sel(site=[*NAMES[1:]]).any()


@pytest.mark.parametrize("of", ["manning_n", "soil_moisture"])
def test_a_parameter_and_a_store_have_a_map_without_time(river, of):
    found = rewind(river, of, 40, back=20)
    assert found.sizes == {"site": 5} and found.any()


def test_a_store_rewound_is_a_rerun_with_more_in_it(river):
    step = 1e-4
    found = rewind(river, "soil_moisture", 30, back=10).sel(site="b").item()
    start = river.tensors.warmup + 20
    state = river.model.after(river.tensors.part(slice(start)))

    def flow(by):
        more = state["soil_moisture"].clone()
        more[:, NAMES.index("b")] += by
        part = replace(river.tensors.part(slice(start, start + 11)), initial=state | {"soil_moisture": more})
        return river.model.respond(part, river.learned, ["streamflow"])["streamflow"][-1, 0].item()

    assert found == pytest.approx((flow(step) - flow(-step)) / (2 * step), rel=1e-5)


def test_what_is_not_there_is_named(river):
    with pytest.raises(ValueError, match="no forcing, parameter or store 'rain'. There are: .*prcp"):
        rewind(river, "rain", 3)
    with pytest.raises(ValueError, match="The site 'e' is not simulated here. Sites: outlet, a"):
        travel(river, "prcp", 3, "e")
