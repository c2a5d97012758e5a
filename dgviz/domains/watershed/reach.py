"""The stretch of stream that runoff flows through on its way to the gauge."""

from dgviz.domains.stream_temperature.equilibrium import MM_KM2
from dgviz.processes.declare import Flux, Process


class Reach(Process):
    """Reach: runoff as discharge, under the air of the basin."""

    discharge = Flux("m3 s-1", "Discharge of the reach")
    tair = Flux("degC", "Air temperature over the reach")

    def forward(self, *, tmean, quickflow, interflow, baseflow, area):
        runoff = quickflow + interflow + baseflow  # mm d-1
        return dict(discharge=runoff * area * MM_KM2, tair=tmean)
