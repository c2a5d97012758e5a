"""How much flows in each reach of a river."""

import xarray as xr

from dgviz.datasets.site_network import has_network, upstream_area


def mean_discharge(results: xr.Dataset, dataset: xr.Dataset) -> dict[str, xr.DataArray]:
    """`mean_discharge` `(site,)` in m3 s-1, from the simulated streamflow (mm d-1) of a river; nothing elsewhere.

    Streamflow is a depth over all land upstream only where the run routed the runoff down the network.
    """
    if not has_network(dataset) or "mean_river_storage" not in results:
        return {}
    # 1 km2 mm d-1 is 1000 m3 in 86 400 s.
    discharge = results.streamflow.mean("time") * (upstream_area(dataset) / 86.4)
    return {"mean_discharge": discharge.assign_attrs(long_name="Mean discharge", units="m3 s-1")}
