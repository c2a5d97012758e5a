"""What influence a network gives to attributes that say nothing, by chance."""

from collections.abc import Sequence

import numpy as np
import torch
import xarray as xr

from dgviz.datasets import attribute_names, forcing_names
from dgviz.learn import DifferentiableModel, fit
from dgviz.learn.options import TrainingOptions
from dgviz.learn.tensors import Tensors
from dgviz.sensitivity.attribute_response import attribute_response

PERMUTED = "permuted_"  # begins the name of an attribute whose values belong to other sites


def influence_by_chance(
    options: TrainingOptions,
    dataset: xr.Dataset,
    days: slice,
    warmup: int,
    sites: Sequence[int] | None = None,
    seed: int = 0,
) -> xr.DataArray:
    """The largest influence that any permuted attribute has on each parameter, `(parameter,)`, % of its range.

    A model is trained anew with these options on the days at these positions (see `fit` for `warmup` and `sites`), with
    every attribute twice: as it is, and permuted between the sites, all in the same way. What influence (see
    `attribute_response`) the permuted ones have is learned from noise and from the weights it began with; an attribute
    whose influence is not larger may have its own by chance. It takes as long as the training of one model.

    Source: permuted copies as of Kursa and Rudnicki (2010), doi:10.18637/jss.v036.i11.
    """
    names = attribute_names(dataset, options.attributes)
    order = np.random.default_rng(seed).permutation(dataset.sizes["site"])
    copies = {PERMUTED + name: dataset[name].copy(data=dataset[name].values[order]) for name in names}
    wider = dataset.assign(copies)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        read = [*names, *copies], forcing_names(dataset)
        model = DifferentiableModel.of_names(options, *read, dataset.sizes["site"])
    tensors: Tensors = model.tensors(wider, options.target).span(days.start, days.stop, warmup)
    for _ in fit(model, tensors, options, sites=sites):
        pass
    influence = attribute_response(model, wider, options.target).influence
    words = "Largest influence of a permuted attribute, of the range"
    return influence.sel(attribute=[*copies]).max("attribute").assign_attrs(units="%", long_name=words)
