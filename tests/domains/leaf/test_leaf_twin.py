"""The twin of leaves: curves of two kinds, and training that finds the law again."""

import numpy as np
import pytest

from dgviz.experiment.config import RunConfig
from dgviz.experiment.job import carry_out
from dgviz.experiment.runs import Run
from dgviz.experiment.sources import open_dataset


@pytest.fixture(scope="module")
def twin():
    return open_dataset("twin:leaf")


def run_on_twin(folder, **options):
    """A run on the twin as a newcomer has it."""
    run = Run.create(RunConfig(data="twin:leaf", device="cpu", **options), folder)
    carry_out(run)
    return run


def trained(folder, **options):
    return run_on_twin(folder, **options).results()


def apart(results, twin, name):
    """The correlation of a learned parameter with the true one over the leaves, and the median relative difference."""
    learned, true = results[name].mean("member").values, twin[f"true_{name}"].values
    return np.corrcoef(learned, true)[0, 1], np.median(np.abs(learned / true - 1))


def test_some_curves_have_steps_of_co2_and_others_of_light(twin):
    by_light = twin.ppfd.std("time") > 100
    assert 0.2 < float(by_light.mean()) < 0.5
    assert float(twin.co2.std("time").where(~by_light).min()) > 300
    assert float(twin.co2.std("time").where(by_light).max()) == 0
    for period in ("train_period", "test_period"):
        part = twin.sel(time=slice(*twin.attrs[period].split("/")))
        assert float(part.co2.where(~by_light).max()) >= 1500 and float(part.co2.where(~by_light).min()) <= 75


def test_leaves_of_a_species_are_alike(twin):
    within = twin.true_vcmax25.groupby(twin.species.rename("species")).std().mean()
    assert (
        float(within) < 0.7 * float(twin.true_vcmax25.std()) and len(np.unique(twin.species)) == twin.sizes["site"] / 3
    )


def test_measured_co2_is_that_of_the_law_with_the_noise_of_an_instrument(twin):
    ratio = twin.ci / twin.true_ci
    assert 0.003 < float(ratio.std()) < 0.008 and abs(float(ratio.mean()) - 1) < 0.001


def test_training_on_assimilation_recovers_the_capacities(twin, tmp_path):
    results = trained(tmp_path)
    for name, alike, wrong in (("vcmax25", 0.95, 0.06), ("jmax25", 0.98, 0.03), ("rd25", 0.65, 0.16)):
        correlation, difference = apart(results, twin, name)
        assert correlation > alike and difference < wrong, name


def test_training_on_conductance_recovers_how_stomata_close(twin, tmp_path):
    results = trained(tmp_path, stomata="MedlynStomata", target="gs", learning_rate=0.02, epochs=60)
    correlation, difference = apart(results, twin, "g1")
    assert correlation > 0.85 and difference < 0.12


def test_no_leaf_of_a_species_that_is_held_out_for_validation_is_trained_on(twin, tmp_path):
    run = run_on_twin(tmp_path, epochs=1, validation="sites")
    held = np.array([score is None for score in run.progress[-1]["nse"]])
    assert 0 < held.mean() < 0.4
    assert not {*twin.species.values[held]} & {*twin.species.values[~held]}
    apart = run_on_twin(tmp_path, epochs=1, validation="sites", groups="")
    held = np.array([score is None for score in apart.progress[-1]["nse"]])
    assert {*twin.species.values[held]} & {*twin.species.values[~held]}
