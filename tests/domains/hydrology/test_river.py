"""Routing through a river network: no water is lost, waves travel and flatten as they should, gradients are exact."""

import pytest
import torch

from dgviz.domains.hydrology import MuskingumCunge, PlainMuskingumCunge
from dgviz.domains.hydrology.reaches import Network, cut
from dgviz.engine.sweep import FusedSweep
from dgviz.processes.sweep import sweep

HOUR, DAY = 3600.0, 86400.0
BASE, PEAK = 5.0, 85.0  # m3 s-1
EVERY = pytest.mark.parametrize("scheme", [MuskingumCunge, PlainMuskingumCunge])


def column(values):
    return torch.as_tensor(values, dtype=torch.float64).reshape(1, -1, 1)


def random_river(n_reaches, seed, dtype=torch.float64):
    """Reaches that each drain to a random one further down, of all lengths and slopes, some without land."""
    random = torch.Generator().manual_seed(seed)

    def uniform(low, high):
        return column(low + (high - low) * torch.rand(n_reaches, generator=random, dtype=torch.float64))

    to = [int(torch.randint(i + 1, n_reaches + 1, (), generator=random)) for i in range(n_reaches)]
    order = torch.randperm(n_reaches, generator=random)
    number = 1.0 + order
    downstream = torch.tensor([number[t].item() if t < n_reaches else 0.0 for t in to])
    shuffle = torch.randperm(n_reaches, generator=random)
    return dict(
        reach=column(number[shuffle]),
        downstream_reach=column(downstream[shuffle]),
        reach_area=uniform(-20, 200).clamp(min=0.0),
        reach_length=10 ** uniform(1.5, 4.5),
        reach_slope=10 ** uniform(-6.0, -1.0),
        reach_width=10 ** uniform(-0.3, 2.0),
    )


def storms(n_days, n_reaches, seed=0):
    """Runoff with dry spells and floods, mm d-1."""
    random = torch.Generator().manual_seed(seed)
    return 60 * torch.rand(n_days, n_reaches, 1, generator=random, dtype=torch.float64) ** 8


def upstream_area(river):
    """km2 of land above the end of each reach, by walking down from each."""
    number, down, land = (river[k].flatten().tolist() for k in ("reach", "downstream_reach", "reach_area"))
    position, total = {n: i for i, n in enumerate(number)}, [0.0] * len(number)
    for i in range(len(number)):
        here = i
        while here is not None:
            total[here] += land[i]
            here = position.get(down[here])
    return torch.tensor(total, dtype=torch.float64)


def lost(scheme, river, runoff, manning_n):
    """The share of the runoff (m3) that neither left nor is in the reaches, from the end of the first day on."""
    with torch.no_grad():
        given = scheme()(baseflow=runoff, manning_n=manning_n, **river)
    area, leaves = upstream_area(river), ~torch.isin(river["downstream_reach"], river["reach"]).flatten()
    came = (runoff[1:, :, 0] * river["reach_area"][..., 0]).sum()
    went = (given["streamflow"][1:, :, 0] * area)[:, leaves].sum()
    stored = (given["river_storage"][-1, :, 0] - given["river_storage"][0, :, 0]) @ area
    return ((came - went - stored) / came).item()


@pytest.mark.parametrize("seed", range(6))
def test_no_water_is_lost_in_a_random_river(seed):
    river, n_reaches = random_river(40, seed), 40
    manning_n = 0.01 + 0.29 * torch.rand(1, n_reaches, 1, dtype=torch.float64)
    assert abs(lost(MuskingumCunge, river, storms(60, n_reaches, seed), manning_n)) < 1e-9
    assert abs(lost(PlainMuskingumCunge, river, storms(60, n_reaches, seed), manning_n)) > 1e-4


def chain(scheme, manning_n, inflow, n_reaches=10, length=3000.0, width=28.0, slope=0.00048, n_steps=1):
    """Outflow of reaches in a row, of a given inflow each hour, both m3 s-1."""
    number = torch.arange(1.0, n_reaches + 1, dtype=torch.float64)
    below = torch.cat([number[1:], number.new_zeros(1)])
    network, bed = cut(number, below, *(torch.full_like(number, v) for v in (1.0, length, slope, width)))
    pieces = len(bed.area)
    depth = ((manning_n / (bed.width * bed.slope.sqrt())) ** 0.6)[None]
    lateral = torch.cat([inflow[:, None], inflow.new_zeros(len(inflow), pieces - 1)], 1)
    process = scheme()
    process.n_steps = 24 * n_steps
    before = process.steady(inflow[:1].expand(pieces), depth[0], bed)
    inputs = depth, bed.area[None], bed.fall[None]
    with FusedSweep():
        return sweep(process.step, network, n_steps, lateral, before, inputs)[0][:, -1]


def flood(n_hours=300, spread=4.25):
    hour = torch.arange(n_hours, dtype=torch.float64)
    return BASE + (PEAK - BASE) * torch.exp(-(((hour - 48) / spread) ** 2) / 2)


@pytest.mark.parametrize("manning_n, percent", [(0.02, 0.9), (0.05, 2.0), (0.12, 4.7)])
def test_a_flood_loses_volume_in_the_plain_scheme_only(manning_n, percent):
    inflow = flood()
    shares = [
        (chain(s, manning_n, inflow) - BASE).sum() / (inflow - BASE).sum()
        for s in (PlainMuskingumCunge, MuskingumCunge)
    ]
    assert 100 * (1 - shares[0].item()) == pytest.approx(percent, abs=0.15)
    assert shares[1].item() == pytest.approx(1, abs=1e-9)


@pytest.mark.parametrize("spread, percent", [(4.25, 2.0), (12.0, 0.6)])
@pytest.mark.parametrize("slope", [0.0001, 0.0005, 0.001, 0.003, 0.01])
def test_the_peak_of_a_flood_is_that_of_short_steps_and_pieces(slope, spread, percent):
    """After 50 km of one piece after the other; with steps of 3 hours it is up to 20 % lower."""
    inflow, peaks = flood(400, spread), []
    for length, n_steps in ((5000.0, 1), (200.0, 30)):
        bed = dict(n_reaches=round(50_000 / length), length=length, slope=slope)
        peaks.append(chain(MuskingumCunge, 0.04, inflow, **bed, n_steps=n_steps).max().item())
    assert peaks[0] == pytest.approx(peaks[1], rel=percent / 100)


def test_short_pieces_of_a_steep_bed_are_right_too_where_a_flood_passes_several_in_a_step():
    for spread, percent in ((4.25, 7.2), (12.0, 0.1)):
        inflow, peaks = flood(400, spread), []
        for length, n_steps in ((1000.0, 1), (200.0, 30)):
            bed = dict(n_reaches=round(50_000 / length), length=length, slope=0.001)
            peaks.append(chain(MuskingumCunge, 0.04, inflow, **bed, n_steps=n_steps).max().item())
        assert peaks[0] == pytest.approx(peaks[1], rel=percent / 100)


def test_a_flood_travels_at_its_celerity_and_flattens_where_the_bed_is_flat():
    inflow, peaks = flood(), []
    for slope in (0.01, 0.001, 0.0003):
        outflow = chain(MuskingumCunge, 0.04, inflow, n_reaches=100, length=300.0, slope=slope, n_steps=20)
        depth = (PEAK * 0.04 / (28.0 * slope**0.5)) ** 0.6
        celerity = 5 / 3 * PEAK / (28.0 * depth)
        delay = outflow.argmax().item() - inflow.argmax().item()
        assert delay == pytest.approx(100 * 300.0 / celerity / HOUR, abs=1.0)
        peaks.append(outflow.max().item())
    assert PEAK > peaks[0] > peaks[1] > peaks[2]
    assert peaks[0] > 0.97 * PEAK


@EVERY
def test_steady_runoff_gives_the_same_flow_everywhere_for_ever(scheme):
    river, runoff = random_river(20, 3), torch.full((30, 20, 1), 2.5, dtype=torch.float64)
    flow = scheme()(baseflow=runoff, manning_n=column(0.05), **river)["streamflow"]
    has_land = upstream_area(river) > 0
    torch.testing.assert_close(flow[:, has_land], runoff[:, has_land], atol=1e-9, rtol=1e-9)


@EVERY
def test_without_links_every_site_is_a_river_of_its_own(scheme):
    river, runoff = random_river(5, 1), storms(40, 5)
    river["downstream_reach"] = torch.zeros_like(river["downstream_reach"])
    river["reach_area"] = river["reach_area"] + 1.0
    together = scheme()(baseflow=runoff, manning_n=column(0.05), **river)["streamflow"]
    for i in range(5):
        alone = {k: v[:, [i]] for k, v in river.items()}
        flow = scheme()(baseflow=runoff[:, [i]], manning_n=column(0.05), **alone)["streamflow"]
        torch.testing.assert_close(together[:, [i]], flow)


@EVERY
def test_runoff_changes_what_lies_downstream_and_later_only(scheme):
    river, runoff, day = random_river(30, 2), storms(30, 30), 12
    here = int(upstream_area(river).argsort()[15])  # with reaches above and below
    more = runoff.clone()
    more[day, here] += 50.0
    one, other = (scheme()(baseflow=r, manning_n=column(0.05), **river)["streamflow"] for r in (runoff, more))
    changed = (one != other)[..., 0]
    number, down = (river[k].flatten().tolist() for k in ("reach", "downstream_reach"))
    below, i = set(), here
    while i is not None:
        below.add(i)
        i = number.index(down[i]) if down[i] in number else None
    assert set(changed.any(0).nonzero().flatten().tolist()) == below
    assert not changed[:day].any()


@EVERY
def test_gradients_are_exact_through_a_river_and_its_past(scheme):
    river = random_river(6, 4) | dict(reach_length=column([300.0, 900.0, 4000.0, 11000.0, 2000.0, 7000.0]))
    river["reach_area"] = river["reach_area"] + 5.0
    runoff = (storms(4, 6) + 0.5).requires_grad_()
    rough = (0.03 + 0.02 * torch.rand(4, 6, 1, dtype=torch.float64)).requires_grad_()
    process = scheme()
    process.n_steps = 3

    def go_on(runoff, manning_n):
        start = process(baseflow=runoff[:2], manning_n=manning_n[:2], **river)
        end = process(baseflow=runoff[2:], manning_n=manning_n[2:], **river, river=start["river"])
        return start["streamflow"], end["streamflow"], end["river_storage"]

    assert torch.autograd.gradcheck(go_on, (runoff, rough), eps=1e-6, atol=1e-6, check_forward_ad=True)


@EVERY
def test_a_river_that_goes_on_is_one_that_never_stopped(scheme):
    river, runoff, manning_n = random_river(25, 5), storms(40, 25), column(0.08)
    whole = scheme()(baseflow=runoff, manning_n=manning_n, **river)
    parts, before = [], None
    for first, last in ((0, 1), (1, 17), (17, 40)):
        part = scheme()(baseflow=runoff[first:last], manning_n=manning_n, **river, river=before)
        before = part.pop("river")
        parts.append(part)
    for name in ("streamflow", "river_storage"):
        torch.testing.assert_close(torch.cat([p[name] for p in parts]), whole[name], atol=1e-9, rtol=1e-9)


def test_a_longer_way_is_cut_into_more_pieces_in_the_order_of_the_water():
    number, down = torch.tensor([7.0, 3.0, 5.0, 9.0]), torch.tensor([5.0, 5.0, 0.0, 4.0])  # no reach is number 4
    network = Network.of(number, down, torch.tensor([1, 3, 2, 1]))
    assert network.reach[network.last].tolist() == [0, 1, 2, 3]
    for piece, below in enumerate(network.below.tolist()):
        assert below > piece
        assert below == 7 or network.level[below] == network.level[piece] + 1
    passed = network.gather(torch.ones(7, dtype=torch.float64))[network.last]
    assert passed.tolist() == [1, 3, 6, 1]


@pytest.mark.parametrize(
    "number, down, message",
    [([1, 2, 2], [2, 0, 0], "reach 2 is there twice"), ([1, 2, 3], [2, 3, 1], "comes back to it")],
)
def test_what_is_no_river_is_refused(number, down, message):
    with pytest.raises(ValueError, match=message):
        Network.of(torch.tensor(number), torch.tensor(down), torch.ones(3, dtype=torch.long))
