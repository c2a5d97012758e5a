"""`dgviz predict`: what a trained run predicts at sites of any data set, written as a file."""

from pathlib import Path
from typing import Annotated

import torch
import typer
import xarray as xr
from rich.table import Table

from dgviz.cli.terminal import RunsFolder, found_run, out, plain_errors, show_remarks
from dgviz.datasets.remarks import remarks
from dgviz.engine import n_threads
from dgviz.experiment.predict import predict as predict_at
from dgviz.experiment.runs import Run
from dgviz.experiment.sources import open_dataset
from dgviz.files import whole
from dgviz.scores.metrics import scores


def predict(
    run: Annotated[str, typer.Argument(help="The id of a trained run, or its folder.")],
    data: Annotated[str | None, typer.Option(help="A data set, or a path; else that of the run.")] = None,
    sites: Annotated[str | None, typer.Option(help="Sites, separated by commas; else all of the data.")] = None,
    period: Annotated[str | None, typer.Option(help="Days, as 1990-10-01/1999-09-30; else all of the data.")] = None,
    to: Annotated[Path | None, typer.Option("--out", help="The NetCDF file to write; else RUN-predicted.nc.")] = None,
    runs: RunsFolder = None,
) -> None:
    """Predict with a trained run at any sites, also those never seen or observed, and write a NetCDF file."""
    with plain_errors():
        trained = found_run(run, runs)
        file = to or Path(f"{trained.id}-predicted.nc")
        if file.exists():
            raise ValueError(f"{file} exists already. Name another file with --out.")
        if not file.absolute().parent.is_dir():
            raise ValueError(f"{file.absolute().parent} is no folder. Make it, or name a file in another with --out.")
        torch.set_num_threads(n_threads())
        dataset = open_dataset(trained.config.data if data is None else data)
        names = [name.strip() for name in sites.split(",") if name.strip()] if sites else []
        if sites is not None and not names:
            raise ValueError(f"--sites {sites!r} names no site. Leave it out for all sites of the data.")
        predicted = predict_at(trained, dataset, names, period or "")
        _write(predicted, file)
        show_remarks(remarks(predicted))
        out.print(_summary(trained, predicted, dataset))
        out.print(f"Written to {file.absolute()}", highlight=False, soft_wrap=True)


def _write(predicted: xr.Dataset, file: Path) -> None:
    compressed = {name: {"zlib": True, "complevel": 4} for name, v in predicted.items() if v.dtype.kind == "f"}
    with whole(file) as partial:
        predicted.drop_encoding().to_netcdf(partial, engine="h5netcdf", encoding=compressed)


def _summary(run: Run, predicted: xr.Dataset, dataset: xr.Dataset) -> Table:
    """Mean and range of the target over the sites, and the median of its first score where it was observed."""
    target, quantity = run.config.target, run.config.target_quantity
    values, times = predicted[target], predicted.indexes["time"]
    means = values.mean("time")
    table = Table("", "", title=predicted.attrs["title"], show_header=False)
    known = run.config.trained_sites or run.sites
    seen = sum(str(site) in known for site in predicted.site.values)
    table.add_row("sites", f"{predicted.sizes['site']}, {seen} of them known to the run")
    table.add_row("days", f"{len(times)}, {times[0]:%Y-%m-%d} to {times[-1]:%Y-%m-%d}")
    of = f"{quantity.long_name.lower()}, {quantity.units}"
    table.add_row(
        f"mean {of}", f"median {float(means.median()):.3g}, {float(means.min()):.3g} to {float(means.max()):.3g}"
    )
    first = quantity.scores[0]
    if target in dataset:
        observed = dataset[target].sel(site=predicted.site.values).sel(time=times)
        found = scores(values.drop_vars(["lat", "lon", "name"]), observed.reset_coords(drop=True), [first])[first]
        n_known = int(found.notnull().sum())
        words = (
            f"{float(found.median()):.2f}, over {n_known} of {found.sizes['site']} sites" if n_known else "not observed"
        )
        table.add_row(f"median {found.attrs['long_name']}", words)
    return table
