"""A prior holds parameters near their declared defaults, where the data do not say otherwise."""

import pytest
import torch

from dgviz.learn import fit
from dgviz.learn.losses import distance_from_defaults
from dgviz.processes.declare import Parameter

DECLARED = {"k": Parameter("d-1", "Recession", range=(0.0, 10.0), default=2.0), "a": Parameter("1", "Share")}


def test_the_distance_is_that_of_shares_of_the_range():
    # k: 0.1 and 0.3 of its range away; a: at its default, the middle
    learned = {"k": torch.tensor([[[3.0, 5.0]]]), "a": torch.tensor([[[0.5, 0.5]]])}
    expected = ((0.1**2 + 0.3**2) / 2 + 0.0) / 2
    torch.testing.assert_close(distance_from_defaults(learned, DECLARED), torch.tensor(expected))


def _distance_after_training(untrained, prior, **options):
    model, tensors, config = untrained(prior=prior, epochs=8, learning_rate=0.05, **options)
    for _ in fit(model, tensors, config):
        pass
    with torch.no_grad():
        learned = model.network.static_parameters(tensors.attributes, tensors.sites)
    return float(distance_from_defaults(learned, model.process_model.of(Parameter)))


@pytest.mark.parametrize("dynamic", [(), ("beta", "k2")])
def test_with_a_strong_prior_parameters_stay_nearer_to_their_defaults(untrained, dynamic):
    free, held = (_distance_after_training(untrained, prior, dynamic=dynamic) for prior in (0.0, 100.0))
    assert held < 0.5 * free


def test_a_network_alone_has_nothing_that_could_be_held(untrained):
    losses = []
    for prior in (0.0, 100.0):
        model, tensors, config = untrained(prior=prior, predictor="network", epochs=2)
        losses.append([record.loss for record in fit(model, tensors, config)])
    assert losses[0] == losses[1]
