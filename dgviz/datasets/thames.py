"""Rivers of the Thames: weekly samples of nitrate, chloride, sulfate and silica; it travels with dgviz.

Discharge and water temperature are known on the days of the samples alone; between them the reader interpolates, the
logarithm of discharge and temperature as it is, so that no flood between two samples is seen.

Source: Bowes et al. (2018), doi:10.5194/essd-10-1637-2018; data/README.md tells how the file was made.
"""

from pathlib import Path

import xarray as xr

from dgviz.datasets.between_samples import between_samples, discharge_between_samples
from dgviz.datasets.check import check
from dgviz.datasets.remarks import Remark, with_remarks
from dgviz.datasets.solutes_series import vocabulary
from dgviz.paths import data_folder

title = "Rivers of the Thames, 20 sites, 2009-2013"
domain = "solutes"

FILE = "thames.nc"


def load(path: str | Path | None = None) -> xr.Dataset:
    """Read the packaged file, or another copy of it given as `path` (the file or its folder)."""
    file = Path(path or data_folder())
    file = file / FILE if file.is_dir() else file
    raw = xr.load_dataset(file, engine="h5netcdf")
    filled = {
        "discharge": discharge_between_samples(raw.discharge),
        "water_temperature": between_samples(raw.water_temperature),
    }
    dataset = raw.assign(
        {name: values.astype("float32").assign_attrs(raw[name].attrs) for name, values in filled.items()}
    )
    # A tributary that floods dilute and winters enrich; the weeks of a wet winter after a dry autumn.
    dataset = dataset.assign_attrs(title=title, first_site="thames09", first_window="2011-10-01/2013-02-25")
    return check(with_remarks(dataset, said_of(raw)), file, vocabulary)


def said_of(raw: xr.Dataset) -> list[Remark]:
    """What was filled, converted and taken from elsewhere."""
    n_days = int(raw.discharge.notnull().sum("time").median())
    known = f"known on the days of the samples, {n_days} of {raw.sizes['time']} at most sites, and interpolated between"
    return [
        Remark("filled", "discharge", f"{known} them in its logarithm: no flood between two samples is seen"),
        Remark("filled", "water_temperature", f"{known} them"),
        Remark("converted", "nitrate", "from mass of nitrate to mass of its nitrogen, times 0.2259, in the file"),
        Remark("taken over", "lat, lon", "of the place that a site is named after, to one or two kilometres"),
    ]
