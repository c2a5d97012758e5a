"""The data that a run sees: its sites, with the attributes that its options give them."""

from collections.abc import Iterator, Sequence
from contextlib import suppress

import numpy as np
import xarray as xr

from dgviz.datasets import DataError, attribute_names, forcing_names
from dgviz.datasets.errors import some
from dgviz.datasets.kept_files import stays_in_file
from dgviz.datasets.remarks import Remark, with_remarks
from dgviz.datasets.site_network import has_network, upstream_of
from dgviz.datasets.tables import of_sites
from dgviz.experiment.config import ConfigError, RunConfig
from dgviz.experiment.needs import reads_attributes
from dgviz.experiment.sources import open_dataset, with_derived
from dgviz.experiment.splits import periods_of
from dgviz.processes.declare import Flux


def dataset_of(config: RunConfig) -> xr.Dataset:
    """The data of a run: its sites, all days. Raises ConfigError naming a site that is not there."""
    dataset = open_dataset(config.data)
    check_domain(config, dataset)
    if config.target not in dataset or not dataset[config.target].notnull().any():
        raise ConfigError(
            f"The data set {dataset.attrs.get('title', config.data)!r} has no observation of {config.target}: there is "
            f"nothing to learn or to be judged by.{_other_targets(config, dataset)} Take other data, or predict with a "
            "trained run: dgviz predict RUN."
        )
    if unknown := sorted(set(config.sites) - set(dataset.site.values)):
        raise ConfigError(f"sites: the data set {config.data!r} has no {', '.join(unknown)}.")
    _check_whole(config, dataset)
    sites = config.sites or tuple(dataset.site.values)
    part = as_networks_see(config, select_sites(config, dataset, sites))
    for below, name in (("downstream_site", "site"), ("downstream_reach", "reach")):
        if config.sites and below in part and name in part and part[name].dims == ("site",):
            # Of the chosen sites alone: links skip those left out.
            nearest = _next_among(dataset[name].values, dataset[below].values, part[name].values)
            part = part.assign({below: part[below].copy(data=np.array(nearest, part[below].dtype))})
    return with_remarks(part, [*_unused(config, part), *_filled(config, part)])


def as_networks_see(config: RunConfig, dataset: xr.Dataset) -> xr.Dataset:
    """A data set in which forcings are no forcings that would tell networks the target; see `Domain.seen_if_read`."""
    # Also of a network alone: it sees what the processes of the same options would read.
    read = config.science.build(**config.processes).forcings if config.science.seen_if_read else {}
    unseen = [name for name in config.science.seen_if_read if name in dataset and name not in read]
    return dataset.assign({name: dataset[name].assign_attrs(role="not read") for name in unseen})


def _other_targets(config: RunConfig, dataset: xr.Dataset) -> str:
    """What else could be predicted, as it was observed."""
    others = [n for n in config.science.targets if n != config.target and n in dataset and dataset[n].notnull().any()]
    return f" Observed are {', '.join(others)}: set target." if others else ""


def _unused(config: RunConfig, dataset: xr.Dataset) -> Iterator[Remark]:
    """Forcings that the data have and a chosen process computes anew."""
    computed = config.build().of(Flux)
    for name in (name for name in forcing_names(dataset) if name in computed):
        for slot, chosen in config.processes.items():
            if name in config.science.option(slot, chosen).declared:
                others = [o.__name__ for o in config.science.slots[slot] if name not in o.declared]
                instead = f"; {slot}={others[0]} takes that of the data" if others else ""
                yield Remark("not read", name, f"the data have it, but {slot}={chosen} computes its own{instead}")


def _filled(config: RunConfig, dataset: xr.Dataset) -> Iterator[Remark]:
    """Attributes that networks read and some sites lack; `dgviz.learn.networks.Standardize` fills them."""
    if not reads_attributes(config):
        return
    for name in attribute_names(dataset, config.attributes):
        empty = dataset[name].isnull().values
        if empty.any():
            where = f"{int(empty.sum())} of {len(empty)} sites ({some(dataset.site.values[empty])})"
            yield Remark("filled", name, f"no value at {where}; there networks read the mean of the sites trained on")


def check_domain(config: RunConfig, dataset: xr.Dataset) -> None:
    """Are these data for the domain of the run? Raises ConfigError if not."""
    domain = dataset.attrs.get("domain", config.domain)
    if domain != config.domain:
        raise ConfigError(
            f"domain {config.domain!r}: the data set {config.data!r} is for {domain!r}. "
            "Leave out the domain, or choose other data."
        )


def _check_whole(config: RunConfig, dataset: xr.Dataset) -> None:
    """A process that joins sites needs all upstream of those chosen."""
    if not config.sites or not config.build().joins_sites or not has_network(dataset):
        return
    if missing := upstream_of(dataset, config.sites)[len(config.sites) :]:
        raise ConfigError(
            f"sites: what joins sites is simulated as a whole, but {len(missing)} upstream of those chosen are not "
            f"among them ({', '.join(missing[:3])} ...). Choose them too, or none for all."
        )


def select_sites(config: RunConfig, dataset: xr.Dataset, wanted: Sequence[str]) -> xr.Dataset:
    """Some sites of a data set as the run sees them.

    What is made of forcings is made of the run's training days, the climate if so asked. Attributes are shuffled or
    random if so asked; but sites that are not the run's, if the first is not, keep their own.
    """
    sites = [str(site) for site in config.sites or dataset.site.values]
    part = _of_training_days(config, _at(dataset, wanted))
    if config.attributes_as == "given" or wanted[0] not in sites:
        return part
    names, at = attribute_names(part), [sites.index(site) for site in wanted]
    if config.attributes_as == "random":
        made = _random_within(dataset[names].sel(site=sites), config.seed).isel(site=at)
    else:
        donors = _donors(len(sites), config.seed)
        made = _of_training_days(config, dataset.sel(site=[sites[i] for i in donors[at]]))
    return part.assign({name: part[name].copy(data=made[name].values) for name in names})


def _at(dataset: xr.Dataset, wanted: Sequence[str]) -> xr.Dataset:
    """Some sites of a data set, which takes a copy; all in their order are the data set itself."""
    if [*wanted] == dataset.site.values.tolist():
        return dataset
    if stays_in_file(dataset):
        return of_sites(dataset, dataset.indexes["site"].get_indexer([*wanted]))
    return dataset.sel(site=[*wanted])


def as_seen(config: RunConfig, dataset: xr.Dataset, wanted: Sequence[str], trained: Sequence[str]) -> xr.Dataset:
    """Some sites of any data set as a run would see them that was trained on some sites.

    Its own, where the data have its training days, as `select_sites` gives them; others as the data have them.
    """
    period = config.train_period or dataset.attrs.get("train_period")
    if period and {*wanted} <= {*trained, *config.sites}:
        with suppress(ConfigError, DataError):  # the data lack the days that the run was trained on
            return select_sites(config, dataset, wanted)
    part, times = _at(dataset, wanted), dataset.indexes["time"]
    if config.climate == "training" and config.science.climate:
        return config.science.climate(part, f"{times[0]:%Y-%m-%d}/{times[-1]:%Y-%m-%d}")
    return part


def _of_training_days(config: RunConfig, dataset: xr.Dataset) -> xr.Dataset:
    train = periods_of(config, dataset)["train"]
    dataset = with_derived(dataset, train)
    if config.climate == "given":
        return dataset
    if config.science.climate is None:
        title = config.science.title
        raise ConfigError(f"climate 'training': {title} computes no attributes from forcings. Choose 'given'.")
    return config.science.climate(dataset, train)


def _donors(n_sites: int, seed: int) -> np.ndarray:
    """For each site the position of the one whose attributes it gets; none keeps its own (unless there is but one)."""
    order, donors = np.random.default_rng(seed).permutation(n_sites), np.empty(n_sites, int)
    # Along a random circle each site gets the attributes of the one before it.
    donors[order] = np.roll(order, 1)
    return donors


def _random_within(attributes: xr.Dataset, seed: int) -> xr.Dataset:
    """Random numbers in place of attributes `(site,)`, uniform between the lowest and the highest value of each."""
    random = np.random.default_rng(seed)

    def drawn(values: xr.DataArray) -> xr.DataArray:
        low, high = float(values.min()), float(values.max())
        return values.copy(data=(low + (high - low) * random.random(values.size)).astype(values.dtype))

    return attributes.map(drawn)


def _next_among(names: np.ndarray, downstream: np.ndarray, chosen: np.ndarray) -> list:
    """The next downstream of each of those chosen that is chosen too, or the last there is."""
    below, among = dict(zip(names.tolist(), downstream.tolist(), strict=True)), set(chosen.tolist())

    def next_of(place: str | int) -> str | int:
        passed = {place}
        while (place := below[place]) in below and place not in among | passed:
            passed.add(place)
        return place

    return [next_of(place) for place in chosen.tolist()]
