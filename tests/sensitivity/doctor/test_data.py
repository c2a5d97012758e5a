"""Faults of the data of a site, and among sites."""

import numpy as np
import pytest

from dgviz.sensitivity.doctor import examine
from dgviz.sensitivity.doctor.collection import collection_faults
from dgviz.sensitivity.doctor.dates import lagged


@pytest.mark.parametrize(
    "change, kind, quantity",
    [
        (lambda ds: ds.assign(tmean=ds.tmean * 0 + 10), "constant forcing", "tmean"),
        (lambda ds: ds.assign(tmean=ds.tmean + 273.15), "impossible forcing", "tmean"),
        (lambda ds: ds.assign(prcp=ds.prcp - 1), "impossible forcing", "prcp"),
        (lambda ds: ds.assign(streamflow=ds.streamflow * 10), "units of the target", "streamflow"),
        (lambda ds: ds.assign(prcp=ds.prcp / 1000), "units of the target", "streamflow"),
        (lambda ds: ds.assign(prcp=ds.prcp.shift(time=3, fill_value=0)), "shifted in time", "prcp"),
        (lambda ds: ds.assign(prcp=ds.prcp.shift(time=-3, fill_value=0)), "shifted in time", "prcp"),
        (
            lambda ds: ds.assign(prcp=ds.prcp.copy(data=ds.streamflow.fillna(0).values)),
            "target among the forcings",
            "prcp",
        ),
    ],
)
def test_a_fault_of_the_data_is_found_and_its_series_named(planted, world, change, kind, quantity):
    faults = examine(planted(dataset=change(world))).faults
    assert {found.kind for found in faults} == {kind}
    assert any(quantity in found.quantities for found in faults)


def test_the_effect_before_its_cause_is_told_from_the_cause_before_its_effect(planted, world):
    for days, words in ((3, "ahead of"), (-3, "behind")):
        shifted = world.assign(prcp=world.prcp.shift(time=days, fill_value=0))
        (found,) = examine(planted(dataset=shifted)).faults
        assert words in found.sentence and found.figure == -days


def test_a_sensor_that_is_stuck_for_months_is_a_note(planted, world):
    stuck = world.copy(deep=True)
    stuck.tmean[200:300, 0] = 5.0
    (note,) = [note for note in examine(planted(dataset=stuck)).notes if note.kind == "constant forcing"]
    assert note.quantities == ("tmean",) and note.day == world.time.values[200]


def test_an_effect_follows_its_cause_at_its_lag():
    cause = np.random.default_rng(0).gamma(0.3, size=500)
    effect = np.roll(cause, 2)
    assert max(range(-5, 6), key=lambda lag: lagged(cause, effect, lag)) == 2


def test_sites_are_compared_with_each_other(world):
    twice = world.copy(deep=True)
    twice.streamflow[:, 1] = 1.0 * twice.streamflow[:, 0]
    (found,) = collection_faults(twice, "streamflow")
    assert (found.kind, found.quantities[1:], found.site) == ("duplicated site", ("twin000", "twin001"), 1)

    other = world.copy(deep=True)
    other.prcp[:, 2] /= 25.4
    (found,) = collection_faults(other, "streamflow")
    assert (found.kind, found.quantities, found.site) == ("other units", ("prcp",), 2)
    assert "smaller" in found.sentence and found.figure > 8

    assert not list(collection_faults(world, "streamflow"))


def test_attributes_that_are_the_same_everywhere_tell_nothing(world):
    names = [name for name in world if world[name].dims == ("site",)]
    (note,) = collection_faults(world.assign({names[0]: world[names[0]] * 0 + 1}), "streamflow")
    assert (note.severity, note.quantities) == ("note", (names[0],))
    (fault,) = collection_faults(world.assign({name: world[name] * 0 + 1 for name in names}), "streamflow")
    assert fault.severity == "fault" and "no site can be told" in fault.sentence


def test_a_value_that_stands_for_missing_is_said(planted, world):
    filled = world.copy(deep=True)
    filled.streamflow[50:60, 0] = -999.0
    (found,) = [found for found in examine(planted(dataset=filled)).faults if found.kind == "fill value"]
    assert found.quantities == ("streamflow",) and found.figure == -999


def test_a_target_that_never_changes_is_said(planted, world):
    faults = examine(planted(dataset=world.assign(streamflow=world.streamflow * 0 + 0.5))).faults
    assert ("constant target", ("streamflow",)) in [(found.kind, found.quantities) for found in faults]


def test_an_attribute_made_of_the_target_is_a_leak(world):
    name = next(name for name in world if world[name].dims == ("site",))
    told = world.assign({name: world[name].copy(data=2 * world.streamflow.mean("time").values + 1)})
    (found,) = collection_faults(told, "streamflow")
    assert (found.kind, found.quantities) == ("leak", (name, "streamflow"))
