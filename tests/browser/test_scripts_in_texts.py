"""Script in every text that a data set, a run or an address can carry: it never runs, and the text is shown."""

import json

import pytest

from dgviz.experiment.config import RunConfig
from dgviz.experiment.job import carry_out
from dgviz.experiment.runs import Run
from dgviz.ui.instrument.lenses import LENSES
from tests.browser.conftest import served
from tests.browser.dashboard import Dashboard
from tests.ui.conftest import make_dataset

EVIL = "<img src=x onerror=window.hacked=1><svg onload=window.hacked=1>@name{safe}"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("evil")


@pytest.fixture(scope="module")
def data(folder):
    """A NetCDF file with script in the names of sites and attributes, ids, title, units, history and descriptions."""
    dataset = make_dataset()
    dataset = dataset.assign_coords(
        site=[f"{EVIL}{i}" for i in range(5)], name=("site", [f"{EVIL} Creek {i}" for i in range(5)])
    )
    dataset["elevation"].attrs |= {"long_name": f"elev{EVIL}"}
    dataset[f"elev{EVIL}"] = dataset.area.assign_attrs(units="1", long_name=EVIL)
    dataset["prcp"].attrs["long_name"] = dataset["streamflow"].attrs["long_name"] = EVIL
    dataset.attrs |= dict.fromkeys(("title", "source", "licence", "history", "remarks", "left_out"), EVIL)
    path = folder / f"{EVIL}.nc"
    dataset.drop_vars("day_of_year").to_netcdf(path, engine="h5netcdf")
    return path


@pytest.fixture(scope="module")
def runs(folder, data):
    """A trained run with script in its record, progress and name of its folder; a broken one; and one that failed."""
    runs = folder / "runs"
    config = RunConfig(data=str(data), epochs=1, members=1, hidden=2)
    run = Run.create(config, runs)
    carry_out(run)
    record = json.loads((run.folder / "record.json").read_text())
    (run.folder / "record.json").write_text(json.dumps(record | {"device": EVIL, "seed": EVIL}))
    lines = [json.loads(line) for line in (run.folder / "progress.jsonl").read_text().splitlines()]
    texts = {"part_name": EVIL, "device": EVIL}
    (run.folder / "progress.jsonl").write_text("".join(json.dumps(line | texts) + "\n" for line in lines))
    run.folder.rename(runs / f"run{EVIL}")
    broken = runs / f"broken{EVIL}"
    broken.mkdir()
    (broken / "config.json").write_text(json.dumps({EVIL: EVIL}))
    failed = Run.create(config, runs)
    (failed.folder / "error.txt").write_text(EVIL)
    return runs


@pytest.fixture(scope="module")
def evil_server(data, runs):
    with served(runs, f"--data={data}") as address:
        yield address


def test_no_script_in_a_text_runs_and_texts_are_shown(context, evil_server):
    page = context.new_page()
    errors = []
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: errors.append(str(error)))
    dashboard = Dashboard(page, evil_server)
    dashboard.open(site=EVIL, snow=EVIL, run=EVIL, domain=EVIL, **{EVIL: EVIL})
    dashboard.sees(f"There is no basin '{EVIL}' in this data set.")
    for name in LENSES:
        if name != dashboard.query["page"]:
            dashboard.turn_to(name)
        dashboard.wait_until_drawn()
        page.wait_for_timeout(500)
        box = page.locator(".card:visible").first.bounding_box()
        page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)  # a hover
    assert page.evaluate("window.hacked") is None
    assert page.evaluate("document.querySelectorAll('img[src=x]').length") == 0
    assert [error for error in errors if "x'" in error or "Content Security Policy" in error or "404" in error] == []
    assert errors == []
    dashboard.turn_to("Budget")
    dashboard.sees(f"{EVIL} Creek 0")


def test_the_policy_refuses_a_script_that_would_get_into_the_page(context, evil_server):
    page = context.new_page()
    Dashboard(page, evil_server).open()
    page.evaluate("document.body.insertAdjacentHTML('beforeend', '<img src=x onerror=window.hacked=1>')")
    page.wait_for_timeout(500)
    assert page.evaluate("window.hacked") is None
