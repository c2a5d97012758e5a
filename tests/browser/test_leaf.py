"""Leaves in a real browser: a curve with what limits it, and how it moves when a capacity is dragged."""

import re

SMALL = {"hidden": 4, "epochs": 20}  # trains in seconds


def curve(name: str) -> str:
    """JavaScript for the heights of a curve that is drawn."""
    drawn = f"model.name === '{name}' && model.data_source?.data.y?.length > 1"
    models = "Bokeh.documents.flatMap(doc => [...doc._all_models.values()])"
    return f"Array.from({models}.find(model => {drawn})?.data_source.data.y ?? [Infinity])"


def test_train_then_see_what_limits_a_curve_and_drag_a_capacity(dashboard):
    dashboard.open(data="twin:leaf", **SMALL)
    dashboard.wait_for(data="twin:leaf")
    run = dashboard.train()
    dashboard.wait_for(run=run)
    dashboard.sees(re.compile("made-up sites with a known law"))
    dashboard.sees("net assimilation limited by Rubisco")
    dashboard.sees("net assimilation limited by light")
    dashboard.page.get_by_role("tab", name="Carbon", exact=True).click()
    dashboard.sees("Temperature response with a peak")
    dashboard.sees("Farquhar-von Caemmerer-Berry photosynthesis")
    dashboard.turn_to("What if")
    dashboard.drag(re.compile("Maximum carboxylation rate"), -0.2)
    dashboard.sees(re.compile(r"what if: vcmax25 [\d.]+ \u2192 [\d.]+"))
    before = dashboard.page.evaluate(curve("simulated"))
    dashboard.page.wait_for_function(f"highest => Math.max(...{curve('what_if')}) < highest - 1", arg=max(before))
