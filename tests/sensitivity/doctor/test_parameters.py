"""Parameters that change nothing, with the reason, and those outside or at the end of their range."""

import pytest
import torch

from dgviz.domains.hydrology.groundwater import ThreeOutlets
from dgviz.learn.changed_parameters import with_changed_parameters
from dgviz.learn.site_model import SiteModel
from dgviz.sensitivity.doctor import examine


class Overshadowed(ThreeOutlets):
    """The least of the recession and of something that is always less."""

    def forward(self, *, upper_zone, lower_zone, k0, k1, k2, perc, uzl):
        least = torch.minimum(k2, torch.full_like(k2, 5e-4))
        return super().forward(upper_zone=upper_zone, lower_zone=lower_zone, k0=k0, k1=k1, k2=least, perc=perc, uzl=uzl)


class Unused(ThreeOutlets):
    """Reads its recession and uses a constant."""

    def forward(self, *, upper_zone, lower_zone, k0, k1, k2, perc, uzl):
        fixed = torch.full_like(k2, 0.05)
        return super().forward(upper_zone=upper_zone, lower_zone=lower_zone, k0=k0, k1=k1, k2=fixed, perc=perc, uzl=uzl)


@pytest.mark.parametrize("fault", [Overshadowed, Unused])
def test_a_parameter_that_never_matters_is_a_fault_of_its_process(planted, fault):
    (found,) = examine(planted(fault)).faults
    assert (found.kind, found.process, found.quantities) == ("dead parameter", fault.__name__, ("k2",))
    assert "no value in its range" in found.sentence


def test_a_parameter_whose_threshold_is_not_passed_here_is_a_note(planted, world):
    warm = world.assign(tmean=world.tmean + 30)
    report = examine(planted(dataset=warm))
    notes = {note.quantities[0]: note for note in report.notes if note.kind == "dead parameter"}
    assert not report.faults
    assert notes["cfr"].process == "DegreeDaySnow" and "changes nothing" in notes["cfr"].sentence


def test_a_flux_that_does_not_reach_the_target_is_the_reason(planted):
    site = planted()
    elsewhere = SiteModel(site.model, site.tensors, site.time, "evapotranspiration")
    notes = {note.quantities[0]: note for note in examine(elsewhere).notes if note.kind == "dead parameter"}
    assert "it changes streamflow, and that does not reach evapotranspiration" in notes["route_a"].sentence


def test_parameters_outside_of_their_range_are_a_fault(networked):
    model, at = networked()
    site = at()
    wrong = with_changed_parameters(model, lambda learned: {"fc": learned["fc"] + 2000})
    found = examine(SiteModel(wrong, site.tensors, site.time, site.target)).faults
    assert ("outside of its range", ("fc",)) in [(each.kind, each.quantities) for each in found]


def test_parameters_at_the_end_of_their_range_are_a_note(networked):
    model, at = networked()
    with torch.no_grad():
        bias = model.network.level.layers[2].bias.unflatten(0, (-1, 3))
        bias[list(model.process_model.defaults()).index("fc"), :2] = 20.0
    (note,) = [note for note in examine(at()).notes if note.kind == "saturated parameters"]
    assert "fc (67 % of the members)" in note.sentence and "fc" in note.quantities


def test_a_parameter_that_hardly_matters_is_a_note(planted):
    class Hardly(ThreeOutlets):
        """A recession that counts for nothing, but for a trace."""

        def forward(self, *, upper_zone, lower_zone, k0, k1, k2, perc, uzl):
            known = dict(upper_zone=upper_zone, lower_zone=lower_zone, k0=k0, k1=k1, perc=perc, uzl=uzl)
            return super().forward(**known, k2=0.05 + 1e-8 * k2)

    (note,) = [note for note in examine(planted(Hardly)).notes if note.kind == "nearly dead parameter"]
    assert (note.process, note.quantities) == ("Hardly", ("k2",)) and note.figure < 1e-6
