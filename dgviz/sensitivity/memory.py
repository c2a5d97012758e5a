"""How far back an output remembers."""

import numpy as np
import xarray as xr


def memory(response: xr.DataArray, day: int, share: float = 0.5) -> int:
    """The number of last days, that of `day` included, from which `share` of a response `(time,)` comes.

    `response` is that of one day, at position `day`, to a forcing on each day; amounts count without their sign. Zero
    where there is no response.
    """
    # Sum of |response| over the last 1, 2, 3 ... days
    backwards = np.cumsum(np.abs(response.values[day::-1].astype("float64")))
    return int(np.searchsorted(backwards, share * backwards[-1])) + 1 if backwards[-1] else 0
