"""Every declared process, and every combination of options, keeps the promises of its declaration.

What takes long runs for few combinations, in which every two options meet.
"""

import inspect

import pytest
import torch

from dgviz import units
from dgviz.processes.declare import Flux, Parameter, State, source, title
from dgviz.processes.symbols import explained, symbols_in
from tests.combinations import DOMAINS, every_combination, every_pair

# CF standard names in use, with their canonical units (CF standard name table, version 93).
CF = {
    "longitude": "rad",
    "lwe_precipitation_rate": "m s-1",
    "rainfall_rate": "m s-1",
    "lwe_water_evaporation_rate": "m s-1",
    "lwe_thickness_of_soil_moisture_content": "m",
    "lwe_thickness_of_surface_snow_amount": "m",
    "air_temperature": "K",
    "latitude": "rad",
    "gross_primary_productivity_of_biomass_expressed_as_carbon": "kg m-2 s-1",
}
PROCESSES = {option.__name__: option for d in DOMAINS.values() for options in d.slots.values() for option in options}
STEP = 1e-5  # of a random direction of all parameters; of a smaller one rounding is more than a part in a million
every_process = pytest.mark.parametrize("process", PROCESSES.values(), ids=PROCESSES)


@pytest.fixture(autouse=True)
def _same_weights():
    torch.manual_seed(0)


def target_of(domain):
    return next(iter(domain.targets))


def may_be_negative(domain):
    """Where a target has no floor, what moves and what is stored may be below zero too: heat, net exchange."""
    return any(target.floor is None for target in domain.targets.values())


def storage_change(model, outputs):
    """What all stores gained over the run, mean over the members, (site,); zero without stores."""
    gained = ((outputs[k][-1] - state.initial).double().mean(-1) for k, state in model.of(State).items())
    return sum(gained, torch.zeros(1))


def moved(model, outputs):
    """All that came in and went out, without sign, mean over the members, (site,); one where nothing moves."""
    names = [*model.inflows, *model.outflows]
    return sum(outputs[k].double().abs().sum(0).mean(-1) for k in names) if names else torch.ones(1)


def net_inflow(model, outputs):
    """What came from outside minus what left, mean over the members, (site,)."""
    into, out = ([outputs[k].double().sum(0).mean(-1) for k in names] for names in (model.inflows, model.outflows))
    return sum(into) - sum(out)


@every_process
def test_is_documented_with_a_label_and_its_source(process):
    assert len(title(process)) <= 60
    assert source(process) or not process.of(Parameter)
    assert not source(process) or "doi:" in source(process) or "Reports" in source(process)


@every_process
def test_equations_stand_beside_parameters(process):
    assert process.equations or not process.of(Parameter)


@every_process
def test_it_says_which_of_its_fluxes_a_network_gives(process):
    assert set(process.learned) <= process.of(Flux).keys()
    assert bool(process.learned) == bool(list(process().parameters()))


@every_process
def test_standard_names_are_cf_and_units_convert(process):
    for name, quantity in process.declared.items():
        if quantity.standard_name:
            assert units.parse(quantity.units).is_compatible_with(CF[quantity.standard_name]), name


@every_combination
def test_a_flux_has_the_units_of_its_stores_per_step(domain, choices):
    model = domain.build(**choices)
    for name, flux in model.of(Flux).items():
        for store in {flux.out_of, flux.into} & model.of(State).keys():
            per_step = units.REGISTRY.Quantity(1.0, units.parse(flux.units)) * units.REGISTRY.Quantity(1.0, domain.step)
            unit = units.parse(model.of(State)[store].units)
            kept = units.REGISTRY.Quantity(1.0, unit) - units.REGISTRY.Quantity(0.0, unit)  # of degC: one kelvin
            assert (per_step / kept).to("dimensionless").magnitude == pytest.approx(1), name


@every_combination
def test_every_combination_runs_at_the_corners_and_closes(domain, choices, example):
    """One site with all parameters at their least, one between, one at their most."""
    model = domain.build(**choices)
    forcings, parameters = example(model, n_time=30, where=torch.tensor([[0.0], [0.37], [1.0]]))
    with torch.no_grad():
        outputs = model(forcings, parameters, backend="torch")
    assert outputs.keys() == model.of(Flux).keys() | model.of(State).keys()
    for name, value in outputs.items():
        assert value.shape == (30, 3, 2), name
        assert value.isfinite().all(), name
        assert may_be_negative(domain) or value.min() > -1e-9, name
    residual = net_inflow(model, outputs) - storage_change(model, outputs)
    assert (residual.abs() / moved(model, outputs)).max() < 1e-12


@every_combination
def test_every_combination_has_the_gradient_that_a_rerun_sees(domain, choices, example):
    """Along one random direction of all parameters."""
    model = domain.build(**choices)
    forcings, parameters = example(model, n_time=8, n_site=1, where=0.37)
    weights = torch.rand(8, 1, 2, dtype=torch.float64)
    direction = {k: (torch.rand_like(v) - 0.5) * v.detach() for k, v in parameters.items()}

    def total(step):
        shifted = {k: v + step * direction[k] for k, v in parameters.items()}
        outputs = model(forcings, shifted, backend="torch")
        return sum((weights * outputs[name]).sum() for name in domain.targets if name in outputs)

    gradients = torch.autograd.grad(total(0.0), list(parameters.values()))
    along = sum((g * direction[k]).sum() for k, g in zip(parameters, gradients, strict=True))
    with torch.no_grad():
        rerun = (total(STEP) - total(-STEP)) / (2 * STEP)
    torch.testing.assert_close(along, rerun, atol=1e-8, rtol=1e-6)


@every_pair
def test_mass_closes_in_double_precision(domain, choices, example):
    model = domain.build(**choices)
    forcings, parameters = example(model, n_time=450, n_site=8, n_member=3)
    with torch.no_grad():
        outputs = model(forcings, parameters)
    residual = net_inflow(model, outputs) - storage_change(model, outputs)
    assert (residual.abs() / moved(model, outputs)).max() < 1e-12


@every_pair
def test_each_store_changes_by_its_fluxes_each_day(domain, choices, example):
    model = domain.build(**choices)
    with torch.no_grad():
        outputs = {k: v.mean(-1) for k, v in model(*example(model)).items()}
    for name in model.of(State):
        gain = sum(outputs[k][1:] for k in model.gains[name]) - sum(outputs[k][1:] for k in model.losses[name])
        torch.testing.assert_close(outputs[name].diff(dim=0), gain, atol=1e-10, rtol=0)


@every_pair
def test_no_store_and_no_flux_is_negative(domain, choices, example):
    if may_be_negative(domain):
        return
    model = domain.build(**choices)
    with torch.no_grad():
        outputs = model(*example(model, n_time=400))
    for name, value in outputs.items():
        assert value.min() > -1e-9, name


@every_pair
def test_every_parameter_learns_somewhere(domain, choices, example):
    model = domain.build(**choices)
    learns = set()
    for where in (0.02, 0.3, 0.6):
        forcings, parameters = example(model, n_time=150, n_site=1, n_member=1, where=where)
        outputs = model(forcings, parameters)
        seen = sum(outputs[name].square().sum() for name in domain.targets if name in outputs)
        gradients = torch.autograd.grad(seen, list(parameters.values()), materialize_grads=True)
        assert all(g.isfinite().all() for g in gradients)
        learns |= {name for name, g in zip(parameters, gradients, strict=True) if g.abs().sum() > 0}
    assert learns == model.of(Parameter).keys()


@every_pair
def test_gradients_match_finite_differences(domain, choices, example):
    model = domain.build(**choices)
    forcings, parameters = example(model, n_time=8, n_site=1, n_member=2, where=0.37)

    def run(*values):
        return model(forcings, dict(zip(parameters, values, strict=True)))[target_of(domain)]

    assert torch.autograd.gradcheck(run, tuple(parameters.values()), eps=1e-6, atol=1e-6)


@every_pair
def test_a_data_set_carries_units_and_names(domain, choices, example):
    model = domain.build(**choices)
    for name, variable in model.to_dataset(model(*example(model, n_time=3))).items():
        assert variable.attrs["units"] and variable.attrs["long_name"], name


def test_every_domain_is_a_module_with_a_docstring():
    for name, domain in DOMAINS.items():
        assert domain.title and domain.site
        assert inspect.getdoc(__import__(f"dgviz.domains.{name}", fromlist=["domain"]))


@every_process
def test_every_symbol_of_an_equation_is_explained(process):
    """Each names a quantity of its science, or says in words what it is; and every parameter has its symbol."""
    used = set().union(*map(symbols_in, process.equations))
    assert used <= process.symbols.keys()
    science = next(d for d in DOMAINS.values() if any(process in options for options in d.slots.values()))
    for meaning in explained(process).values():
        assert meaning in science.quantities() or " " in meaning or meaning == "day", meaning
    if process.equations and not process.joins_sites:
        assert process.of(Parameter).keys() <= {*explained(process).values()}


def test_symbols_of_an_equation_are_found():
    equation = r"Q_t = \left(\mathrm{TT} - \bar{Q}\right)^+ \frac{dT}{dt}\,[T < E_p]\,\theta^{a_4}"
    equation += r" I_{t-1}\,\Delta t \cos 2\pi"
    names = {"Q", "t", r"\mathrm{TT}", r"\bar{Q}", "T", "E_p", r"\theta", "a_4", "I", r"\Delta t"}
    assert symbols_in(equation) == names | {"x^+", "[A]"}
