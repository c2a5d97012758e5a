"""The main job in a real browser: pick, select, switch a process, train, stop, compare, look at a day, come back."""

import re

import pytest

SMALL = {"members": 2, "hidden": 4}  # trains in seconds
NORTH = ((0.05, 0.0), (0.95, 0.0), (0.95, 0.2), (0.05, 0.2))


def some_sites(dashboard, count=6):
    """The first sites in the order of the data set, for an address."""
    dashboard.open()
    return ",".join(dashboard.sites[:count])


def test_pick_select_switch_train_and_compare(dashboard):
    dashboard.open(epochs=3, **SMALL)
    site = dashboard.click_site(7)
    dashboard.wait_for(site=site)
    dashboard.sees(re.compile(site))
    selected = dashboard.lasso(*NORTH)
    assert len(selected) > 3
    dashboard.sees(re.compile(f"{len(selected)} of 94 basins selected"))

    before = dashboard.query["run"]
    dashboard.open_model()
    dashboard.choose("Snow", "No snow")
    dashboard.wait_for(snow="NoSnow")
    dashboard.sees(re.compile("trained with"))  # stale

    dashboard.press("Details")
    dashboard.page.wait_for_function("new URLSearchParams(location.search).get('followed')")  # the last one, at first
    trained = dashboard.train()
    dashboard.wait_for_column("loss", "values.length >= 1 && values.length <= 3")
    dashboard.sees(re.compile("^Done$"))
    assert len(dashboard.column("loss")) == 3
    dashboard.wait_for(run=trained, baseline=before)

    dashboard.turn_to("Compare")
    dashboard.wait_until_drawn()  # all of its rows
    dashboard.sees(re.compile(f"trained on {len(selected)} of 94 basins"))
    dashboard.sees("Degree-day snow")  # what differs
    dashboard.wait_for_column("baseline", "values.some(Number.isFinite)")  # drawn dashed
    dashboard.page.get_by_label(f"B: {before}").click()
    dashboard.wait_for(baseline="")
    dashboard.page.get_by_label("B: delaware-without-snow").click()
    dashboard.wait_for(baseline="delaware-without-snow")
    dashboard.page.get_by_label(f"A: {before}").click()
    dashboard.wait_for(run=before)
    dashboard.press("Revert to B")
    dashboard.wait_for(snow="NoSnow")


def test_pause_stop_and_queue(dashboard):
    sites = some_sites(dashboard)
    dashboard.open(training="open", epochs=2000, select=sites, **SMALL)
    followed = dashboard.train()
    dashboard.wait_for_column("loss", "values.length >= 1 && values.length < 100")  # not those of the run before
    dashboard.press("Train")
    dashboard.sees(re.compile("Waiting: place 1"))
    dashboard.press("Cancel")
    dashboard.page.get_by_text("Waiting: place 1").wait_for(state="detached")
    dashboard.press("Pause")
    dashboard.sees(re.compile("^Paused$"))
    dashboard.press("Resume")
    dashboard.sees(re.compile("^About .* left$"))
    dashboard.page.reload()
    dashboard.wait_for_column("loss", "values.length >= 1 && values[0] > 0")  # from the first epoch on
    dashboard.press("Stop")
    dashboard.sees(re.compile("^Stopped$"))
    dashboard.wait_for(run=followed)


def test_a_clicked_day_and_the_same_state_after_a_reload(dashboard):
    dashboard.open(page="Sensitivity", site="01413500", theme="dark")
    dashboard.wait_for_column("observed", "values.length > 300")
    dashboard.wait_until_drawn()  # what is clicked stays in its place
    day = dashboard.click_day(0.6)
    dashboard.page.wait_for_function("new URLSearchParams(location.search).get('day')")
    assert dashboard.query["day"].startswith(day)
    state = dashboard.query
    dashboard.page.reload()
    dashboard.wait_until_complete()
    dashboard.wait_for_column("observed", "values.length > 300")
    assert dashboard.query == state
    dashboard.turn_to("Budget")
    dashboard.sees(re.compile("01413500"))


def test_a_dragged_parameter_is_drawn_beside_the_run_until_it_is_reset(dashboard):
    dashboard.open(site="01439500", run="delaware-hbv", baseline="delaware-without-snow")
    dashboard.wait_for_column("what_if", "values.length > 300 && !values.some(Number.isFinite)")
    dashboard.turn_to("What if")
    dashboard.wait_until_drawn()  # what is dragged stays in its place
    dashboard.drag(re.compile("Interflow recession"), -0.3)
    dashboard.wait_for_column("what_if", "values.some(Number.isFinite)")
    dashboard.sees(re.compile(r"what if: k1 0\.\d+ \u2192 0\.\d+"))
    dashboard.sees("what if \u2212 A")  # in the table of scores
    dashboard.sees(re.compile(r"^learned 0\.\d+"))
    dashboard.page.wait_for_function("new URLSearchParams(location.search).get('whatif').startsWith('k1:0.')")

    state = dashboard.query
    dashboard.page.reload()
    dashboard.wait_for_column("what_if", "values.some(Number.isFinite)")
    assert dashboard.query == state

    dashboard.turn_to("Budget")
    dashboard.sees(re.compile("^what if$"))  # beside the title of stores and fluxes
    dashboard.turn_to("What if")
    dashboard.press("Reset")
    dashboard.wait_for(whatif="")
    dashboard.wait_for_column("what_if", "!values.some(Number.isFinite)")
    dashboard.sees(re.compile("^Drag a learned parameter"))


def test_all_physics_checks_are_carried_out_and_one_is_looked_at(dashboard):
    dashboard.open(page="Checks", site="01439500", run="delaware-hbv")
    dashboard.sees(re.compile(": 24 of 24 that apply passed$"))
    dashboard.press("Doubled storm")
    dashboard.sees("Added water not accounted for")
    dashboard.wait_for_column("both", "values.length > 300")  # precipitation before and after
    dashboard.turn_to("Scores")
    dashboard.turn_to("Checks")
    dashboard.sees(re.compile(": 24 of 24 that apply passed$"))


@pytest.mark.parametrize("lens", ["What if", "Data"])
def test_the_open_tab_is_in_sight_on_a_phone(dashboard, lens):
    dashboard.page.set_viewport_size({"width": 390, "height": 800})
    dashboard.open(page=lens)
    tab = dashboard.page.locator("[role=tab][aria-selected=true]")
    tab.wait_for()
    dashboard.page.wait_for_timeout(500)
    tabs, box = dashboard.page.get_by_role("tablist").bounding_box(), tab.bounding_box()
    seen = tabs["x"] + 0.82 * tabs["width"]  # what is behind that fades away
    assert box["x"] >= tabs["x"] and box["x"] + box["width"] <= seen + 1
