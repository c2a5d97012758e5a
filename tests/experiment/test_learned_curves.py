"""What networks inside processes have learned, as results keep it."""

import numpy as np
import pytest
import torch

from dgviz.domains.ecosystem.stress import SoilMoistureStress
from dgviz.experiment.config import RunConfig
from dgviz.experiment.job import carry_out
from dgviz.experiment.runs import Run

TOWERS = dict(data="twin:ecosystem,sites=6,years=4", members=2, hidden=4, epochs=3)
BASINS = dict(data="twin:hydrology,sites=3,years=3", members=2, hidden=4, epochs=2, warmup=30, window=60)


@pytest.fixture(scope="module")
def make(tmp_path_factory):
    def make(**options):
        run = Run.create(RunConfig(**options), tmp_path_factory.mktemp("runs"))
        carry_out(run)
        return run

    return make


def curves(run):
    return {str(name): curve for name, curve in run.results().data_vars.items() if str(name).startswith("curve_")}


@pytest.mark.parametrize("seeds", [1, 2])
def test_the_curve_is_what_the_networks_give_while_all_else_is_at_its_mean(make, seeds):
    run = make(**TOWERS, stress="LearnedStress", seeds=seeds)
    curve, data = curves(run)["curve_stress_wetness_LearnedStress"], run.dataset()
    model = run.model(data)
    means = {name: torch.tensor(float(data[name].mean())).reshape(1, 1, 1) for name in ("vpd", "tair")}
    points = torch.tensor(curve.stress_along_wetness.values, dtype=torch.float32)[:, None, None]
    each = []
    for one in model.models if seeds > 1 else [model]:
        process = next(p for p in one.process_model.processes if type(p).__name__ == "LearnedStress")
        each.append(process(wetness=points, **means)["stress"].detach().flatten().numpy())
    assert len(each) == seeds
    np.testing.assert_allclose(curve, np.mean(each, 0), rtol=1e-3)
    assert curve.attrs["learned"] == 1 and curve.attrs["long_name"] == "Learned stress"
    low, high = data.wetness.quantile([0.01, 0.99]).values
    assert float(curve.stress_along_wetness[0]) == pytest.approx(low, abs=0.01)
    assert float(curve.stress_along_wetness[-1]) == pytest.approx(high, abs=0.01)


def test_beside_it_stand_the_other_forms_that_read_the_input_and_the_law_of_a_twin(make):
    run = make(**TOWERS, stress="MonotoneStress")
    found, truth = curves(run), run.dataset()
    assert (np.diff(found["curve_stress_wetness_MonotoneStress"]) >= 0).all()
    law = found["curve_stress_wetness_SoilMoistureStress"]
    known = {name: torch.tensor(float(truth[f"true_{name}"].mean())) for name in ("dry_share", "threshold")}
    wetness = torch.tensor(law.stress_along_wetness.values)
    np.testing.assert_allclose(law, SoilMoistureStress()(wetness=wetness, **known)["stress"], rtol=1e-4)
    assert "known law" in law.attrs["long_name"] and law.attrs["learned"] == 0
    # Nothing is drawn that does not depend on the input: no stress is none at any temperature.
    others = {name for name in found if "Monotone" not in name}
    assert others == {"curve_stress_wetness_SoilMoistureStress", "curve_stress_vpd_VpdStress"}


@pytest.mark.parametrize("law, along", [("VpdStress", "vpd"), ("NoStress", "")])
def test_the_law_of_a_twin_is_the_one_chosen_with_its_name(law, along, make):
    found = curves(make(**{**TOWERS, "data": f"{TOWERS['data']},stress={law}"}, stress="LearnedStress"))
    known = {name: curve for name, curve in found.items() if "known law" in curve.attrs["long_name"]}
    assert set(known) == ({f"curve_stress_{along}_{law}"} if along else set())
    assert "curve_stress_wetness_SoilMoistureStress" in found


def test_inputs_are_as_the_process_saw_them_within_a_step(make):
    """At the end of a day no water is left at the surface: along soil moisture nothing would recharge."""
    found = curves(make(**BASINS, soil="MonotoneRecharge"))
    learned = found["curve_recharge_soil_moisture_MonotoneRecharge"]
    assert (learned > 0).all() and (np.diff(learned) >= 0).all()
    assert found["curve_recharge_soil_moisture_BetaSoil"].attrs["units"] == "mm d-1"


def test_where_nothing_is_learned_inside_a_process_no_curve_is_kept(make):
    assert not curves(make(**TOWERS))
