"""A newcomer at a flux tower: the shipped run, its chain of processes, a what-if, and another form of stress."""

import re


def test_the_field_of_alfalfa_is_seen_asked_and_trained_anew(dashboard):
    dashboard.open(data="twitchell", page="Budget", epochs=3, members=2, hidden=4)
    shipped = dashboard.query["run"]
    assert shipped == "twitchell-p-model"
    dashboard.sees(re.compile("Twitchell"))
    dashboard.wait_for_column("observed", "values.some(Number.isFinite)")
    for step in ("Stomata at the least cost", "Acclimated light use efficiency"):  # the chain of its processes
        dashboard.sees(step)

    dashboard.turn_to("What if")
    dashboard.wait_until_drawn()  # what is dragged stays in its place
    dashboard.drag(re.compile("Quantum yield before"), 0.2)
    dashboard.wait_for_column("what_if", "values.some(Number.isFinite)")
    dashboard.sees(re.compile(r"what if: yield_scale 0\.\d+ \u2192 0\.\d+"))

    dashboard.open_model()
    dashboard.choose("Light use efficiency over that without stress", "Learned stress")
    dashboard.wait_for(stress="LearnedStress")
    trained = dashboard.train()
    dashboard.wait_for(run=trained)
    dashboard.turn_to("Evaluate")
    dashboard.wait_until_drawn()
    dashboard.sees(re.compile("Learned light use efficiency over that without stress along"))
