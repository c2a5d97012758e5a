"""The light that is drawn above the productivity of a tower, and what the leaves absorb of it."""

import xarray as xr


def light_and_leaves(here: xr.Dataset) -> xr.Dataset:
    """Light at one tower, `(time,)`: what the leaves absorb and what they do not, as bars that add up to all of it."""
    light = here.ppfd.astype("float32")
    absorbed = light * here.fapar if "fapar" in here else light
    labels = {"units": here.ppfd.attrs["units"], "drawn": "bars"}
    series = {
        "absorbed_light": absorbed.drop_attrs().assign_attrs(labels, long_name="Light that leaves absorb"),
        "other_light": (light - absorbed).drop_attrs().assign_attrs(labels, long_name="Light beside the leaves"),
    }
    return xr.Dataset(series, attrs={"symbol": "PPFD"}).reset_coords(drop=True)
