"""From rain to oxygen in a real browser: train, look at heat and oxygen beside water, and take a response apart."""

import re


def test_train_and_take_the_response_to_rain_apart(dashboard):
    dashboard.open(data="twin:watershed", epochs=2, members=1)
    trained = dashboard.train()
    dashboard.wait_for(run=trained)
    dashboard.sees(re.compile("Balance of Twin"))
    dashboard.page.get_by_role("button", name="Oxygen", exact=True).click()
    dashboard.page.get_by_text("Dissolving").first.wait_for()

    dashboard.turn_to("Sensitivity")
    dashboard.unfold("Pathways")
    dashboard.sees(re.compile("Pathways from precipitation to dissolved oxygen"))
    dashboard.sees(re.compile("Mean over the window: whole .*through water temperature"))
