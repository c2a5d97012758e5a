"""Networks: weights that do not learn, what saturates them, and what they see that they should not."""

import pytest
import torch
from torch import nn

from dgviz.domains import discover
from dgviz.domains.hydrology.groundwater import ThreeOutlets
from dgviz.learn import DifferentiableModel, Ensemble
from dgviz.learn.site_model import SiteModel
from dgviz.sensitivity.doctor import examine
from tests.trials import with_fault


class Detach(nn.Module):
    """A layer that passes no gradient."""

    def forward(self, values):
        return values.detach()


def faults(site):
    return {found.kind: found for found in examine(site).faults}


def test_weights_below_a_detach_are_named(networked):
    model, at = networked()
    first, bend, last = model.network.level.layers
    model.network.level.layers = nn.Sequential(first, bend, Detach(), last)
    names = {name for found in examine(at()).faults for name in found.quantities}
    assert names == {"level.layers.0.weight", "level.layers.0.bias"}


def test_frozen_weights_are_named(networked):
    model, at = networked()
    model.network.level.layers[0].weight.requires_grad_(False)
    found = faults(at())["wrong derivative"]
    assert found.quantities == ("level.layers.0.weight",) and "frozen" in found.sentence


def test_weights_behind_which_all_is_zero_are_a_note(networked):
    model, at = networked()
    with torch.no_grad():
        model.network.level.layers[2].weight.zero_()
    report = examine(at())
    (note,) = [note for note in report.notes if note.kind == "weights without gradient"]
    assert not report.faults and "level.layers.0.weight" in note.quantities


def test_attributes_that_nobody_standardised_are_named(networked):
    model, at = networked()
    model.network.attributes.mean.zero_()
    model.network.attributes.deviation.fill_(1)
    model.network.attributes.by_logarithm.fill_(False)
    found = faults(at())["saturated network"]
    assert "elevation" in found.quantities and "not standardised" in found.sentence and found.figure > 100


def test_a_site_far_from_those_of_training_is_a_note(networked, world):
    model, at = networked()
    report = examine(at(world.assign(slope=world.slope * 0 + 1e4)))
    (note,) = [found for found in report.findings if found.kind == "saturated network"]
    assert "slope" in note.quantities and note.figure > 10


def test_a_model_left_in_training_mode_is_said(networked):
    model, at = networked(dynamic=("beta",), dropout=0.5)
    site = at()
    model.train()
    assert "training mode" in faults(site)


def test_a_network_that_sees_the_future_is_named_with_the_parameter(networked):
    class Backwards(nn.Module):
        """Reads the days from the last to the first."""

        def __init__(self, inner):
            super().__init__()
            self.inner = inner

        def forward(self, series, *others):
            return self.inner(series.flip(0), *others)

        @property
        def series(self):
            return self.inner.series

    model, at = networked(dynamic=("beta",))
    model.network.deviation = Backwards(model.network.deviation)
    found = faults(at())["leak"]
    assert found.quantities == ("beta",) and "sees the future" in found.sentence


@pytest.mark.parametrize(
    "change, words",
    [
        (lambda flow, tensors: flow + 0.1 * torch.nan_to_num(tensors.target), "what was observed of it"),
        (lambda flow, tensors: flow / (1 + flow.mean(1, keepdim=True)), "of another beside it"),
        (lambda flow, tensors: flow / (1 + flow.mean(0, keepdim=True)), "sees the future"),
    ],
)
def test_a_model_that_knows_what_it_should_not_is_said(networked, change, words):
    class Knowing(DifferentiableModel):
        """Knows more than it should."""

        def respond(self, tensors, parameters, only=None, backend="auto"):
            values = super().respond(tensors, parameters, only, backend)
            return values | {"streamflow": change(values["streamflow"], tensors)}

    model, at = networked()
    model.__class__ = Knowing
    assert words in faults(at())["leak"].sentence


@pytest.mark.parametrize(
    "options",
    [{}, dict(dynamic=("beta",)), dict(predictor="corrected"), dict(predictor="network"), dict(parameters="sites")],
    ids=str,
)
def test_networks_as_they_are_have_no_fault(networked, options):
    _, at = networked(**options)
    report = examine(at())
    assert not report.faults, str(report)


def test_an_input_that_is_normalised_over_all_sites_is_a_leak(networked):
    class OverSites(nn.Module):
        """Attributes over their mean of all sites."""

        def __init__(self, inner):
            super().__init__()
            self.inner = inner

        def forward(self, values):
            return self.inner(values) - 0.5 * self.inner(values).mean(0, keepdim=True)

    model, at = networked()
    model.network.attributes = OverSites(model.network.attributes)
    assert "of another beside it" in faults(at())["leak"].sentence


def test_each_model_of_an_ensemble_is_examined(networked):
    (first, at), (second, _) = networked(), networked()
    second.network.level.layers[0].bias.requires_grad_(False)
    site = at()
    both = SiteModel(Ensemble([first, second]).eval(), site.tensors, site.time, site.target)
    (found,) = examine(both).faults
    assert found.quantities == ("level.layers.0.bias",)


def test_members_that_see_each_other_are_found(networked):
    class Mixing(ThreeOutlets):
        """Interflow partly of the mean over the members."""

        def forward(self, *, upper_zone, lower_zone, k0, k1, k2, perc, uzl):
            known = dict(upper_zone=upper_zone, lower_zone=lower_zone, k0=k0, k1=k1, k2=k2, perc=perc, uzl=uzl)
            fluxes = super().forward(**known)
            flux = fluxes["interflow"]
            return fluxes | dict(interflow=0.9 * flux + 0.1 * flux.mean(-1, keepdim=True))

    model, at = networked()
    model.process_model = with_fault(discover()["hydrology"], Mixing)
    found = examine(at()).faults[0]
    assert (found.kind, found.process) == ("leak", "Mixing") and "other members" in found.sentence


def test_a_model_that_cannot_be_copied_in_double_precision_is_said(networked):
    model, at = networked()
    level = model.network.level.forward
    model.network.level.forward = lambda *given: level(*given)  # of the model itself, also in a copy of it
    (found,) = examine(at()).faults
    assert found.kind == "not examined" and "double precision" in found.sentence
