"""What a run keeps for its way back, in bytes."""

import torch
from torch.autograd.graph import saved_tensors_hooks

from dgviz.experiment.config import RunConfig
from dgviz.processes.declare import Parameter


def test_forty_years_keep_no_more_than_three_times_their_forcings():
    model = RunConfig().build()
    n_time, n_site, n_member = 14600, 16, 16
    forcings = {k: torch.rand(n_time, n_site, 1) for k in model.forcings}
    parameters = {
        k: torch.full((1, n_site, n_member), float(p.default), requires_grad=True)
        for k, p in model.of(Parameter).items()
    }
    given = {values.untyped_storage().data_ptr() for values in forcings.values()}
    kept = {}

    def keep(values):
        kept[values.untyped_storage().data_ptr()] = values.untyped_storage().nbytes()
        return values

    with saved_tensors_hooks(keep, lambda values: values):
        flow = model.mean(forcings, parameters, ["streamflow"], backend="fused")["streamflow"]
    assert flow.requires_grad
    own = sum(size for place, size in kept.items() if place not in given)
    assert 0 < own < 3 * sum(values.nbytes for values in forcings.values())
