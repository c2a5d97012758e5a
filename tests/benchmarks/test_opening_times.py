"""How long the data of a run take to open. `pytest -m benchmark -n 0 -s tests/benchmarks/test_opening_times.py`."""

import time

import pytest

from dgviz.datasets import DataError, camels_us, import_dataset
from dgviz.experiment.config import RunConfig
from dgviz.experiment.data import dataset_of
from dgviz.learn import DifferentiableModel

pytestmark = pytest.mark.benchmark


@pytest.fixture
def file(tmp_path, monkeypatch):
    try:
        file = camels_us.file_of()
    except DataError as error:
        pytest.skip(str(error))
    monkeypatch.setenv("DGVIZ_CACHE", str(tmp_path))
    return file


def before_training(config: RunConfig) -> float:
    """Processor time in seconds for all that the worker does with the data before the first epoch."""
    began = time.process_time()
    dataset = dataset_of(config)
    DifferentiableModel.build(config, dataset).tensors(dataset, config.target)
    return time.process_time() - began


@pytest.mark.parametrize("how", ["by its name", "by its path", "as an import"])
def test_camels_us_opens_in_half_a_second_the_second_time(file, how):
    if how == "as an import":
        import_dataset(file, "mine")
    config = RunConfig(data={"by its name": "camels_us", "by its path": str(file), "as an import": "mine"}[how])
    first, *again = (before_training(config) for _ in range(4))
    print(f"\n{how}: first {first:.2f} s, then {', '.join(f'{taken:.2f}' for taken in again)} s")
    assert max(again) < 0.5
