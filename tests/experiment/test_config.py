"""Every option of a run is checked, and a wrong one is named with what is allowed."""

import json

import pytest

from dgviz.domains import discover
from dgviz.experiment.config import ConfigError, RunConfig


def test_the_defaults_name_every_slot():
    config = RunConfig()
    assert config.processes.keys() == config.science.slots.keys()
    assert config.target == "streamflow"


def test_json_gives_the_same_configuration():
    config = RunConfig(epochs=3, sites=("a", "b"), dynamic=("k0",), processes=dict(snow="NoSnow"))
    assert RunConfig(**json.loads(config.model_dump_json())) == config


def test_a_configuration_cannot_be_changed():
    with pytest.raises(ValueError, match="frozen"):
        RunConfig().epochs = 3


def test_configurations_share_nothing():
    given = dict(snow="NoSnow")
    first, second = RunConfig(processes=given), RunConfig()
    assert given == dict(snow="NoSnow")
    assert first.processes["snow"] == "NoSnow" and second.processes["snow"] == "DegreeDaySnow"


def test_every_option_is_described():
    assert not [name for name, field in RunConfig.model_fields.items() if not field.description]


def test_an_edit_leaves_the_rest_and_the_original():
    config = RunConfig(epochs=3, processes=dict(snow="NoSnow"))
    edited = config.edited(members=2, groundwater="LinearReservoir", processes=dict(routing="NoRouting"))
    assert (edited.epochs, edited.members, config.members) == (3, 2, 16)
    assert [edited.processes[slot] for slot in ("snow", "groundwater", "routing")] == [
        "NoSnow",
        "LinearReservoir",
        "NoRouting",
    ]
    assert config.processes["groundwater"] == "ThreeOutlets"


def test_an_edit_is_checked_as_a_whole():
    config = RunConfig(dynamic=("k0",))
    with pytest.raises(ConfigError, match="dynamic: the chosen processes have no parameter 'k0'"):
        config.edited(groundwater="LinearReservoir")


def test_differences_name_options_and_slots():
    config = RunConfig()
    assert config.differences(config) == {}
    assert config.differences(config.edited(epochs=7, snow="NoSnow")) == {
        "epochs": (60, 7),
        "snow": ("DegreeDaySnow", "NoSnow"),
    }


@pytest.mark.parametrize(
    "options, message",
    [
        (dict(epoch=3), "There is no option 'epoch'. Did you mean 'epochs'.*Options: domain, data"),
        (dict(epochs=0), "epochs = 0: Input should be greater than or equal to 1"),
        (dict(epochs="many"), "epochs = 'many': Input should be a valid integer"),
        (dict(loss="mse"), "loss = 'mse': Input should be 'nse', 'rmse' or 'kge'"),
        (dict(learning_rate=float("nan")), "learning_rate = nan"),
        (dict(train_period="1979"), "train_period = '1979'"),
        (dict(domain="hydrolgy"), "There is no domain 'hydrolgy'. Domains: .*hydrology.* Did you mean 'hydrology'"),
        (dict(processes=dict(snows="NoSnow")), "no slot 'snows'. Slots: .* Did you mean 'snow'"),
        (dict(processes=dict(snow="NoSnw")), "no option 'NoSnw'. Options: .* Did you mean 'NoSnow'"),
        (dict(dynamic=("btea",)), "no parameter 'btea'. Parameters: .* Did you mean 'beta'"),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, dict) else "",
)
def test_a_wrong_option_is_explained(options, message):
    with pytest.raises(ConfigError, match=message):
        RunConfig(**options)


def test_every_wrong_option_is_named():
    with pytest.raises(ConfigError, match="(?s)members = 0.*epochs = 0"):
        RunConfig(epochs=0, members=0)


def test_a_slot_may_be_given_by_its_name():
    config = RunConfig(snow="NoSnow", processes={"routing": "NoRouting"})
    assert (config.processes["snow"], config.processes["routing"]) == ("NoSnow", "NoRouting")
    assert config.edited(snow="DegreeDaySnow").processes["routing"] == "NoRouting"


@pytest.mark.parametrize("options", [dict(processes="x"), dict(self=1), dict(clip=float("inf"))], ids=str)
def test_odd_values_are_refused_in_words(options):
    with pytest.raises(ConfigError, match=next(iter(options))):
        RunConfig().edited(**options)


def test_groups_of_one_science_are_none_of_another():
    chosen = RunConfig(data="twin:ecosystem", groups="kind")
    assert chosen.edited(epochs=3).groups == "kind" and chosen.edited(data="delaware").groups == ""
    assert chosen.edited(data="twin:leaf").groups == "species"


@pytest.mark.parametrize(("domain", "name"), [(k, name) for k, d in discover().items() for name in d.presets])
def test_a_preset_sets_its_options_and_puts_back_those_of_another(domain, name):
    default = RunConfig(domain=domain, seed=3)
    changed = default.preset(name)
    wanted = default.science.presets[name].options
    assert {k: changed.processes.get(k, getattr(changed, k, None)) for k in wanted} == wanted
    for other in default.science.presets:
        assert default.preset(other).preset(name) == changed


def test_presets_have_names_that_are_known():
    for domain in discover().values():
        assert {*domain.dial, *domain.controls} <= domain.presets.keys()
    with pytest.raises(ConfigError, match="no preset 'HBV, dinamic'.*Did you mean 'HBV, dynamic'"):
        RunConfig().preset("HBV, dinamic")


@pytest.mark.parametrize("domain", discover())
def test_every_option_is_called_by_a_phrase(domain):
    config = RunConfig(domain=domain)
    titles = {name: config.title(name) for name in RunConfig.model_fields}
    for name, title in titles.items():
        assert title[0].isupper() and "_" not in title and "{" not in title, name
        assert len(title) <= 60 and title not in {name, name.replace("_", " ")}
        assert RunConfig.model_fields[name].description
    assert len({*titles.values()}) == len(titles)
    assert titles["warmup"] == f"Warm-up, {config.science.step}s before the window"
    assert titles["held_sites"] == f"Held-out {config.science.site}s by name"


def test_a_target_that_is_none_or_is_not_computed_is_named():
    with pytest.raises(ConfigError, match="target: 'streamflw' is none.*Did you mean 'streamflow'"):
        RunConfig(target="streamflw")
    assert RunConfig().target == RunConfig(target="streamflow").target == "streamflow"
