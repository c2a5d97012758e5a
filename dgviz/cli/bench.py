"""`dgviz bench`: how fast this machine simulates and differentiates."""

import json
from typing import Annotated

import torch
import typer
from rich import box
from rich.table import Table

from dgviz.cli import engine_times, scale_times
from dgviz.cli.terminal import out, plain_errors


def bench(
    what: Annotated[
        str | None,
        typer.Argument(
            help="`engine`: times at one size; `scale`: what 10 000 to 1 000 000 sites would take; without either, a "
            "table of sizes."
        ),
    ] = None,
    sites: Annotated[int, typer.Option(min=1, help="Sites simulated at once.")] = 100,
    days: Annotated[int, typer.Option(min=1, help="Days of the simulation.")] = 730,
    members: Annotated[int, typer.Option(min=1, max=256, help="Parallel parameter sets.")] = 16,
    dynamic: Annotated[str, typer.Option(help="Parameters that vary in time, separated by commas.")] = "",
    backend: Annotated[list[str] | None, typer.Option(help="torch or fused; else both, in turn.")] = None,
    device: Annotated[str, typer.Option(help="cpu or cuda.")] = "cpu",
    as_json: Annotated[bool, typer.Option("--json", help="End with one line of JSON.")] = False,
) -> None:
    """Time the backends on this machine: simulation, gradients, compilation and memory."""
    with plain_errors():
        if what not in (None, "engine", "scale"):
            raise ValueError(
                f"There is no benchmark {what!r}. Write `dgviz bench engine`, `dgviz bench scale`, or `dgviz bench` "
                "for a table."
            )
        if what == "scale":
            return _scale(as_json)
        if as_json and not what:
            raise ValueError("--json goes with one size: write `dgviz bench engine --json`.")
        if unknown := set(backend or ()) - set(engine_times.BACKENDS):
            raise ValueError(f"There is no backend {unknown.pop()!r}. Backends: {', '.join(engine_times.BACKENDS)}.")
        if device not in ("cpu", "cuda") or (device == "cuda" and not torch.cuda.is_available()):
            raise ValueError(
                f"--device {device}: torch finds no such device here. Use cpu, or cuda with an NVIDIA GPU."
            )
        names = [name for name in dynamic.split(",") if name]
        sizes = [(sites, days, members)] if what else engine_times.SIZES
        table = Table(
            "sites x days x members", "", "forward", "backward", "both", "compile", "cached", "MB", box=box.SIMPLE
        )
        for size in sizes:
            workload = engine_times.Workload(*size, names, device)
            chosen = backend or engine_times.BACKENDS
            times = engine_times.time_backends(workload, chosen)  # type: ignore[arg-type]  # checked above
            for name, taken in times.items():
                # seconds to milliseconds
                row = (f"{1e3 * taken[column]:.1f}" for column in engine_times.PRINTED)
                table.add_row("x".join(map(str, size)), name, *row, f"{taken['peak_bytes'] / 1e6:.1f}")
        if as_json:
            print(json.dumps({"backends": times}))
        else:
            out.print(*(f"{k}: {v}" for k, v in engine_times.machine(device).items()), sep="\n", highlight=False)
            out.print("Medians in ms; memory beside the inputs in MB", table, sep="\n")


def _scale(as_json: bool) -> None:
    """What very many sites would take in time, memory and on disk."""
    cost = scale_times.measure()
    found = {n_sites: scale_times.needs(cost, n_sites) for n_sites in scale_times.SITES}
    table = Table("sites", "an epoch", "results", "memory", "data", "results on disk", box=box.SIMPLE)
    for n_sites, needs in found.items():
        times = (f"{seconds / 3600:.2g} h" for seconds in (needs.epoch, needs.results))
        sizes = (f"{size / 2**30:,.0f} GB" for size in (needs.memory, needs.data, needs.stored))
        table.add_row(f"{n_sites:,}", *times, *sizes)
    if as_json:
        print(json.dumps({"cost": cost._asdict(), "needs": {n: needs._asdict() for n, needs in found.items()}}))
        return
    out.print(*(f"{k}: {v}" for k, v in engine_times.machine().items()), sep="\n", highlight=False)
    said = (
        f"{cost.update * 1e6:.2g} us in an update, {cost.results * 1e6:.2g} us and {cost.stored:.2g} bytes for results"
    )
    out.print(f"A site and day take {said}. So {scale_times.YEARS} years of daily data would take", table, sep="\n")
