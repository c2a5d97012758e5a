import re
from pathlib import Path

import pytest

from dgviz import list_runs, open_dataset
from dgviz.lessons import Shown, answer, judge, read_lessons
from dgviz.lessons.expressions import FUNCTIONS, GROUPS
from dgviz.paths import data_folder
from dgviz.ui.instrument.lesson import PARTS, check_names

SECTION = (Path(__file__).parents[2] / ".github" / "CONTRIBUTING.md").read_text(encoding="utf-8")
SECTION = SECTION[SECTION.index("## Write a lesson") : SECTION.index("## Style")]


def test_the_example_is_a_lesson(tmp_path):
    (text,) = re.findall(r"```toml\n(.*?)```", SECTION, re.DOTALL)
    (file,) = re.findall(r"as `(\S+\.toml)`", SECTION)
    (tmp_path / file).write_text(text)
    ((name, lesson),) = read_lessons(tmp_path).items()
    check_names(lesson)
    assert f"?lesson={name}" in SECTION
    data = open_dataset("delaware")
    right = answer(lesson, Shown.of_lesson(lesson, data, {run.id: run for run in list_runs(data_folder() / "runs")}))
    flow = data.streamflow.sel(site="01439500").to_series()
    assert right == pytest.approx(flow["1979-10-01":"1980-09-30"].max())
    assert judge(lesson.question, right, "16.9 mm/d").right


@pytest.mark.parametrize("name", [*FUNCTIONS, *PARTS, *GROUPS])
def test_all_that_a_lesson_may_name_is_explained(name):
    assert re.search(rf"\b{name}\b", SECTION)
