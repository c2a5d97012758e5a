"""What was learned, what the data say of it, and what matters over all ranges, asked in a real browser."""

import re

import pytest


def card(dashboard, heading):
    """The card with a heading, in sight."""
    page = dashboard.page
    found = page.locator(".card:visible").filter(has=page.get_by_role("heading", name=heading)).last
    found.scroll_into_view_if_needed()
    return found


@pytest.mark.parametrize("run", ["delaware-hbv", "twin-stream-temperature"])
def test_each_answer_is_asked_for_and_seen(dashboard, run):
    data = {"delaware-hbv": "delaware", "twin-stream-temperature": "twin:stream_temperature"}[run]
    dashboard.open(page="Sensitivity", data=data, run=run)
    dashboard.wait_until_drawn()

    law = card(dashboard, "What the network learned")
    law.get_by_role("button", name="Compare with chance").click()
    dashboard.sees(re.compile("are beyond chance"))
    dashboard.wait_for(**{"LearnedLaw.tested": "1"})

    dashboard.unfold("What the data say of each parameter")
    dashboard.sees(re.compile("Sloppiest: "))

    dashboard.unfold("Global beside local")
    whole = card(dashboard, "Global beside local")
    whole.get_by_role("button", name="Vary all parameters").click()
    dashboard.sees(re.compile("Local and global (agree|disagree)"))
    whole.get_by_role("button", name="Score", exact=True).click()
    dashboard.wait_for(**{"GlobalBesideLocal.output": "score"})
    dashboard.sees(re.compile("decides NSE", re.IGNORECASE))
