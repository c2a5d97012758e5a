"""The checks of solutes pass where they should, and fail on the fault that each is there to find."""

import pytest

from dgviz.domains import solutes
from dgviz.domains.solutes.evaluation.checks import mixtures_lie_between, river_carries_what_leaves, waters_add_up
from dgviz.domains.solutes.mixing import EndMembers
from dgviz.domains.solutes.separation import ShareOfDischarge
from dgviz.domains.solutes.stores import SoluteStores
from tests import trials
from tests.combinations import DOMAINS, PAIRS, each

WARMUP, DAYS = 30, 120
domain = solutes.domain


def trial_of(model):
    """The model under example forcings, with parameters at random in their ranges."""
    return trials.trial_of(model, "chloride", DAYS, warmup=WARMUP, where=None, n_member=3)


@each([case for case in PAIRS if case[0] is DOMAINS["solutes"]])
def test_any_two_options_pass_together(domain, choices):
    trial = trial_of(domain.build(**choices))
    found = {check.__name__: check(trial).outcome for check in domain.checks}
    stored = "Stores" in choices["concentration"]
    assert found.pop("waters_add_up") == "passed"
    assert found.pop("river_carries_what_leaves") == ("passed" if stored else "does not apply")
    mixed = choices["concentration"] == "EndMembers"
    assert found.pop("mixtures_lie_between") == ("passed" if mixed else "does not apply")
    assert "failed" not in found.values()


FAULTS = [
    (waters_add_up, ShareOfDischarge, "quick_runoff", 0.9),  # water is lost
    (mixtures_lie_between, EndMembers, "concentration", 5.0),  # more than either water has
    (river_carries_what_leaves, SoluteStores, "concentration", 0.9),  # less than what leaves the stores
]


@pytest.mark.parametrize(("check", "process", "flux", "factor"), FAULTS)
def test_a_fault_is_found(check, process, flux, factor, monkeypatch):
    slot = next(slot for slot, options in domain.slots.items() if process in options)
    model, healthy = domain.build(**{slot: process.__name__}), process.forward
    assert check(trial_of(model)).outcome == "passed"

    def faulty(self, **given):
        values = healthy(self, **given)
        return values | {flux: factor * values[flux]}

    monkeypatch.setattr(process, "forward", faulty)
    assert check(trial_of(domain.build(**{slot: process.__name__}))).outcome == "failed"
