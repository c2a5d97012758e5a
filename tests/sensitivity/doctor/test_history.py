"""Gradients that end too early on their way back, or grow on it."""

import torch

from dgviz.domains.hydrology.groundwater import ThreeOutlets
from dgviz.processes.step import Step
from dgviz.sensitivity.doctor import examine

CHUNK = 40


class InChunks(Step):
    """Stores lose their gradient every 40 days."""

    def through_time(self, known, stores, n_time, kept, means):
        parts = []
        for start in range(0, n_time, CHUNK):
            days = slice(start, start + CHUNK)
            part = {k: v if len(v) == 1 else v[days] for k, v in known.items()}
            values, stores = super().through_time(part, stores, min(CHUNK, n_time - start), kept, means)
            stores = {k: v.detach() for k, v in stores.items()}
            parts.append(values)
        return {k: torch.cat([part[k] for part in parts]) for k in parts[0]}, stores


class FirstDetached(Step):
    """Stores lose their gradient before the first day."""

    def through_time(self, known, stores, n_time, kept, means):
        return super().through_time(known, {k: v.detach() for k, v in stores.items()}, n_time, kept, means)


def stepped_by(site, step):
    model = site.process_model
    model._step, model._fused = step(model._step.processes, model._step.stores), None
    return site


def test_a_gradient_that_ends_with_a_chunk_is_found_with_its_lag(planted):
    (found,) = examine(stepped_by(planted(), InChunks)).faults
    assert found.kind == "truncated history" and "prcp" in found.quantities
    assert CHUNK / 2 < found.figure <= 2 * CHUNK


def test_stores_that_lose_their_gradient_before_the_first_day_are_named(planted):
    (found,) = examine(stepped_by(planted(), FirstDetached)).faults
    assert found.kind == "wrong derivative" and {"soil_moisture", "lower_zone"} <= {*found.quantities}
    assert "each process by itself is right" in found.sentence


def test_a_store_that_swings_ever_wider_is_named(planted):
    class Unstable(ThreeOutlets):
        """More flows out than there is, in turns."""

        def forward(self, *, upper_zone, lower_zone, k0, k1, k2, perc, uzl):
            known = dict(upper_zone=upper_zone, lower_zone=lower_zone, k0=k0, k1=k1, k2=k2, perc=perc, uzl=uzl)
            fluxes = super().forward(**known)
            return fluxes | dict(baseflow=(2.05 + 0 * k2) * (lower_zone + fluxes["percolation"]))

    faults = {found.kind: found for found in examine(planted(Unstable)).faults}
    found = faults["exploding gradient"]
    assert found.process == "Unstable" and "lower_zone" in found.quantities and found.figure > 1e4
