"""Predict with a trained run at sites that it may never have seen, observed or not."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import xarray as xr

from dgviz.datasets import period_slice
from dgviz.datasets.errors import some
from dgviz.datasets.remarks import remarks, with_remarks
from dgviz.datasets.site_network import upstream_of
from dgviz.experiment.config import ConfigError
from dgviz.experiment.data import as_seen, check_domain
from dgviz.experiment.own_data import check_forcings
from dgviz.experiment.results import simulate_sites
from dgviz.experiment.runs import Run
from dgviz.learn.site_model import SiteModel
from dgviz.learn.spin_up import spun_up
from dgviz.suggestions import suggest

CELLS_AT_ONCE = 20_000_000  # members x days x sites


def predict(run: Run, dataset: xr.Dataset, sites: Sequence[str] = (), period: str = "") -> xr.Dataset:
    """The target `(time, site)` at some sites of a data set, or all, over a period "first/last", or all its days.

    Also the parameters, static ones `(site, member)` and dynamic ones `(time, site)`; remarks name what lies outside of
    what the run was trained on. A site that the run held out is predicted by the model that had not seen it, one that
    it does not know by the first model. Raises ConfigError or DataError saying what does not fit.
    """
    check_domain(run.config, dataset)
    dataset = run.bound(dataset)
    wanted = _wanted(run, dataset, sites)
    days = slice(0, dataset.sizes["time"])
    if period:
        span = period_slice(dataset, period)
        days = dataset.indexes["time"].slice_indexer(span.start, span.stop)
    parts = [_simulated(run, dataset, group, days) for group in _groups(run, dataset, wanted)]
    found = xr.concat(parts, "site", data_vars="minimal", coords="minimal", compat="override", join="override")
    place = {name: dataset[name].sel(site=found.site) for name in ("lat", "lon", "name")}
    found = found.assign_coords(place).sel(site=wanted)
    found["site"].attrs.update(cf_role="timeseries_id", long_name="Site")
    found.attrs = {
        "Conventions": "CF-1.11",
        "featureType": "timeSeries",
        "title": f"Prediction of the dgviz run {run.id} on: {dataset.attrs.get('title', '')}",
        "source": f"dgviz run {run.id}, trained on {run.config.data}",
    }
    outside = run.inputs.outside(run.config, dataset.sel(site=wanted)) if run.inputs else []
    # What was assumed and left out in reading the data holds for what is predicted from them.
    return with_remarks(found, [*remarks(dataset), *outside])


def _wanted(run: Run, dataset: xr.Dataset, sites: Sequence[str]) -> list[str]:
    """The sites to predict, all known to the data; and to the run, where that knows parameters of its sites alone."""
    known = [str(site) for site in dataset.site.values]
    for site in sites:
        if site not in known:
            raise ConfigError(f"sites: the data have no site {site!r}.{suggest(site, known)}")
    if twice := [site for site in dict.fromkeys(sites) if sites.count(site) > 1]:
        raise ConfigError(f"sites: {some(twice)} named twice; name each once.")
    wanted, trained = [*(sites or known)], run.sites
    strange = [site for site in wanted if trained and site not in trained]
    if strange and run.config.parameters == "sites":
        raise ConfigError(
            f"The run {run.id!r} learned parameters for each of its own {len(trained)} {run.config.science.site}s, and "
            f"has none for {some(strange)}. Predict with a run whose parameters are 'attributes' or 'shared'."
        )
    return wanted


def _groups(run: Run, dataset: xr.Dataset, wanted: list[str]) -> Iterator[list[str]]:
    """Sites that one model predicts together."""
    folds: dict[tuple[int, bool], list[str]] = {}
    known = run.sites if run.config.holdout != "none" else ()
    numbers = run.results().fold.load() if known else None
    for site in wanted:
        fold = int(numbers.sel(site=site)) if site in known else 0
        folds.setdefault((fold, site in run.sites), []).append(site)
    n_steps = dataset.sizes["time"] + run.config.warmup
    n_sites = max(1, CELLS_AT_ONCE // (run.config.members * run.config.seeds * n_steps))
    joined = run.config.build().joins_sites
    for group in folds.values():
        n_together = len(group) if joined else n_sites
        yield from (group[i : i + n_together] for i in range(0, len(group), n_together))


def _simulated(run: Run, dataset: xr.Dataset, group: list[str], days: slice) -> xr.Dataset:
    config, known = run.config_of_sites, run.sites
    model = run.model(dataset, group[0] if group[0] in known else "")
    together = upstream_of(dataset, group) if model.process_model.joins_sites else group
    tensors = model.tensors(as_seen(config, dataset, together, known), config.target)
    check_forcings(tensors, model.process_model.inputs, dataset.indexes["time"], together)
    if config.parameters == "sites":
        tensors = replace(tensors, sites=tensors.sites.new_tensor([known.index(site) for site in together]))
    # From the beginning of the record, as the results of the run are simulated.
    tensors = spun_up(model, tensors.span(days.start, days.stop, days.start + config.warmup)).tensors
    found = simulate_sites(SiteModel(model, tensors, dataset.time[days], config.target))
    return found.assign_coords(time=dataset.time[days], site=together).sel(site=group)
