"""The questions of the lens Sensitivity in a real browser, each with all that folds out of it."""

import os
import re
from pathlib import Path

import pytest

from dgviz.datasets import open_dataset

FOLDER = Path(__file__).parent / "screenshots"
OF_CAMELS = Path(os.environ.get("DGVIZ_DATA", "../shared/data")) / "camels_us.nc"


def nothing_failed(dashboard):
    assert dashboard.page.get_by_text("could not be drawn").count() == 0
    assert dashboard.overflow <= 1


def test_on_the_delaware_every_question_is_answered(dashboard):
    dashboard.open(page="Sensitivity", site="01439500", day="1979-03-05")
    dashboard.wait_until_drawn()
    for question in ("What matters here?", "Where does the water come from and go?", "What did it learn?"):
        dashboard.sees(question)
    dashboard.sees("Can I trust it?")
    dashboard.wait_for_column("edge", "values.length >= 5")  # of what matters
    dashboard.choose("For", "The timing")
    dashboard.sees(re.compile("For the timing of streamflow, .* matters most"))
    dashboard.unfold("Parameters through time")
    dashboard.sees(re.compile("When each parameter counts"))
    dashboard.unfold("Fate of one unit")
    dashboard.sees(re.compile("Fate of 1 mm d.* more precipitation"))
    dashboard.wait_for_column("came_in", "values.length > 100 && Math.abs(values.at(-1) - 1) < 1e-6")
    dashboard.sees(re.compile("Why streamflow was .* mm d"))
    dashboard.wait_for_column("base_baseline", "values.length === 2")  # of both baselines
    dashboard.sees(re.compile("Pathways from precipitation to streamflow"))
    dashboard.sees(re.compile("Streamflow of every day to precipitation of every day before"))
    dashboard.unfold("What the data say of each parameter")
    dashboard.unfold("Global beside local")
    nothing_failed(dashboard)
    assert dashboard.query["Questions.unfolded"] == "matters,budget,learned,trust"
    dashboard.page.screenshot(path=FOLDER / "sensitivity-questions.png")


def test_another_day_is_followed(dashboard):
    dashboard.open(page="Sensitivity", site="01439500", day="1979-03-05", **{"Questions.unfolded": "budget"})
    dashboard.wait_until_drawn()
    month = dashboard.click_day(0.6)
    dashboard.page.wait_for_function(f"new URLSearchParams(location.search).get('day').startsWith('{month}')")
    day = dashboard.query["day"]
    dashboard.sees(re.compile(rf"Fate of 1 mm d.* on {int(day[8:10])} "))
    nothing_failed(dashboard)


def test_what_made_the_peaks_of_all_gauges_is_on_the_map(dashboard):
    dashboard.open(page="Sensitivity", site="01439500", **{"Questions.unfolded": "matters,budget"})
    dashboard.wait_until_drawn()
    dashboard.press("Peaks of all basins")
    dashboard.sees(re.compile("What made .* peaks of streamflow.*94 basins, 1979 to 1980$"))
    dashboard.wait_for_column("month", "values.length === 12")
    dashboard.wait_for_column("said", "values.filter(Boolean).length === 94")  # the classes on the map
    dashboard.sees(re.compile("What made the most peaks"))
    dashboard.press("All basins")
    dashboard.wait_for_column("top", "values.length === 94")  # the triangle of three elasticities
    dashboard.press("Largest on the map")
    dashboard.sees(re.compile("Largest contribution to "))
    nothing_failed(dashboard)


def test_a_unit_on_its_way_is_played(dashboard):
    dashboard.open(page="Sensitivity", site="01439500", day="1979-03-05", **{"Questions.unfolded": "budget"})
    dashboard.wait_until_drawn()
    dashboard.sees(re.compile("0 days after, most of it is held as"))
    card = dashboard.page.locator(".card:visible").filter(has_text="on its way")
    card.get_by_role("button", name="Play").click()
    dashboard.sees(re.compile("3 days after, most of it is held as"))
    nothing_failed(dashboard)


def test_stream_temperature_has_heat_in_place_of_water(dashboard):
    dashboard.open(data="twin:stream_temperature", page="Sensitivity", epochs=1, members=1)
    trained = dashboard.train()
    dashboard.wait_for(run=trained)
    dashboard.wait_until_drawn()
    dashboard.sees("Where does the heat come from and go?")
    dashboard.unfold("Fate of one unit")
    dashboard.unfold("Parameters through time")
    nothing_failed(dashboard)


def test_a_flood_is_rewound_over_a_river(dashboard):
    dashboard.open(data="delaware_river", page="Sensitivity", run="delaware-river", site="1498")
    dashboard.wait_until_drawn()
    dashboard.unfold("Rewind")
    dashboard.sees(re.compile("Rewind .*, on "))
    dashboard.wait_for_column("total", "values.length > 10 && values.some(value => value > 0)")
    dashboard.sees(re.compile("Response of streamflow to precipitation, "))  # on the map
    card = dashboard.page.locator(".card:visible").filter(has_text="Where from")
    card.get_by_role("button", name="Play").click()
    dashboard.page.wait_for_timeout(2000)
    card.get_by_role("button", name="Pause").click()
    card.get_by_role("button", name="Where to", exact=True).click()
    dashboard.sees(re.compile("Where it goes .*from "))
    nothing_failed(dashboard)


@pytest.mark.skipif(not OF_CAMELS.exists(), reason="the prepared file of CAMELS-US is not here; DGVIZ_DATA names it")
def test_a_gauge_of_camels_answers_too(dashboard):
    sites = ",".join(str(site) for site in open_dataset(str(OF_CAMELS)).site.values[:4])
    dashboard.open(data=str(OF_CAMELS), page="Sensitivity", epochs=1, members=1, select=sites)
    trained = dashboard.train()
    dashboard.wait_for(run=trained)
    dashboard.wait_until_drawn()
    dashboard.unfold("Fate of one unit")
    dashboard.sees(re.compile("Fate of 1 mm d"))
    nothing_failed(dashboard)
