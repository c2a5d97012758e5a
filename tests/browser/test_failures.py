"""What goes wrong is said on the page, and the server lives on."""

import json
import os
import re
import signal

from tests.browser.test_flows import SMALL, some_sites


def test_a_folder_that_cannot_be_written_is_named(dashboard, runs_folder):
    dashboard.open(epochs=1, **SMALL)
    moved = runs_folder.with_name("moved")
    if runs_folder.exists():
        runs_folder.rename(moved)
    runs_folder.write_text("a file where the folder should be")
    try:
        dashboard.press("Train")
        dashboard.sees(re.compile("cannot be written.*Choose another with --runs", re.DOTALL))
    finally:
        runs_folder.unlink()
        if moved.exists():
            moved.rename(runs_folder)
    site = dashboard.click_site(3)
    dashboard.wait_for(site=site)


def test_a_killed_training_says_so_and_goes_on_from_its_last_epoch(dashboard, runs_folder):
    dashboard.open(training="open", epochs=2000, select=some_sites(dashboard), **SMALL)
    run = runs_folder / dashboard.train()
    dashboard.wait_for_column("loss", "values.length >= 2 && values.length < 100")  # not those of the run before
    os.kill(json.loads((run / "worker.json").read_text())["pid"], signal.SIGKILL)
    dashboard.sees(re.compile("The process that trained this run is gone"))
    again = dashboard.page.get_by_role("button", name=re.compile("Train again from epoch"))
    epochs = int(re.search(r"from epoch (\d+)", again.inner_text())[1])  # the last may not be drawn yet
    again.click()
    dashboard.wait_for_column("loss", f"values.length > {epochs}")
    dashboard.press("Stop")
    dashboard.sees(re.compile("^Stopped$"))


def test_an_address_that_makes_no_sense_is_said_and_left_out(dashboard):
    dashboard.open(site="nowhere", snow="Blizzard", run="none-such")
    dashboard.sees(re.compile("nowhere"))
    dashboard.sees(re.compile("Blizzard"))
    assert dashboard.query["site"] != "nowhere"
