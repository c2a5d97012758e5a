"""A model takes over what an earlier one has learned, by name; what is new changes nothing at first."""

import pytest
import torch

from dgviz.learn.networks import scale, unbounded_defaults
from dgviz.learn.warm_start import APART, WarmStart
from dgviz.processes.declare import Parameter

SNOW = dict(snow="DegreeDaySnow")


@pytest.fixture
def begun(untrained):
    """Makes a model that has taken over another, the tensors of both and what was taken: `begun(earlier, new)`."""

    def make(before=None, after=None):
        earlier, old_tensors, old_config = untrained(**{"seed": 3, **(before or {})})
        model, tensors, config = untrained(**(after or {}))
        earlier.learn_statistics(old_tensors)
        model.learn_statistics(tensors)
        taken = WarmStart(model, earlier, old_config.sites).take_over(tensors.attributes, config.sites)
        return earlier, old_tensors, model, tensors, taken

    return make


def fields(model, tensors):
    with torch.no_grad():
        return model.parameters_of(tensors)


def assert_kept(begun, names=("fc", "beta", "lp", "k2")):
    earlier, old_tensors, model, tensors, _ = begun
    before, after = fields(earlier, old_tensors), fields(model, tensors)
    for name in names:
        torch.testing.assert_close(after[name], before[name].expand_as(after[name]), rtol=1e-5, atol=1e-5)


SOURCES = [(old, new) for old in ("shared", "sites", "fixed") for new in ("sites", "shared", "attributes")]


@pytest.mark.parametrize("source", ["attributes", "shared", "sites"])
@pytest.mark.parametrize("change", [{}, SNOW, dict(groundwater="ThreeOutlets")], ids=str)
def test_what_both_have_is_kept_and_what_is_new_begins_at_its_default(source, change, begun):
    found = begun(dict(parameters=source), dict(parameters=source, **change))
    assert_kept(found)
    *_, model, tensors, taken = found
    declared = model.process_model.of(Parameter)
    assert taken.kept == [name for name in declared if name in ("fc", "beta", "lp", "k2")]
    assert taken.new == [name for name in declared if name not in taken.kept]
    for name in taken.new:
        torch.testing.assert_close(fields(model, tensors)[name], torch.tensor(declared[name].default).expand(1, 4, 2))


def test_what_is_switched_off_is_of_no_use(begun):
    found = begun(SNOW, {})
    assert_kept(found)
    assert found[-1].unused == ["tt", "cfmax", "cfr", "cwh"] and found[-1].new == []


@pytest.mark.parametrize("source", ["attributes", "sites"])
def test_sites_and_attributes_are_matched_by_name(source, begun, small):
    names = ("area", "elevation", "slope")
    other = dict(parameters=source, attributes=tuple(reversed(names)), sites=small.sites[::-1], dynamic=("beta",))
    earlier, old_tensors, model, tensors, _ = begun(dict(parameters=source, attributes=names, dynamic=("beta",)), other)
    before, after = fields(earlier, old_tensors), fields(model, tensors)
    for name in before:
        torch.testing.assert_close(after[name].flip(1), before[name], rtol=1e-5, atol=1e-5)


def test_an_attribute_that_is_new_counts_for_nothing_at_first_and_one_that_is_gone_for_its_mean(begun):
    found = begun(dict(attributes=("area", "slope")), dict(attributes=("slope", "elevation", "area")))
    assert_kept(found)
    assert found[-1].new == ["the attribute elevation"]
    earlier, old_tensors, model, tensors, _ = begun(dict(attributes=("area", "slope")), dict(attributes=("slope",)))
    old_tensors.attributes[:, earlier.attribute_names.index("area")] = torch.nan
    assert_kept((earlier, old_tensors, model, tensors, None))


def test_inputs_are_standardised_as_they_were(begun, small, delaware):
    others = tuple(delaware.site.values[10:14].tolist())
    earlier, _, model, *_ = begun(dict(sites=others, dynamic=("beta",)), dict(dynamic=("beta",)))
    for name, values in earlier.network.state_dict().items():
        if name.endswith(("mean", "deviation", "by_logarithm")):
            assert model.network.state_dict()[name].equal(values), name


@pytest.mark.parametrize(("before", "after"), SOURCES)
def test_another_source_begins_with_what_the_earlier_gave(before, after, begun):
    found = begun(dict(parameters=before), dict(parameters=after))
    if before != "sites" or after == "sites":
        assert_kept(found)
    assert ("how they depend on attributes" in found[-1].new) == (after == "attributes")


def test_a_network_becomes_a_table_of_what_it_gives_at_each_site(begun):
    assert_kept(begun({}, dict(parameters="sites")))


def test_a_network_of_another_size_begins_with_the_mean_over_the_sites(begun):
    earlier, old_tensors, model, tensors, taken = begun({}, dict(hidden=5))
    raw = earlier.network.level(earlier.network.attributes(old_tensors.attributes), None).mean(0)
    expected = scale(raw, earlier.network.parameters_declared)["fc"]
    torch.testing.assert_close(fields(model, tensors)["fc"], expected.expand(1, 4, 2))
    assert taken.new == ["how they depend on attributes"]


@pytest.mark.parametrize("source", ["attributes", "sites"])
def test_further_members_begin_near_those_there_are_and_apart_from_each_other(source, begun):
    earlier, old_tensors, model, tensors, _ = begun(dict(parameters=source), dict(parameters=source, members=5))
    before, after = fields(earlier, old_tensors)["fc"], fields(model, tensors)["fc"]
    torch.testing.assert_close(after[..., :2], before)
    further = before[..., [0, 1, 0]]
    assert not torch.allclose(after[..., 2:], further) and (after[..., 2:] - further).abs().max() < 950 * APART / 4
    fewer = begun(dict(parameters=source), dict(parameters=source, members=1))
    torch.testing.assert_close(fields(fewer[2], fewer[3])["fc"], before[..., :1])


def test_a_parameter_that_begins_to_vary_begins_static_and_one_that_varied_goes_on(begun):
    found = begun(dict(dynamic=("beta",)), dict(dynamic=("k2", "beta")))
    assert_kept(found, ("beta", "fc"))
    _, old_tensors, model, tensors, taken = found
    after = fields(model, tensors)
    torch.testing.assert_close(after["k2"], after["k2"][:1].expand_as(after["k2"]))
    assert not torch.allclose(after["beta"], after["beta"][:1])
    assert "how beta varies in time" in taken.kept and taken.new == ["how k2 varies in time"]
    assert_kept(begun({}, dict(dynamic=("beta",))))


@pytest.mark.parametrize("change", [dict(network="gru"), dict(hidden=5)], ids=str)
def test_a_recurrent_network_of_another_kind_or_size_begins_without_effect(change, begun):
    *_, model, tensors, taken = begun(dict(dynamic=("beta",)), dict(dynamic=("beta",), **change))
    beta = fields(model, tensors)["beta"]
    torch.testing.assert_close(beta, beta[:1].expand_as(beta))
    assert "how beta varies in time" in taken.new


@pytest.mark.parametrize("predictor", ["corrected", "network"])
def test_the_network_that_corrects_or_predicts_is_kept_where_it_fits(predictor, begun):
    earlier, _, model, _, taken = begun(dict(predictor=predictor), dict(predictor=predictor))
    same = {k: v.equal(model.correction.state_dict()[k]) for k, v in earlier.correction.state_dict().items()}
    assert all(same.values()) and "network" not in "".join(taken.new)
    *_, taken = begun(dict(predictor=predictor), dict(predictor=predictor, network="gru"))
    assert taken.new[-1] in ("the correction", "the network that predicts the target")
    *_, taken = begun({}, dict(predictor=predictor))
    assert taken.new[-1] in ("the correction", "the network that predicts the target")


def test_learned_processes_are_kept(begun):
    learned = dict(evapotranspiration="LearnedEvapotranspiration")
    earlier, _, model, _, taken = begun(learned, {**learned, **SNOW})
    same = {k.split(".", 2)[-1]: v for k, v in earlier.process_model.state_dict().items()}
    assert same and all(v.equal(same[k.split(".", 2)[-1]]) for k, v in model.process_model.state_dict().items())
    assert any("evapotranspiration" in name for name in taken.kept)
    *_, taken = begun({}, learned)
    assert any("evapotranspiration" in name for name in taken.new)


def test_a_default_at_the_end_of_a_range_begins_where_it_can_be_learned():
    ends = {name: Parameter("1", name, range=(0.0, 1.0), default=end) for name, end in (("low", 0.0), ("high", 1.0))}
    values = scale(unbounded_defaults(ends, 0.01)[:, None], ends)
    assert (values["low"].item(), values["high"].item()) == pytest.approx((0.01, 0.99))


def test_a_site_that_is_new_begins_at_the_defaults(begun, small):
    earlier, old_tensors, model, tensors, _ = begun(
        dict(parameters="sites", sites=small.sites[2:]), dict(parameters="sites")
    )
    before, after = fields(earlier, old_tensors)["fc"], fields(model, tensors)["fc"]
    torch.testing.assert_close(after[:, 2:], before)
    torch.testing.assert_close(after[:, :2], torch.full_like(before, 200.0))


def test_what_is_done_with_the_members_is_said(begun):
    assert "the first 1 of 2 members" in begun({}, dict(members=1))[-1].kept
    assert "members beyond 2" in " ".join(begun({}, dict(members=3))[-1].new)
