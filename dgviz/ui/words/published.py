"""What published models and their scores are called."""

import xarray as xr

from dgviz.ui.words.text import period


def published_name(model: xr.DataArray) -> str:
    """A published model with who published it: "LSTM (Kratzert et al. 2019)"."""
    published = str(model.source.item()).partition(",")[0].replace("(", "")
    return f"{model.item().replace(',', '')} ({published}"


def published_score(published: xr.Dataset) -> str:
    """The name of the score that was published."""
    return str(next(iter(published)))


def other_days(results: xr.Dataset, published: xr.DataArray) -> str:
    """A warning where a run was not tested on the days of the published scores."""
    theirs = published.attrs["period"]
    same = results.attrs.get("test_period") == theirs
    return "" if same else f". The published scores are of other days: {period(*theirs.split('/'))}"
