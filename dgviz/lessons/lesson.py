"""What a lesson is, and how it is read: a TOML file that is found because it lies in a folder of lessons."""

import tomllib
from collections.abc import Mapping
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from dgviz.lessons.expressions import ExpressionError, check
from dgviz.paths import data_folder
from dgviz.suggestions import suggest

NEEDED = ("page", "data", "run", "site", "from", "to")  # an answer would not be one without


class LessonError(ValueError):
    """A lesson that cannot be read or whose answer cannot be found."""


class Question(BaseModel):
    """A question whose answer is computed: a number, or the one of some choices of which most is computed."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    ask: str = Field(min_length=1, description="The question.")
    number: str = Field("", description="An expression that gives the number asked for.")
    within: float = Field(0.0, ge=0, description="How far from it an answer may be.")
    units: str = Field("", description="The units of the number, said beside the field.")
    choices: dict[str, str] = Field({}, description="Words to choose from, each with an expression; the largest wins.")
    hint: str = Field(min_length=1, description="Said after a wrong answer.")
    then: str = Field(min_length=1, description="Said after the right one: what it means, what to do next.")

    @model_validator(mode="after")
    def _one_kind_of_answer(self) -> "Question":
        if bool(self.number) == bool(self.choices):
            raise ValueError("give either `number`, an expression, or `choices`, words with an expression each")
        if self.number and not self.within:
            raise ValueError("`number` needs `within`: how far an answer may be from it, as within = 2.0")
        if self.choices and (self.within or self.units):
            raise ValueError("`within` and `units` are of a number: leave them out beside `choices`")
        if len(self.choices) == 1:
            raise ValueError("`choices` has one: give two or more")
        for text in self.expressions:
            check(text)
        return self

    @property
    def expressions(self) -> list[str]:
        """All expressions of the answer."""
        return [self.number] if self.number else [*self.choices.values()]


class Lesson(BaseModel):
    """A text, what is seen with it, and a question.

    `show` is an address: what stands in that of the page, by name. `controls` names the parts of the page, and the
    cards of the open lens, that are seen; all others are hidden until the lesson is left.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    title: str = Field(min_length=1)
    text: str = Field(min_length=1, description="Paragraphs between empty lines; a line that begins with - is a step.")
    controls: list[str] = Field(min_length=1)
    show: dict[str, str]
    question: Question
    file: str = Field("", description="Where it was read; not in the file.")

    @model_validator(mode="after")
    def _shows_something(self) -> "Lesson":
        if missing := [name for name in NEEDED if not self.show.get(name)]:
            raise ValueError(f"`show` lacks {', '.join(missing)}. It needs {', '.join(NEEDED)}")
        return self


def lessons_folder() -> Path:
    """The lessons that come with dgviz."""
    return data_folder() / "lessons"


def read_lessons(folder: Path | None = None) -> dict[str, Lesson]:
    """The lessons of a folder by name, in the order of its files; without one, those that come with dgviz.

    The name of `03-seasons.toml` is `seasons`. Raises LessonError naming file, key, what is allowed and the fix.
    """
    folder = Path(folder or lessons_folder())
    if not folder.is_dir():
        raise LessonError(f"{folder} is no folder. Give one with lessons, a .toml file each.")
    files = sorted(folder.glob("*.toml"))
    if not files:
        raise LessonError(f"{folder} has no lesson. Put one there as NAME.toml; CONTRIBUTING.md has a whole one.")
    lessons: dict[str, Lesson] = {}
    for file in files:
        name = file.stem.lstrip("0123456789").lstrip("-_ ") or file.stem
        if name in lessons:
            raise LessonError(f"{file}: {lessons[name].file} is called {name!r} too. Rename one of them.")
        lessons[name] = read_lesson(file)
    return lessons


def read_lesson(file: Path) -> Lesson:
    """One lesson. Raises LessonError naming the file, the line or the key, what is allowed and the fix."""
    try:
        content = tomllib.loads(file.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise LessonError(f"{file}: {error}. Text stands in quotes, a longer one in three.") from None
    except (OSError, UnicodeDecodeError) as error:
        raise LessonError(f"{file} cannot be read: {error}. It has to be text in UTF-8.") from None
    content.pop("file", None)
    try:
        return Lesson(**content, file=str(file))
    except ValidationError as error:
        raise LessonError(f"{file}: {' '.join(map(_explain, error.errors()))}") from None


def _explain(problem: Mapping) -> str:
    """A problem that pydantic found, as key, value, what is allowed and the nearest known name."""
    loc = [str(part) for part in problem["loc"]]
    key, of_question = ".".join(loc), loc[0:1] == ["question"] and len(loc) > 1
    fields = Question.model_fields if of_question else Lesson.model_fields
    known = [name for name in fields if name != "file"]
    if problem["type"] == "extra_forbidden":
        return f"there is no key {key!r}.{suggest(loc[-1], known)} Keys: {', '.join(known)}."
    if problem["type"] == "missing":
        about = fields[loc[-1]].description
        return f"the key {key!r} is missing.{f' {about}' if about else ''}"
    if problem["type"] == "value_error":
        said = problem["ctx"]["error"]
        return f"{said}." if isinstance(said, ExpressionError) else f"{f'{key}: ' if key else ''}{said}."
    return f"{key} = {problem['input']!r}: {problem['msg']}."
