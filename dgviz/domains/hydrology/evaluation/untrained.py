"""Parts of the water balance that a run was not trained on, compared with observations: a check of the physics.

Only streamflow is trained on. A good fit to it says little about the rest of the water balance; these are the parts
that observations can judge.
"""

import xarray as xr

from dgviz.domains.evaluation import Evaluation, Scatter
from dgviz.domains.hydrology.evaluation.budyko import curves
from dgviz.domains.hydrology.evaluation.signatures import baseflow_index
from dgviz.domains.untrained import Untrained, of_series


def untrained(results: xr.Dataset, dataset: xr.Dataset) -> xr.Dataset:
    """Long-term means of a run and of the observation by site, `(site,)`, over the days of the results.

    - `observed_evapotranspiration`, mm d-1: precipitation minus streamflow, over the days with an observation. Right as
      far as the storage did not change and nothing flowed by underground.
    - `evapotranspiration`, mm d-1: all that left to the atmosphere.
    - `observed_baseflow_share`: the `baseflow_index` of the data set, or else of the observed flow.
    - `baseflow_share`: baseflow over all that entered the channel.
    - `aridity`: potential evapotranspiration over precipitation; the data set's own where the run has none.
    - `observed_evaporative_index`, `evaporative_index`: evapotranspiration over precipitation.

    What the run or the data do not tell is absent: a recurrent network has no fluxes, nor had results that were
    written before they held `mean_<flux>`.
    """
    data = dataset.sel(site=results.site, time=results.time)
    prcp = data.prcp.astype("float64").mean("time")
    # E = P - Q over the days on which Q was observed
    both = data.prcp.where(data.streamflow.notnull()).astype("float64").mean("time")
    found = _of_run(results) | _of_observation(data)
    pet = results.get("mean_pet", data.pet.mean("time") if "pet" in data else None)
    if pet is not None or "aridity" in data:
        found["aridity"] = pet / prcp if pet is not None else data.aridity
    found["observed_evaporative_index"] = found["observed_evapotranspiration"] / both
    if "evapotranspiration" in found:
        found["evaporative_index"] = found["evapotranspiration"] / prcp
    return xr.Dataset({k: _labelled(v, k) for k, v in found.items()}, {"name": results.coords["name"]})


def _of_run(results: xr.Dataset) -> dict[str, xr.DataArray]:
    found = {"evapotranspiration": _evapotranspiration(results), "baseflow_share": _baseflow_share(results)}
    return {name: values for name, values in found.items() if values is not None}


def _evapotranspiration(results: xr.Dataset) -> xr.DataArray | None:
    """All that left to the atmosphere, `(site,)`."""
    up = _into("atmosphere", results)
    return sum(up) if up else None  # type: ignore[return-value]  # there is at least one


def _baseflow_share(results: xr.Dataset) -> xr.DataArray | None:
    """Baseflow over all that entered the channel, `(site,)`."""
    if "mean_baseflow" not in results:
        return None
    return results.mean_baseflow / sum(_into(results.mean_baseflow.attrs["into"], results))


def _of_observation(data: xr.Dataset) -> dict[str, xr.DataArray]:
    return {
        "observed_evapotranspiration": _precipitation_minus_flow(data),
        "observed_baseflow_share": _observed_baseflow_share(data),
    }


def _observed_baseflow_share(data: xr.Dataset) -> xr.DataArray:
    given = data.coords.get("baseflow_index")
    return baseflow_index(data.streamflow) if given is None else given


def _precipitation_minus_flow(data: xr.Dataset) -> xr.DataArray:
    """The long-term mean over the days with an observed flow, `(site,)`; none where there are none."""
    flow = data.streamflow.astype("float64")
    left = data.prcp.astype("float64").where(flow.notnull()).mean("time") - flow.mean("time")
    return left.assign_attrs(units="mm d-1")


def _into(store: str, results: xr.Dataset) -> list[xr.DataArray]:
    """The mean fluxes that are declared to flow into a store."""
    means = [values for name, values in results.items() if str(name).startswith("mean_")]
    return [values for values in means if values.attrs.get("into") == store]


LABELS = {
    "evapotranspiration": ("mm d-1", "Simulated evapotranspiration"),
    "observed_evapotranspiration": ("mm d-1", "Precipitation minus observed streamflow"),
    "baseflow_share": ("1", "Simulated baseflow share"),
    "observed_baseflow_share": ("1", "Baseflow index of the observed flow"),
    "aridity": ("1", "Aridity index (potential evapotranspiration over precipitation)"),
    "evaporative_index": ("1", "Simulated evapotranspiration over precipitation"),
    "observed_evaporative_index": ("1", "Observed 1 minus runoff ratio"),
}


def _labelled(values: xr.DataArray, name: str) -> xr.DataArray:
    units, long_name = LABELS[name]
    return values.reset_coords(drop=True).drop_attrs().assign_attrs(units=units, long_name=long_name)


def _of_period(results: xr.Dataset, dataset: xr.Dataset, period: str) -> xr.Dataset:
    """`untrained`; a long-term balance is of all days of the results, whatever the test period is."""
    return untrained(results, dataset)


def _lacking(results: xr.Dataset, dataset: xr.Dataset) -> str:
    if any(str(name).startswith("mean_") for name in results):
        return "This run has no baseflow: none of its processes computes it."
    return (
        "The results of this run hold no fluxes. A network alone has none; a run with processes that was trained "
        "before fluxes were kept has to be trained again."
    )


UNTRAINED = Evaluation(
    title="Independent evaluation",
    about="Parts of the water balance that no run was trained on, beside what is observed of them.",
    compute=_of_period,
    pictures=(
        Scatter(
            "Evapotranspiration",
            "observed_evapotranspiration",
            "evapotranspiration",
            "Precipitation minus streamflow is the evapotranspiration, provided that storage did not change over the "
            "period and no water left underground.",
        ),
        Scatter(
            "Baseflow",
            "observed_baseflow_share",
            "baseflow_share",
            "The baseflow index is made of the observed flow by a filter that sees only how slowly it changes: a right "
            "model follows it in rank rather than in value.",
            limits=(0.0, 1.0),
        ),
        Scatter(
            "Budyko",
            "aridity",
            "evaporative_index",
            "A line leads from each simulated point to the observed 1 minus runoff ratio. Above the limit, more "
            "evaporates than there is water or energy for, or the precipitation was measured too low.",
            to="observed_evaporative_index",
            equal=False,
            curves=curves,
            limits=(0.0, 1.1),
        ),
    ),
    lacking=_lacking,
)

VARIABLES = (
    Untrained(
        "Evapotranspiration",
        _precipitation_minus_flow,
        _evapotranspiration,
        assumes="Precipitation minus observed flow is the evapotranspiration, as far as storage did not change over "
        "the record, no water left underground, and precipitation was measured right.",
    ),
    Untrained(
        "Baseflow share",
        lambda data: _observed_baseflow_share(data).assign_attrs(units="1"),
        _baseflow_share,
        assumes="The baseflow index is made of the observed flow by the filter of Lyne and Hollick "
        "(doi:10.7158/13241583.2013.11465417), which sees only how slowly it changes, not where the water came from.",
    ),
    of_series("Snow water equivalent", "snow_water_equivalent", ("snowpack", "meltwater")),
    of_series("Daily evapotranspiration", "evapotranspiration", ("evapotranspiration",)),
)
