"""Many sites side by side are each what it is alone."""

from pathlib import Path

import numpy as np
import pytest
import torch

import dgviz
from dgviz.experiment import data as inputs
from dgviz.experiment.job import carry_out
from dgviz.experiment.run_files import RunError
from dgviz.experiment.runs import Run
from dgviz.sensitivity import mean_response

RUNS = {run.id: run for run in dgviz.list_runs(Path(dgviz.__file__).parents[1] / "data" / "runs")}
DAYS = "1979-06-01", "1980-05-31"


def test_sites_side_by_side_are_what_each_is_alone():
    run = RUNS["delaware-hbv"]
    data = run.dataset()
    sites = [str(site) for site in run.results().site.values[[40, 3, 17]]]
    (together,) = run.at_all(data, sites, *DAYS)
    assert list(together.sites) == sites and together.tensors.target.shape[1] == 3
    all_at_once = mean_response(together)
    with torch.no_grad():
        flows = together.model.mean(together.tensors, [together.target])[together.target]
    for i, site in enumerate(sites):
        alone = run.at(data, site, *DAYS)
        with torch.no_grad():
            expected = alone.model.mean(alone.tensors, [alone.target])[alone.target]
        torch.testing.assert_close(flows[:, i], expected[:, 0], rtol=1e-5, atol=1e-6)
        np.testing.assert_allclose(all_at_once.elasticity_prcp[i], mean_response(alone).elasticity_prcp[0], rtol=1e-4)


def test_each_part_that_was_held_out_has_its_own_weights(small, tmp_path, delaware, monkeypatch):
    monkeypatch.setattr(inputs, "open_dataset", lambda name: delaware)
    run = Run.create(small.edited(holdout="folds", folds=2, epochs=1), tmp_path)
    carry_out(run)
    fold = run.results().fold
    parts = run.at_all(delaware, [str(site) for site in fold.site.values], "1979-03-01", "1979-05-30")
    assert len(parts) == 2 and {site for part in parts for site in part.sites} == {*fold.site.values}
    for part in parts:
        assert len({int(fold.sel(site=site)) for site in part.sites}) == 1
        alone = run.at(delaware, part.sites[-1], "1979-03-01", "1979-05-30")
        for name, values in alone.learned.items():
            torch.testing.assert_close(part.learned[name][:, -1], values[:, 0])


def test_joined_sites_are_refused():
    run = RUNS["delaware-river"]
    data = run.dataset()
    with pytest.raises(RunError, match="'delaware-river' joins sites: take `at`"):
        run.at_all(data, [str(site) for site in data.site.values[:2]], "1980-01-01", "1980-01-31")
