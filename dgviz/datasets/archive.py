"""CAMELS-US from its official archive: record 15529996 of Zenodo, by the authors at NSF NCAR.

The record took the place of https://gdex.ucar.edu/dataset/camels.html; it has the series as one file of 3.4 GB and each
table of attributes. Of the series only Daymet and the streamflow of the gauges are unpacked (1 GB).

Source: doi:10.5281/zenodo.15529996; Newman et al. (2015), doi:10.5194/hess-19-209-2015; Addor et al. (2017),
doi:10.5194/hess-21-5293-2017.
"""

import os
import shutil
import zipfile
from pathlib import Path

from dgviz.datasets.csv_folder import Each
from dgviz.datasets.download import OnBytes, UnreachableError, fetch
from dgviz.datasets.errors import DataError
from dgviz.paths import cache_folder

NAME = "camels-us"
ABOUT = "671 basins of the United States, 3.4 GB"
RECORD = "https://zenodo.org/records/15529996"
SERIES = "basin_timeseries_v1p2_metForcing_obsFlow.zip"
FILES = {  # name: MD5 as the record has it
    "camels_topo.txt": "0f6267838c40b1507b64582433bc0b8e",
    "camels_name.txt": "c96491b32c4df55a31bead7ceca7d64b",
    "camels_clim.txt": "67f22592f3fb72c57df81358ce68458b",
    "camels_soil.txt": "8edb46a363a20b466a4b7105ba633767",
    "camels_vege.txt": "f40e843defc1e654a800be9fe5fd5090",
    "camels_geol.txt": "f5ce5de53eb1ea2532cda7e3b4813993",
    SERIES: "8e9a466710e8270b58f01d332a87184f",
}
UNPACKED = ("/basin_mean_forcing/daymet/", "/usgs_streamflow/")


def archive_folder() -> Path:
    """Where downloads are kept unless a person chooses a folder."""
    return cache_folder() / "downloads" / "camels-us"


def record() -> str:
    """The address of the archive: the environment variable DGVIZ_ARCHIVE (a copy), or else the official one."""
    return os.environ.get("DGVIZ_ARCHIVE", RECORD).rstrip("/")


def download(name: str, folder: Path, on_bytes: OnBytes) -> Path:
    """Get one of the files; where the archive cannot be reached the error says what to put where by hand."""
    file = folder / name
    try:
        fetch(f"{record()}/files/{name}?download=1", file, FILES[name], on_bytes)
    except UnreachableError as error:
        raise DataError(f"{error}\n{by_hand(folder)}") from None
    return file


def by_hand(folder: Path) -> str:
    """What to download and where to put it."""
    return (
        f"Try again later: what has come is kept. Or download by hand, from {RECORD}, the files "
        f"{', '.join(FILES)}, put them into the folder {folder} and give the same command again."
    )


def unpack(folder: Path, each: Each = iter) -> None:
    """Unpack weather and streamflow of the downloaded series into the folder, whole or not at all."""
    whole, partial = folder / "series", folder / "series.partial"
    if whole.is_dir():
        return
    shutil.rmtree(partial, ignore_errors=True)
    with zipfile.ZipFile(folder / SERIES) as archive:
        members = [name for name in archive.namelist() if any(part in name for part in UNPACKED)]
        if not members:
            raise DataError(f"{folder / SERIES}: no {' or '.join(UNPACKED)} in it; it is not the published file.")
        for name in each(members):
            archive.extract(name, partial)
    partial.rename(whole)
