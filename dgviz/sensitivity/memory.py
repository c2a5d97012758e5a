"""How far back an output remembers."""

import numpy as np
import xarray as xr


def memory(response: xr.DataArray, day: int, share: float = 0.5) -> int:
    """The number of days up to and including `day` that cause a given `share` of a response `(time,)`.

    `response` is the response on one day, at position `day`, to a forcing on each day; signs do not count. Zero if
    there is no response.
    """
    # Sum of |response| over the last 1, 2, 3 ... days
    backwards = np.cumsum(np.abs(response.values[day::-1].astype("float64")))
    return int(np.searchsorted(backwards, share * backwards[-1])) + 1 if backwards[-1] else 0
