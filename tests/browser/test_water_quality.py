"""Solutes and oxygen in a real browser: look at rivers and their samples, train, and open a twin."""

SMALL = {"epochs": 3, "members": 2, "hidden": 4}  # trains in seconds


def test_samples_of_the_thames_and_another_solute(dashboard):
    dashboard.open(data="thames", **SMALL)
    assert len(dashboard.sites) == 20 and dashboard.query["run"] == "thames-chloride"
    dashboard.wait_for_column("observed", "values.filter(Number.isFinite).length > 50")
    site = dashboard.click_site(7)
    dashboard.wait_for(site=site)
    dashboard.open(data="thames", target="nitrate", **SMALL)
    trained = dashboard.train()
    dashboard.wait_for(run=trained)
    dashboard.turn_to("Evaluate")
    dashboard.wait_until_drawn()
    dashboard.sees("Concentration and discharge")


def test_oxygen_of_a_twin(dashboard):
    dashboard.open(data="twin:oxygen", **SMALL)
    trained = dashboard.train()
    dashboard.wait_for(run=trained)
    dashboard.turn_to("Checks")
    dashboard.wait_until_drawn()
