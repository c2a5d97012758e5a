"""Wiring, stores and stepping, on processes made up here: nothing but their declarations is written."""

import pytest
import torch

from dgviz import ProcessModel, WiringError
from dgviz.domains import Domain
from dgviz.learn import DifferentiableModel
from dgviz.learn.networks import ParameterNetwork
from dgviz.learn.site_model import SiteModel
from dgviz.learn.tensors import Tensors
from dgviz.processes.declare import Flux, Forcing, Parameter, Process, Quantity, State
from dgviz.sensitivity import mean_response


class Gutter(Process):
    """A gutter leads the rain to a barrel."""

    barrel = State("mm", "Water in the barrel", initial=2.0)
    caught = Flux("mm d-1", "Rain caught", out_of="sky", into="barrel")

    def forward(self, *, rain):
        return dict(caught=rain)


class Tap(Process):
    """A tap leaks a share of what is in the barrel."""

    barrel = Gutter.barrel
    share = Parameter("d-1", "Share that leaks", range=(0.1, 0.5))
    leak = Flux("mm d-1", "Leak", out_of="barrel", into="ground")

    def forward(self, *, barrel, share):
        return dict(leak=share * barrel)


RAIN = dict(rain=Forcing("mm d-1", "Rain"))
barrels = Domain(
    "Barrels", "barrel", RAIN, {}, dict(leak=Tap.leak), dict(roof=(Gutter,), tap=(Tap,)), ("sky", "ground")
)


def build(*processes):
    return ProcessModel([p() for p in processes], RAIN, ("sky", "ground"))


def series(*values):
    return torch.tensor(values, dtype=torch.float64).reshape(-1, 1, 1)


def process(forward, **declared):
    return type("Made", (Process,), dict(forward=forward, **declared))


def test_a_made_up_domain_steps_its_store():
    outputs = barrels.build()(dict(rain=series(10.0, 0.0, 4.0)), dict(share=series(0.5)))
    assert outputs["leak"].flatten().tolist() == [6.0, 3.0, 3.5]
    assert outputs["barrel"].flatten().tolist() == [6.0, 3.0, 3.5]
    assert outputs["caught"].flatten().tolist() == [10.0, 0.0, 4.0]


def test_a_made_up_domain_learns_and_has_its_units():
    model = barrels.build()
    learned = DifferentiableModel(model, ParameterNetwork(model.of(Parameter), 1, members=2, hidden=3), ["size"])
    tensors = Tensors(dict(rain=torch.rand(5, 3, 1)), torch.rand(3, 1), torch.rand(5, 3))
    learned(tensors)["leak"].sum().backward()
    assert all(w.grad.abs().sum() > 0 for w in learned.parameters())
    assert mean_response(SiteModel(learned, tensors, None, "leak")).share.attrs["units"] == "mm"


def test_a_store_that_nobody_reads_is_the_running_sum_of_its_fluxes():
    outputs = build(Gutter)(dict(rain=series(10.0, 0.0, 4.0)), {})
    assert outputs["barrel"].flatten().tolist() == [12.0, 12.0, 16.0]


def test_a_constant_flux_fills_a_store_that_nobody_reads():
    clock = process(lambda self, *, hour: {}, hour=Parameter("1", "Hour"))  # makes the series three days long
    outputs = build(Gutter, clock)(dict(rain=series(1.0)), dict(hour=series(0.0, 0.0, 0.0)))
    assert outputs["barrel"].flatten().tolist() == [3.0, 4.0, 5.0]


@pytest.mark.parametrize("name", ["rain", "share"])
def test_constant_and_varying_inputs_give_the_same(name):
    inputs = dict(rain=series(3.0, 1.0, 2.0), share=series(0.2, 0.2, 0.2))
    inputs[name] = series(2.0, 2.0, 2.0) if name == "rain" else inputs[name]
    constant = inputs | {name: inputs[name][:1]}
    model = barrels.build()
    for key, value in model(inputs, inputs).items():
        torch.testing.assert_close(model(constant, constant)[key], value, msg=key)


def test_only_what_is_wanted_is_returned_and_is_the_same():
    model, forcings, parameters = barrels.build(), dict(rain=series(1.0, 2.0)), dict(share=series(0.3))
    everything = model(forcings, parameters)
    assert everything.keys() == {"caught", "barrel", "leak"}
    for name, value in everything.items():
        alone = model(forcings, parameters, [name])
        assert alone.keys() == {name}
        assert alone[name].equal(value)


@pytest.mark.parametrize("backend", ["torch", "fused"])
def test_means_are_those_over_the_members(backend):
    model, forcings = barrels.build(), dict(rain=torch.rand(5, 2, 1))
    parameters = dict(share=torch.rand(1, 2, 3))
    by_member = model(forcings, parameters, backend=backend)
    for name, mean in model.mean(forcings, parameters, backend=backend).items():
        torch.testing.assert_close(mean, by_member[name].mean(-1))


def test_what_runs_a_model_is_said_once(caplog):
    caplog.set_level("INFO", "dgviz")
    model, inputs = barrels.build(), dict(rain=series(1.0), share=series(0.5))
    for _ in range(2):
        model(inputs, inputs)
    assert [r.message for r in caplog.records if r.levelname == "INFO" and "backend" in r.message] == [
        "backend fused: all 2 stepped processes are compiled for the CPU"
    ]


def test_an_optional_input_never_comes_from_the_day_before():
    early = process(
        lambda self, *, barrel, leak=0.0: dict(told=leak + 0 * barrel), told=Flux("mm d-1", "Leak that was told")
    )
    outputs = build(Gutter, early, Tap)(dict(rain=series(1.0, 1.0, 1.0)), dict(share=series(0.5)))
    assert outputs["told"].flatten().tolist() == [0.0, 0.0, 0.0]


def test_a_flux_of_the_last_process_leaves_its_store():
    pump = process(lambda self, *, rain: dict(pumped=rain), pumped=Flux("mm d-1", "", out_of="barrel", into="ground"))
    outputs = build(Gutter, Tap, pump)(dict(rain=series(1.0, 1.0)), dict(share=series(0.5)))
    lost = outputs["leak"].sum() + outputs["pumped"].sum()
    assert (2.0 + outputs["caught"].sum() - lost).item() == outputs["barrel"].flatten()[-1].item()


def test_a_process_may_see_the_mean_over_the_members():
    class Shared(Tap):
        member_mean = True

    shares = torch.tensor([0.2, 0.4]).reshape(1, 1, 2)
    leak = build(Gutter, Shared)(dict(rain=torch.ones(3, 1, 1)), dict(share=shares))["leak"]
    assert leak.shape == (3, 1, 2)
    assert leak[..., 0].equal(leak[..., 1])
    torch.testing.assert_close(leak[0, 0, 0].item(), 0.3 * 3.0)


def test_a_data_set_has_units_names_and_the_mean_of_members():
    values = dict(leak=torch.tensor([1.0, 3.0]).reshape(1, 1, 2))
    data = barrels.build().to_dataset(values, site=["a"])
    assert data.leak.attrs == {"units": "mm d-1", "long_name": "Leak"}
    assert data.leak.sel(site="a").item() == 2.0
    assert data.attrs["Conventions"].startswith("CF")


@pytest.mark.parametrize(
    "processes, message",
    [
        ([process(lambda self, *, rian: {})], "Made reads 'rian', but no forcing.* Did you mean 'rain'"),
        ([process(lambda self, *, leak: {}), Gutter, Tap], "Made reads 'leak', but no .* earlier process"),
        ([Gutter, Tap, Tap], "Tap computes 'leak', which an earlier process computes. Keep one"),
        (
            [Gutter, process(lambda self: {}, barrel=State("m", "Barrel"))],
            r"Made declares 'barrel' as State\(units='m'.* an earlier process as State\(units='mm'.*Share one",
        ),
        (
            [Gutter, process(lambda self: {}, flow=Flux("mm d-1", "Flow", out_of="barel"))],
            "Made moves 'flow' to or from 'barel', but no process declares that store. Did you mean 'barrel'",
        ),
    ],
    ids=["missing input", "too early", "same flux twice", "declared in two ways", "unknown store"],
)
def test_wiring_errors_name_process_quantity_and_fix(processes, message):
    with pytest.raises(WiringError, match=message):
        build(*processes)


def test_a_process_must_return_the_fluxes_it_declares():
    wrong = process(lambda self, *, rain: dict(other=rain), flow=Flux("mm d-1", "Flow"))
    with pytest.raises(WiringError, match=r"Made.forward returned \['other'\], but it declares the fluxes \['flow'\]"):
        build(wrong)(dict(rain=series(1.0)), {})


@pytest.mark.parametrize(
    "given, message",
    [
        (dict(share=series(0.5)), "The model needs 'rain'. It needs: rain, share"),
        (dict(rain=series(1.0), shares=series(0.5)), "needs 'share'.* Did you mean 'shares'"),
        (
            dict(rain=torch.ones(3, 1, 1, 1), share=series(0.5)),
            r"'rain' has the shape \(3, 1, 1, 1\). Give \(time, site, mem",
        ),
        (
            dict(rain=torch.ones(3, 2, 1), share=torch.ones(1, 4, 1)),
            r"do not fit together as \(time, site, member\): rain \(3, 2, 1\), share \(1, 4, 1\)",
        ),
    ],
    ids=["missing", "misspelt", "rank", "shapes"],
)
def test_wrong_inputs_are_named(given, message):
    with pytest.raises(ValueError, match=message):
        barrels.build()(given, given)


def test_a_domain_names_unknown_slots_and_options():
    with pytest.raises(ValueError, match="Barrels has no slot 'tab'. Slots: roof, tap. Did you mean 'tap'"):
        barrels.build(tab="Tap")
    with pytest.raises(ValueError, match="slot 'tap' has no option 'Tup'. Options: Tap. Did you mean 'Tap'"):
        barrels.build(tap="Tup")


def test_attributes_of_every_quantity_are_found():
    model = barrels.build()
    assert all(model.attrs(name)["units"] for name in [*model.forcings, *model.of(Quantity)])


def test_an_unknown_output_is_named_before_anything_runs():
    with pytest.raises(ValueError, match="no flux or state 'leek'. It has: .* Did you mean 'leak'"):
        barrels.build()({}, {}, ["leek"])


def test_a_parameter_is_not_called_like_a_forcing():
    thirsty = process(lambda self, *, rain: {}, rain=Parameter("mm", "Rain"))
    with pytest.raises(WiringError, match="declares 'rain', which is the name of a forcing or attribute"):
        build(thirsty, Gutter, Tap)


def test_a_store_that_nothing_moves_is_refused():
    idle = process(lambda self: {}, pond=State("mm", "Pond"))
    with pytest.raises(WiringError, match="No flux moves anything into or out of 'pond'"):
        build(Gutter, Tap, idle)
