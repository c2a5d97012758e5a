"""The right answer to the question of a lesson, computed, and what is said of the one given."""

import math
from dataclasses import dataclass

from dgviz.lessons.expressions import ExpressionError, value
from dgviz.lessons.lesson import Lesson, LessonError, Question
from dgviz.lessons.shown import Shown

MINUS = "\u2212"


@dataclass(frozen=True)
class Verdict:
    """Is an answer right, and what is said of it."""

    right: bool
    words: str


def answer(lesson: Lesson, shown: Shown) -> float | str:
    """The number asked for, or the words of the right choice.

    Raises LessonError where it cannot be computed, or where two choices are equally right.
    """
    question = lesson.question
    try:
        if question.number:
            return value(question.number, shown)
        values = {words: value(text, shown) for words, text in question.choices.items()}
    except ExpressionError as error:
        raise LessonError(f"{lesson.file}: question: {error}.") from None
    first, second = sorted(values, key=lambda words: -values[words])[:2]
    if values[first] == values[second]:
        raise LessonError(
            f"{lesson.file}: question.choices: {first!r} and {second!r} both give {values[first]:g}, the most. Change "
            "an expression, so that one choice is right."
        )
    return first


def judge(question: Question, right: float | str, given: str) -> Verdict:
    """What is said of an answer as it was given: a number as people write it, or the words of a choice."""
    if not given.strip():
        return Verdict(False, "Give an answer first.")
    if isinstance(right, str):
        return Verdict(True, question.then) if given == right else Verdict(False, f"Not yet. {question.hint}")
    number = _number(given, question.units)
    if number is None:
        return Verdict(False, f"{given!r} is not a number. Write it as 12.5.")
    if abs(number - right) <= question.within:
        return Verdict(True, question.then)
    return Verdict(False, f"Not yet: that is too {'high' if number > right else 'low'}. {question.hint}")


def _number(given: str, units: str) -> float | None:
    """A number as people write it: 12.5, 12,5, -3 or 40 %."""
    text = given.strip().removesuffix(units).strip().replace(",", ".").replace(MINUS, "-")
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) else None
