import numpy as np
import pytest
import torch
import xarray as xr

from dgviz.datasets.remarks import remarks
from dgviz.experiment.config import RunConfig
from dgviz.experiment.data import dataset_of
from dgviz.experiment.findings import at_the_ends
from dgviz.experiment.results import make_results
from dgviz.experiment.splits import folds_of, periods_of
from dgviz.learn import DifferentiableModel
from dgviz.processes.declare import Parameter

K = {"k": Parameter("d-1", "Rate", range=(0.0, 2.0))}


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ([[0.0, 0.01], [1.0, 1.0]], ["50% of its values lie at the lower end of its range, 0 d-1"]),
        ([[2.0, 1.0], [1.0, np.nan]], ["33% of its values lie at the upper end of its range, 2 d-1"]),
        ([[1.0, 0.1], [1.9, 1.0]], []),
    ],
)
def test_a_parameter_at_the_end_of_its_range_is_named(values, said):
    results = xr.Dataset({"k": (("site", "member"), values)})
    assert [(remark.about, remark.text) for remark in at_the_ends(results, K)] == [("k", text) for text in said]


def test_results_name_the_sites_where_snow_never_melts():
    config = RunConfig(data="delaware", sites=("01413500", "01439500"), parameters="shared", members=2)
    dataset = dataset_of(config)
    cold = {name: dataset[name].where(dataset.site != "01439500", -20.0) for name in ("tmin", "tmax", "tmean")}
    dataset = dataset.assign(cold)
    torch.manual_seed(0)
    model = DifferentiableModel.build(config, dataset)
    tensors = model.tensors(dataset, config.target)
    results, _ = make_results([model], folds_of(config, dataset), tensors, dataset, config, periods_of(config, dataset))
    texts = [remark.text for remark in remarks(results) if remark.about == "snowpack"]
    assert texts == ["Frozen water in the snowpack never settles, however often the first year is repeated: 01439500"]
