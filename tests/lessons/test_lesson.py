import pytest

from dgviz.lessons import LessonError, judge, read_lessons

WHOLE = """
title = "How wet is it?"
text = "Look at it."
controls = ["map"]

[show]
page = "Scores"
data = "delaware"
run = "delaware-hbv"
site = "01439500"
from = "1979-10-01"
to = "1980-09-30"

[question]
ask = "How much falls?"
number = "sum(prcp)"
within = 5.0
units = "mm"
hint = "Add it up."
then = "It is a lot."
"""


def read(folder, text, name="01-wet.toml"):
    (folder / name).write_text(text)
    return read_lessons(folder)


def test_a_lesson_is_called_as_its_file_without_the_number(tmp_path):
    (tmp_path / "02-later.toml").write_text(WHOLE)
    lessons = read(tmp_path, WHOLE)
    assert [*lessons] == ["wet", "later"]
    assert lessons["wet"].question.within == 5 and lessons["wet"].show["site"] == "01439500"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('title = "How wet is it?"', "title = How wet", "Invalid value (at line 2, column 9). Text stands in quotes"),
        ('title = "How wet is it?"', "", "the key 'title' is missing."),
        (WHOLE[WHOLE.index("[question]") :], "", "the key 'question' is missing."),
        ('run = "delaware-hbv"', "run = 3", "show.run = 3: Input should be a valid string."),
        ("ask =", "askk =", "there is no key 'question.askk'. Did you mean 'ask'? Keys: ask, number, within"),
        ("controls =", "control =", "there is no key 'control'. Did you mean 'controls'?"),
        ("within = 5.0", 'within = "5"', "question.within = '5': Input should be a valid number"),
        ("within = 5.0", "", "question: `number` needs `within`: how far an answer may be from it, as within = 2.0."),
        ('number = "sum(prcp)"', "", "question: give either `number`, an expression, or `choices`"),
        ('site = "01439500"', "", "`show` lacks site. It needs page, data, run, site, from, to."),
        ('"sum(prcp)"', '"summ(prcp)"', "there is no function 'summ'. Did you mean 'sum'? Functions: sum, mean"),
        ('"sum(prcp)"', '"sum(prcp"', "is no expression: '(' was never closed"),
        ('controls = ["map"]', "controls = []", "controls = []: List should have at least 1 item"),
    ],
)
def test_what_is_wrong_with_a_file_is_said_with_its_name(tmp_path, old, new, said):
    with pytest.raises(LessonError) as error:
        read(tmp_path, WHOLE.replace(old, new))
    assert str(error.value).startswith(f"{tmp_path / '01-wet.toml'}: ") and said in str(error.value)


CHOICES = '"Yes" = "mean(prcp) > 1"\n"No" = "mean(prcp) <= 1"\n'


def test_a_choice_has_no_units_and_more_than_one_answer(tmp_path):
    asked = WHOLE.replace('number = "sum(prcp)"\n', "").replace("within = 5.0\n", "")
    with pytest.raises(LessonError, match="`within` and `units` are of a number"):
        read(tmp_path, f"{asked}\n[question.choices]\n{CHOICES}")
    asked = asked.replace('units = "mm"\n', "")
    with pytest.raises(LessonError, match="`choices` has one: give two or more"):
        read(tmp_path, f"{asked}\n[question.choices]\n{CHOICES.splitlines()[0]}")
    assert [*read(tmp_path, f"{asked}\n[question.choices]\n{CHOICES}")["wet"].question.choices] == ["Yes", "No"]


def test_two_files_of_one_name_are_said(tmp_path):
    (tmp_path / "07-wet.toml").write_text(WHOLE)
    with pytest.raises(LessonError, match="is called 'wet' too. Rename one of them."):
        read(tmp_path, WHOLE)


def test_a_folder_without_lessons_is_said(tmp_path):
    with pytest.raises(LessonError, match="has no lesson. Put one there as NAME.toml"):
        read_lessons(tmp_path)
    with pytest.raises(LessonError, match="is no folder"):
        read_lessons(tmp_path / "nowhere")


def test_bytes_that_are_no_text_are_said(tmp_path):
    (tmp_path / "bad.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(LessonError, match=r"bad.toml cannot be read: .* text in UTF-8"):
        read_lessons(tmp_path)


@pytest.mark.parametrize(
    ("given", "right", "said"),
    [
        ("100", True, "It is a lot."),
        (" 103,5 mm ", True, "It is a lot."),
        ("\u2212100", False, "too low. Add it up."),
        ("106", False, "too high. Add it up."),
        ("much", False, "'much' is not a number. Write it as 12.5."),
        ("nan", False, "'nan' is not a number."),
        (" ", False, "Give an answer first."),
    ],
)
def test_a_number_is_judged_as_people_write_it(tmp_path, given, right, said):
    verdict = judge(read(tmp_path, WHOLE)["wet"].question, 100.0, given)
    assert verdict.right is right and said in verdict.words


def test_a_choice_is_judged_by_its_words(tmp_path):
    question = read(tmp_path, WHOLE)["wet"].question
    assert judge(question, "Yes", "Yes").words == "It is a lot."
    assert judge(question, "Yes", "No").words == "Not yet. Add it up."
