"""Scores of others' models on the CAMELS-US basins, to compare with.

Reads `published_nse.csv` from the folder named by the environment variable DGVIZ_DATA, else from `../shared/data`. All
models are scored on the same ten years; those that were calibrated on or trained with streamflow saw the nine years
after them.

Source: Kratzert et al. (2019), doi:10.1029/2019WR026065, with the same LSTM, basins and periods as in
doi:10.5194/hess-23-5089-2019. SAC-SMA: Newman et al. (2017), doi:10.1175/JHM-D-16-0284.1. NWM: the reanalysis of the
National Water Model (NOAA), calibrated by its makers.
"""

import os
from collections.abc import Sequence
from pathlib import Path

import pandas as pd
import xarray as xr

from dgviz.datasets.errors import DataError
from dgviz.datasets.steps import check_period

FILE = "published_nse.csv"
TEST_PERIOD, TRAIN_PERIOD = "1989-10-01/1999-09-30", "1999-10-01/2008-09-30"
KRATZERT, NEWMAN = (
    "Kratzert et al. (2019), doi:10.1029/2019WR026065",
    "Newman et al. (2017), doi:10.1175/JHM-D-16-0284.1",
)
MODELS = {  # name: (column of the file, what it is, whose it is, period of calibration or training)
    "SAC-SMA": ("nse_sacsma", "Conceptual model, calibrated basin by basin", NEWMAN, TRAIN_PERIOD),
    "NWM": ("nse_nwm", "National Water Model, reanalysis", KRATZERT, ""),
    "LSTM": ("nse_lstm_static", "LSTM on weather and attributes", KRATZERT, TRAIN_PERIOD),
    "LSTM without attributes": ("nse_lstm_nostatic", "LSTM on weather only", KRATZERT, TRAIN_PERIOD),
    "LSTM, ungauged": ("nse_lstm_pub", "LSTM on basins it was not trained on, 12 folds", KRATZERT, TRAIN_PERIOD),
}


def published_scores(sites: Sequence[str], folder: str | Path | None = None) -> xr.Dataset | None:
    """`nse` (model, site) of published models at the sites that they share; None without a file or a common site.

    Along `model`: `description`, `source`, `train_period` (empty where it is not known) and `ungauged`. The attribute
    `period` of `nse` is the period of the scores; `folder` is where the file lies, by default as above.
    """
    file = Path(folder or os.environ.get("DGVIZ_DATA", "../shared/data")) / FILE
    if not file.is_file():
        return None
    table = pd.read_csv(file, dtype={"gauge_id": str}, index_col="gauge_id")
    # One tuple for each column of MODELS.
    columns, descriptions, sources, periods = zip(*MODELS.values(), strict=True)
    table = table[list(columns)].dropna()
    table = table.loc[[site for site in sites if site in table.index]]
    if table.empty:
        return None
    attrs = {"long_name": "Nash-Sutcliffe efficiency", "units": "1", "period": TEST_PERIOD}
    along = {
        "model": list(MODELS),
        "site": table.index.to_numpy(str),
        "description": ("model", list(descriptions), {"long_name": "What the model is"}),
        "source": ("model", list(sources), {"long_name": "Where it was published"}),
        "train_period": ("model", list(periods), {"long_name": "Period of calibration or training"}),
        "ungauged": (
            "model",
            [name.endswith("ungauged") for name in MODELS],
            {"long_name": "Without the basin's gauge"},
        ),
    }
    scores = xr.Dataset({"nse": (("model", "site"), table.to_numpy("float64").T, attrs)}, along)
    return scores.assign_attrs(title="Published scores on CAMELS-US", references=f"{KRATZERT}; {NEWMAN}")


def published_on(dataset: xr.Dataset) -> xr.Dataset | None:
    """`published_scores` of the sites of a data set; None also where its record lacks the days that they are of."""
    scores = published_scores(dataset.site.values)
    if scores is None:
        return None
    try:
        check_period(dataset.indexes["time"], scores.nse.attrs["period"], "period of the published scores", FILE)
    except DataError:
        return None
    return scores
