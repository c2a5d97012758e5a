"""Training learns, repeats itself bit by bit, goes on where it stopped and never sees what is held out."""

import io
from dataclasses import replace

import pytest
import torch

from dgviz.learn import fit
from dgviz.learn.fit import _Training


def copied(checkpoint):
    """As written to a file and read again."""
    file = io.BytesIO()
    torch.save(checkpoint, file)
    file.seek(0)
    return torch.load(file, weights_only=True)


def train(untrained, change=lambda tensors: None, checkpoint=None, **options):
    """The epochs and the weights in the end; `change` may change the tensors before."""
    model, tensors, config = untrained(**options)
    change(tensors)
    epochs = list(fit(model, tensors, config, checkpoint))
    return epochs, {k: v.clone() for k, v in model.state_dict().items()}


def same(first, second):
    return first.keys() == second.keys() and all(first[k].equal(second[k]) for k in first)


def held_out_sites(untrained, **options):
    epochs, _ = train(untrained, epochs=1, **options)
    return epochs[0].nse.isnan()


def scramble(tensors):
    tensors.target.copy_(tensors.target.flip(0) + 5)


@pytest.mark.parametrize("loss", ["nse", "rmse", "kge"])
def test_the_loss_falls(loss, untrained):
    epochs, _ = train(untrained, epochs=6, loss=loss)
    assert [e.number for e in epochs] == [1, 2, 3, 4, 5, 6]
    assert epochs[-1].loss < 0.9 * epochs[0].loss
    assert epochs[-1].parameters["k2"].shape == (4,)


def test_the_same_seed_gives_the_same_run_and_another_another(untrained):
    first, again, other = (train(untrained, seed=seed) for seed in (3, 3, 4))
    assert [e.loss for e in first[0]] == [e.loss for e in again[0]]
    assert same(first[1], again[1])
    assert not same(first[1], other[1])


@pytest.mark.parametrize(
    "options",
    [
        dict(),
        dict(validation="sites"),
        dict(validation="period", dynamic=["k2"]),
        dict(evapotranspiration="LearnedEvapotranspiration", dynamic=["k2"], network="gru"),
    ],
    ids=["plain", "sites", "period and dynamic", "learned process"],
)
def test_going_on_from_a_checkpoint_equals_never_stopping(options, untrained):
    whole = train(untrained, epochs=4, **options)
    first, _ = train(untrained, epochs=2, **options)
    torch.rand(7)  # random numbers drawn elsewhere change nothing
    rest = train(untrained, checkpoint=copied(first[-1].checkpoint), epochs=4, **options)
    assert [e.number for e in rest[0]] == [3, 4]
    assert [(e.loss, e.validation_loss) for e in rest[0]] == [(e.loss, e.validation_loss) for e in whole[0][2:]]
    assert same(rest[1], whole[1])


def test_going_on_leaves_the_checkpoint_as_it_was(untrained):
    checkpoint = train(untrained, epochs=1)[0][-1].checkpoint
    before = copied(checkpoint)
    first, second = (train(untrained, checkpoint=checkpoint)[1] for _ in range(2))
    assert same(first, second)
    assert same(checkpoint["optimizer"]["state"][0], before["optimizer"]["state"][0])


def test_the_best_weights_are_kept(untrained):
    epochs, weights = train(untrained, epochs=8, validation="sites", learning_rate=0.9)
    losses = [e.validation_loss for e in epochs]
    best = min(range(8), key=losses.__getitem__)
    assert best < 7, "the last epoch is the best: nothing is tested"
    assert same(weights, epochs[best].checkpoint["weights"])
    assert not same(weights, epochs[-1].checkpoint["weights"])


def test_without_validation_the_last_weights_are_kept(untrained):
    epochs, weights = train(untrained)
    assert epochs[-1].validation_loss is None
    assert same(weights, epochs[-1].checkpoint["weights"])


def test_training_stops_when_patience_ends(untrained):
    epochs, _ = train(untrained, epochs=30, validation="sites", learning_rate=0.9, patience=2)
    losses = [e.validation_loss for e in epochs]
    best = min(range(len(losses)), key=losses.__getitem__)
    assert len(epochs) == best + 3 < 30


def test_patience_counts_the_epochs_before_a_checkpoint(untrained):
    options = dict(epochs=30, validation="sites", learning_rate=0.9, patience=2)
    epochs, _ = train(untrained, **options)
    rest, _ = train(untrained, checkpoint=epochs[-2].checkpoint, **options)
    assert [e.number for e in rest] == [epochs[-1].number]


@pytest.mark.parametrize("validation, per_epoch", [("none", 6), ("sites", 3)])
def test_an_interrupt_ends_training_after_the_present_update(validation, per_epoch, untrained):
    model, tensors, config = untrained(epochs=5, validation=validation)
    asked = iter([False] * (per_epoch + 1) + [True])
    (epoch,) = fit(model, tensors, config, interrupt=lambda: next(asked))
    assert next(asked, "all asked") == "all asked"
    # One update more than the epoch has; with validation, only a whole epoch can be the best.
    assert same(model.state_dict(), epoch.checkpoint["weights"]) == (validation == "sites")


def test_an_interrupt_before_the_first_update_leaves_a_usable_model(untrained):
    model, tensors, config = untrained()
    assert list(fit(model, tensors, config, interrupt=lambda: True)) == []
    assert model(tensors)["streamflow"].isfinite().all()


def test_held_out_sites_are_not_trained_on(untrained):
    held = held_out_sites(untrained, validation="sites", validation_fraction=0.5)
    assert held.tolist().count(True) == 2

    def change(tensors):
        tensors.target[:, held] = tensors.target[:, held].flip(0) + 5
        tensors.attributes[held] += 100

    first, second = (
        train(untrained, c, validation="sites", validation_fraction=0.5)[0] for c in (lambda tensors: None, change)
    )
    assert same(first[-1].checkpoint["weights"], second[-1].checkpoint["weights"])
    assert first[-1].validation_loss != second[-1].validation_loss


@pytest.mark.parametrize("seed", range(4))
def test_validation_on_sites_divides_no_group(seed, untrained):
    model, tensors, config = untrained(validation="sites", validation_fraction=0.25, seed=seed)
    (epoch, *_) = fit(model, tensors, config, groups=[0, 1, 1, 1])
    assert epoch.nse.isnan().tolist() in ([True, False, False, False], [False, True, True, True])


def test_a_held_out_period_is_not_trained_on(untrained):
    def change(tensors):
        tensors.target[72:] = tensors.target[72:].flip(0) + 5

    options = dict(validation="period", validation_fraction=0.2)
    first, second = (train(untrained, c, **options)[0] for c in (lambda tensors: None, change))
    assert same(first[-1].checkpoint["weights"], second[-1].checkpoint["weights"])
    assert first[-1].validation_loss != second[-1].validation_loss
    earlier, _ = train(untrained, lambda s: s.target[71].add_(50), **options)
    assert not same(first[-1].checkpoint["weights"], earlier[-1].checkpoint["weights"])


def test_what_is_trained_on_matters(untrained):
    assert not same(train(untrained)[1], train(untrained, scramble)[1])


@pytest.mark.parametrize("loss", ["nse", "rmse", "kge"])
def test_a_site_without_observations_spoils_nothing(loss, untrained):
    def change(tensors):
        tensors.target[:, 1] = torch.nan

    epochs, weights = train(untrained, change, batch_size=1, loss=loss)
    assert all(w.isfinite().all() for w in weights.values())
    assert all(torch.tensor(e.loss).isfinite() for e in epochs)


def test_a_window_longer_than_the_record_takes_the_record(untrained):
    epochs, _ = train(untrained, window=400, epochs=1)
    assert torch.isfinite(epochs[0].nse).all()


def test_a_loss_that_is_not_a_number_ends_training_with_advice(untrained):
    model, tensors, config = untrained()
    with torch.no_grad():
        next(model.network.level.parameters()).fill_(torch.nan)
    with pytest.raises(ValueError, match="The loss became nan in epoch 1: .*parameter .*Lower learning_rate"):
        next(fit(model, tensors, config))


def test_days_before_the_scored_ones_are_not_trained_on(untrained):
    """Their observations may change without any effect."""
    weights = []
    for observed in (0.0, 9.0):
        model, tensors, config = untrained(epochs=2)
        warm = replace(tensors, target=tensors.target.clone(), warmup=25)
        warm.target[:25] = observed
        list(fit(model, warm, config))
        weights.append(model.state_dict())
    assert all(weights[0][name].equal(weights[1][name]) for name in weights[0])


@pytest.mark.parametrize("clip", [0.01, 1e9])
def test_no_update_has_a_gradient_longer_than_clip(clip, untrained, monkeypatch):
    norms, step = [], torch.optim.Adam.step

    def measured(self, *args, **options):
        weights = (w for group in self.param_groups for w in group["params"])
        norms.append(torch.cat([w.grad.flatten() for w in weights]).norm().item())
        return step(self, *args, **options)

    monkeypatch.setattr(torch.optim.Adam, "step", measured)
    train(untrained, clip=clip)
    assert len(norms) > 2
    assert max(norms) == pytest.approx(0.01, rel=1e-3) if clip == 0.01 else max(norms) > 0.02


def test_patience_begins_anew_with_every_improvement(untrained, monkeypatch):
    """Neither of the two waits by itself exhausts it."""
    losses = iter([3.0, 4.0, 2.0, 4.0, 1.0, 4.0, 4.0, 0.5])
    monkeypatch.setattr(_Training, "_validate", lambda _: next(losses))
    epochs, _ = train(untrained, epochs=8, validation="sites", patience=2)
    assert [e.validation_loss for e in epochs] == [3.0, 4.0, 2.0, 4.0, 1.0, 4.0, 4.0]


def test_the_step_size_is_halved_at_every_plateau(untrained, monkeypatch):
    losses, paces = iter([3.0, 2.0, 2.0, 2.0, 1.0, 1.0, 1.0, 0.5]), []
    run_epoch = _Training.run_epoch

    def watched(self, interrupt):
        epoch = run_epoch(self, interrupt)
        paces.append(self.optimizer.param_groups[0]["lr"] / self.config.learning_rate)
        return epoch

    monkeypatch.setattr(_Training, "run_epoch", watched)
    monkeypatch.setattr(_Training, "_validate", lambda _: next(losses))
    train(untrained, epochs=8, validation="sites", schedule="plateau", plateau=2)
    assert paces == [1, 1, 1, 1, 0.5, 0.5, 0.5, 0.25]


def test_without_validation_plateaus_are_those_of_the_training_loss(untrained):
    stuck, _ = train(untrained, epochs=4, schedule="plateau", plateau=1, learning_rate=1e-6)
    assert stuck[-1].checkpoint["plateau"][2] > 0
    assert stuck[-1].checkpoint["optimizer"]["param_groups"][0]["lr"] < 1e-6


def test_a_run_with_plateaus_goes_on_from_a_checkpoint_as_if_it_had_never_stopped(untrained):
    options = dict(schedule="plateau", plateau=1, learning_rate=0.5)
    whole = train(untrained, epochs=5, **options)
    first, _ = train(untrained, epochs=3, **options)
    rest = train(untrained, checkpoint=copied(first[-1].checkpoint), epochs=5, **options)
    assert same(rest[1], whole[1])
