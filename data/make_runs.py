"""Make data/runs: the trained runs that travel with dgviz. `python data/make_runs.py [NAME ...]`, minutes on a CPU.

Each is an ordinary run on data that travel with dgviz; what only training needs (checkpoint, parameters of all epochs
but the last, who trained) is left out.
"""

import json
import shutil
import sys
import tempfile
from pathlib import Path

from dgviz import Run, RunConfig, carry_out
from dgviz.experiment.physics import FILE, check_run

SHADED = "twin:stream_temperature,exchange=EquilibriumTemperature"  # with sun, shade and sources
RUNS = {
    "delaware-hbv": RunConfig(epochs=120),
    "delaware-without-snow": RunConfig(epochs=120).edited(snow="NoSnow"),
    "delaware-river": RunConfig(data="delaware_river").edited(routing="MuskingumCunge"),
    "thames-chloride": RunConfig(data="thames"),
    "twitchell-p-model": RunConfig(data="twitchell").preset("P-model, shared"),
    # Of these sciences nothing real may travel: worlds with a known law.
    "twin-leaf": RunConfig(data="twin:leaf"),
    "twin-stream-temperature": RunConfig(data="twin:stream_temperature"),
    "twin-shaded-streams": RunConfig(data=SHADED).edited(exchange="EquilibriumTemperature", learning_rate=0.02),
    "twin-oxygen": RunConfig(data="twin:oxygen"),
    "twin-watershed": RunConfig(data="twin:watershed"),
}
KEPT = ("config.json", "inputs.json", "record.json", "checksums.json", "weights.pt", "states.pt", "results.zarr", FILE)


def make(name: str, config: RunConfig, folder: Path) -> None:
    """Train one run and keep the files that its readers need."""
    with tempfile.TemporaryDirectory() as temporary:
        run = Run.create(config, Path(temporary))
        carry_out(run, lambda record: print(name, record["epoch"], round(record["loss"], 3), end="\r"))
        check_run(run)
        target = folder / name
        shutil.rmtree(target, ignore_errors=True)
        target.mkdir(parents=True)
        for kept in filter(lambda name: (run.folder / name).exists(), KEPT):  # without stores no states
            shutil.move(run.folder / kept, target / kept)
        *records, last = run.progress
        records = [{k: v for k, v in record.items() if k != "parameters"} for record in records]
        lines = [json.dumps(record) + "\n" for record in (*records, last)]
        (target / "progress.jsonl").write_text("".join(lines))
    print(f"\n{name}: median test NSE {Run(target).results().nse.sel(period='test').median().item():.3f}")


if __name__ == "__main__":
    for name in sys.argv[1:] or RUNS:
        make(name, RUNS[name], Path(__file__).parent / "runs")
