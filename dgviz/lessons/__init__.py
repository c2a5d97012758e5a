"""Lessons: a file each, with a text, what is seen with it, and a question whose answer follows from a run."""

from dgviz.lessons.answers import Verdict, answer, judge
from dgviz.lessons.expressions import ExpressionError
from dgviz.lessons.lesson import Lesson, LessonError, Question, lessons_folder, read_lesson, read_lessons
from dgviz.lessons.shown import Shown

__all__ = [
    "ExpressionError",
    "Lesson",
    "LessonError",
    "Question",
    "Shown",
    "Verdict",
    "answer",
    "judge",
    "lessons_folder",
    "read_lesson",
    "read_lessons",
]
