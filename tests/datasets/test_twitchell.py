"""The alfalfa field that travels with dgviz, and own daily data of another tower."""

import numpy as np
import pytest

from dgviz import open_dataset
from dgviz.datasets import forcing_names
from dgviz.datasets.remarks import remarks
from dgviz.domains.ecosystem.stress import NoStress
from dgviz.experiment.config import RunConfig
from dgviz.experiment.leakage import leaks
from dgviz.experiment.runs import Run
from dgviz.paths import data_folder


@pytest.fixture(scope="module")
def field():
    return open_dataset("twitchell")


def test_it_opens_without_internet_and_keeps_its_day(field):
    assert field.sizes == {"time": 1838, "site": 1} and field.step == "day" and field.domain == "ecosystem"
    assert forcing_names(field) == ["tair", "vpd", "ppfd", "fapar", "co2", "pressure", "wetness"]
    assert field.licence == "CC-BY-4.0" and "Baldocchi" in field.references and "Energy" in field.acknowledgement


def test_what_was_filled_is_told(field):
    filled = {about: text for kind, about, text in remarks(field) if kind == "filled"}
    assert filled.keys() == set(forcing_names(field)) and filled["ppfd"].endswith("299 of 1838 days")
    for name in forcing_names(field):
        assert field[name].notnull().all(), name


def test_the_field_is_a_plausible_one(field):
    """Alfalfa of California: green and productive in early summer, cut several times, bare in winter."""
    months = field.gpp.groupby("time.month").mean().squeeze()
    assert months.sel(month=[4, 5, 6, 7]).min() > 7 and months.sel(month=[12, 1]).max() < 2
    assert 1500 < float(field.gpp.mean() * 365.25) < 3000
    known = field.gpp.notnull().squeeze().values
    assert np.corrcoef(field.fapar.values[known, 0], field.gpp.values[known, 0])[0, 1] > 0.5
    assert 15 < float(field.tair.mean()) < 18 and 100000 < float(field.pressure.mean()) < 102500


@pytest.mark.parametrize(
    "options, names",
    [
        (dict(), "fapar"),
        (dict(stress="SoilMoistureStress"), "fapar, wetness"),
        (dict(predictor="network"), "fapar, wetness"),
        (dict(test_period="2017-01-01/2017-12-31"), "fapar"),
    ],
    ids=["leaves", "leaves and soil", "network", "a year"],
)
def test_series_that_were_scaled_by_values_of_the_test_period_are_told(options, names, field):
    (leak,) = leaks(RunConfig(data="twitchell", parameters="shared", **options), field)
    assert leak.startswith(f"{names}: scaled by the lowest and highest values of 2013-05-24/2018-06-04, which has days")


def test_the_run_that_travels_with_it_tells_the_same(field):
    run = Run(data_folder() / "runs" / "twitchell-p-model")
    assert run.record["leaks"] == leaks(run.config, run.dataset())
    assert run.results().mean_stress.attrs["long_name"].lower() == f"mean {NoStress.stress.long_name}".lower()
