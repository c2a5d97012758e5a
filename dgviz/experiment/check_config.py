"""Whether a configuration fits its data and this machine, before a run is made of it."""

import xarray as xr

from dgviz.experiment.config import ConfigError, RunConfig
from dgviz.experiment.data import dataset_of
from dgviz.experiment.devices import device_of
from dgviz.experiment.learnable import trainings
from dgviz.experiment.memory import check_memory
from dgviz.learn import DifferentiableModel, site_weights


def check_config(config: RunConfig) -> None:
    """Whether a configuration fits its data and this machine, before a run is made of it.

    Raises ConfigError, DataError, RunError or ValueError saying what does not fit.
    """
    dataset = dataset_of(config)
    trainings(config, dataset)
    check_inputs(config, dataset)
    check_memory(config, dataset, device_of(config))
    model = DifferentiableModel.build(config, dataset)
    tensors = model.tensors(dataset.isel(time=slice(1)), config.target)
    if config.weights:
        site_weights(config, model, tensors)


def check_inputs(config: RunConfig, dataset: xr.Dataset) -> None:
    """Do the data have everything the processes read? Raises ConfigError naming what is missing and a way around it."""
    for name in config.build().forcings:
        if name not in dataset.variables:
            others = _options_without(config, name)
            mend = f"Choose {' or '.join(others)}, or data that have it." if others else "Choose data that have it."
            title = dataset.attrs.get("title", config.data)
            raise ConfigError(f"The chosen processes need {name!r}, which the data set {title!r} lacks. {mend}")


def _options_without(config: RunConfig, name: str) -> list[str]:
    """For each slot whose chosen option reads `name`, the first that does not, written slot=option."""
    found = []
    for slot, options in config.science.slots.items():
        if name in config.science.option(slot, config.processes[slot]).reads:
            without = [option.__name__ for option in options if name not in option.reads]
            found += [f"{slot}={option}" for option in without[:1]]
    return found
