"""The report of a run that comes with dgviz: whole, true, and without a network."""

import html
import re
from importlib.metadata import version

import numpy as np
import pytest

from dgviz import list_runs
from dgviz.checks import check_physics
from dgviz.experiment.config import RunConfig
from dgviz.experiment.run_files import RunError
from dgviz.experiment.runs import Run
from dgviz.paths import data_folder
from dgviz.ui.report import report

SITE = "01439500"


@pytest.fixture(scope="module")
def run():
    return {run.id: run for run in list_runs(data_folder() / "runs")}["delaware-hbv"]


@pytest.fixture(scope="module")
def page(run):
    return report(run, SITE)


@pytest.fixture(scope="module")
def words(page):
    """What is read, without scripts and styles."""
    bare = re.sub(r"<(script|style)>.*?</\1>", "", page, flags=re.DOTALL)
    return html.unescape(re.sub(r"<[^>]+>", " ", bare))


def test_nothing_is_fetched_from_elsewhere(page):
    bare = re.sub(r"<script>.*?</script>", "", page, flags=re.DOTALL)
    assert not re.search(r"<(link|img|iframe|script)[^>]*\b(src|href)\s*=", bare)
    assert not re.search(r"@import|url\(", bare)
    assert "src=" not in "".join(re.findall(r"<script[^>]*>", page))


def test_every_figure_has_its_place_and_its_drawing(page):
    places = re.findall(r"<div id='(figure-\d+)'>", page)
    assert len(places) > 8 and len({*places}) == len(places)
    for place in places:
        assert page.count(f'"{place}"') == 1


def test_the_scores_are_those_of_the_results(run, words):
    median = float(run.results().nse.sel(period="test").median())
    assert re.search(rf"{median:.2f}\s+median NSE", words)


def test_the_checks_are_those_of_the_library(run, words):
    dataset = run.dataset()
    site = run.at(dataset, SITE, "1979-01-01", "1980-12-31")
    found = list(check_physics(site, run.config.science.checks))
    for result in found:
        assert result.sentence in words
    asked = [result for result in found if result.criteria]
    assert f"{sum(r.outcome == 'passed' for r in asked)} of {len(asked)} that apply passed" in words


def test_the_learned_parameters_are_summed_up(run, words):
    learned = run.read_results().fc.mean("member").values
    low, middle, high = np.quantile(learned, [0.1, 0.5, 0.9])
    assert re.search(rf"Field capacity\s+fc\s+mm\s+50 – 1000\s+{middle:.0f}\s+{low:.0f} – {high:.0f}", words)


def test_it_can_be_repeated_from_what_it_says(run, words):
    for name in RunConfig.model_fields:
        if name != "processes":
            assert re.search(rf"\s{name}\s", words), name
    for said in ("Degree-day snow", "doi:10.5194/hess-16-3315-2012", "CC0-1.0", run.record["checksums"], "2.13.0"):
        assert said in words
    assert f"dgviz {version('dgviz')}, Python" in words


def test_a_site_that_is_not_there_is_said(run):
    with pytest.raises(ValueError, match=r"There is no basin '0143950' in these data. Did you mean '01439500'\?"):
        report(run, "0143950")


def test_a_run_without_results_is_said(run, tmp_path):
    (tmp_path / "new").mkdir()
    (tmp_path / "new" / "config.json").write_text(run.config.model_dump_json())
    with pytest.raises(RunError, match="has no results"):
        report(Run(tmp_path / "new"))
