"""What the data give is used unless one chooses otherwise; what is not used, or filled, is said and recorded."""

import numpy as np
import pandas as pd
import pytest

from dgviz.datasets import import_dataset, open_dataset
from dgviz.datasets.remarks import Remark, remarks
from dgviz.experiment.config import RunConfig
from dgviz.experiment.data import dataset_of
from dgviz.experiment.job import carry_out
from dgviz.experiment.runs import Run
from tests.datasets.camels_files import write_caravan

DAYS = pd.date_range("1990-10-01", "1993-09-30")


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Two basins with `pet` in their files; the second has no `forest`."""
    monkeypatch.setenv("DGVIZ_CACHE", str(tmp_path / "cache"))
    root = tmp_path / "mine"
    root.mkdir()
    (root / "attributes.csv").write_text("site,lat,lon,area,forest\na,41,-75,100,0.8\nb,42,-76,50,\n")
    random = np.random.default_rng(0)
    for site in "ab":
        warm = 10 - 12 * np.cos(2 * np.pi * (DAYS.day_of_year.to_numpy() - 20) / 365.25)
        rain = random.gamma(0.5, 6.0, len(DAYS))
        table = {"date": DAYS.strftime("%Y-%m-%d"), "prcp": rain, "tmean": warm, "pet": 1.5, "streamflow": rain * 0.4}
        pd.DataFrame(table).to_csv(root / f"{site}.csv", index=False)
    return root


def without_pet(root):
    for site in "ab":
        file = root / f"{site}.csv"
        pd.read_csv(file).drop(columns="pet").to_csv(file, index=False)


def test_a_forcing_that_all_sites_have_is_the_default_and_is_recorded(folder):
    (folder / "notes.csv").write_text("when,who\n2001,me\n")
    config = RunConfig(data=str(folder))
    assert config.processes["pet"] == config.model_dump()["processes"]["pet"] == "GivenPet"
    assert config.preset("HBV").processes["pet"] == "GivenPet"
    assert not [remark for remark in remarks(dataset_of(config)) if remark.about == "pet"]


def test_one_that_some_sites_lack_or_data_do_not_have_is_not(folder, delaware):
    assert RunConfig().processes["pet"] == "Hamon"
    (folder / "b.csv").write_text((folder / "b.csv").read_text().replace("pet", "vp"))
    assert RunConfig(data=str(folder)).processes["pet"] == "Hamon"
    assert RunConfig(data="twin:hydrology").processes["pet"] == "Hamon"


def test_of_a_twin_it_is_what_drives_it():
    assert RunConfig(data="twin:leaf").processes["stomata"] == "MeasuredCi"


def test_it_is_known_under_the_names_that_people_use(folder):
    for site in "ab":
        file = folder / f"{site}.csv"
        file.write_text(file.read_text().replace("pet", "potential_evaporation"))
    assert RunConfig(data=str(folder)).processes["pet"] == "GivenPet"


def test_an_import_a_file_and_a_folder_of_caravan_are_looked_into_as_well(folder, tmp_path):
    import_dataset(folder, "mine")
    assert RunConfig(data="mine").processes["pet"] == "GivenPet"
    open_dataset(folder).drop_vars("day_of_year").to_netcdf(tmp_path / "mine.nc", engine="h5netcdf")
    assert RunConfig(data=str(tmp_path / "mine.nc")).processes["pet"] == "GivenPet"
    assert RunConfig(data=str(write_caravan(tmp_path / "caravan"))).processes["pet"] == "GivenPet"
    assert RunConfig(data=str(write_caravan(tmp_path / "nc", "netcdf"))).processes["pet"] == "GivenPet"


def test_what_one_chooses_stays_and_what_follows_from_data_follows_them(folder):
    other = RunConfig(data="delaware")
    assert other.edited(data=str(folder)).processes["pet"] == "GivenPet"
    assert RunConfig(data=str(folder)).edited(data="delaware").processes["pet"] == "Hamon"
    assert RunConfig(pet="Oudin").edited(data=str(folder)).processes["pet"] == "Oudin"
    assert RunConfig(data=str(folder), pet="Hamon").edited(epochs=3).processes["pet"] == "Hamon"


def test_a_forcing_that_is_not_used_is_said(folder):
    said = remarks(dataset_of(RunConfig(data=str(folder), pet="Hamon")))
    text = "the data have it, but pet=Hamon computes its own; pet=GivenPet takes that of the data"
    assert Remark("not read", "pet", text) in said


def test_what_happens_to_an_empty_attribute_is_said_where_a_network_reads_it(folder):
    text = "no value at 1 of 2 sites (b); there networks read the mean of the sites trained on"
    assert Remark("filled", "forest", text) in remarks(dataset_of(RunConfig(data=str(folder))))
    for options in (dict(parameters="shared"), dict(attributes=("area",))):
        said = remarks(dataset_of(RunConfig(data=str(folder), **options)))
        assert "filled" not in {remark.kind for remark in said}


def test_the_record_of_a_run_holds_what_was_said(folder, tmp_path):
    options = dict(epochs=1, members=1, hidden=2, window=30, warmup=20, device="cpu", pet="Hamon")
    run = Run.create(RunConfig(data=str(folder), **options), tmp_path / "runs")
    carry_out(run)
    said = [Remark(*parts) for parts in run.record["remarks"]]
    assert set(remarks(run.dataset())) <= set(said) and {"not read", "filled"} <= {remark.kind for remark in said}
