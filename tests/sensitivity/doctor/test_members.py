"""Members that are one, series that are not standardised, and hooks on weights."""

import torch

from dgviz.sensitivity.doctor import examine


def test_members_that_are_the_same_are_found(networked):
    model, at = networked()
    level = model.network.level
    with torch.no_grad():
        for values in (level.layers[2].weight, level.layers[2].bias):
            by_member = values.view(*level.shape, -1)
            by_member[:] = by_member[:, :1].clone()
    (found,) = [found for found in examine(at()).faults if found.kind == "same members"]
    assert found.figure == 3 and "beta" in found.quantities


def test_series_that_a_recurrent_network_sees_as_they_are_are_named(networked):
    model, at = networked(dynamic=("beta",))
    model.network.deviation.series.mean.zero_()
    model.network.deviation.series.deviation.fill_(1)
    (found,) = [found for found in examine(at()).faults if found.kind == "not standardised"]
    assert "prcp" in found.quantities and found.figure > 10


def test_a_hook_that_changes_the_gradient_of_weights_is_found(networked):
    model, at = networked()
    model.network.level.layers[0].weight.register_hook(lambda gradient: 0 * gradient)
    (found,) = examine(at()).faults
    assert (found.kind, found.quantities) == ("changed gradient", ("level.layers.0.weight",))
