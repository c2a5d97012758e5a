"""`dgviz bench`: how fast this machine simulates and differentiates."""

import json
from typing import Annotated

import torch
import typer
from rich import box
from rich.table import Table

from dgviz.cli import engine_times
from dgviz.cli.terminal import out, plain_errors


def bench(
    what: Annotated[
        str | None, typer.Argument(help="`engine`: times at one size; without it, a table of sizes.")
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
        if what not in (None, "engine"):
            raise ValueError(
                f"There is no benchmark {what!r}. Write `dgviz bench engine`, or `dgviz bench` for a table."
            )
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
