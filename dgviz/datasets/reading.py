"""What a person says of how their files are to be read: a small file beside them, `how_to_read.json`.

    {"columns": {"rain gauge": "prcp", "remark": ""}, "units": {"rain gauge": "inch"}, "dates": "DD/MM/YYYY",
     "leave_out": ["01234567"], "span": "1990-10-01/1999-09-30", "domain": "hydrology"}

Each part may lack: `columns` says what a column of the files, or a variable of a NetCDF file, is, "" that it is not
read; `units` in which units it is (UDUNITS); `dates` in which form the dates of CSV files are; `leave_out` which sites
are left out; `span` which days are read; `domain` for which science all is.
"""

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path

from dgviz.datasets.dates import FORMS
from dgviz.datasets.errors import DataError
from dgviz.datasets.names import name_and_units
from dgviz.datasets.remarks import Remark
from dgviz.files import write_whole
from dgviz.suggestions import suggest

FILE = "how_to_read.json"
KINDS: dict[str, tuple[type, str]] = {
    **dict.fromkeys(("columns", "units"), (dict, "an object of texts")),
    **dict.fromkeys(("dates", "span", "domain"), (str, "a text")),
    "leave_out": (list, "a list of texts"),
}


@dataclass(frozen=True)
class Reading:
    """What is said of columns, units, dates, sites, days and science; nothing by default."""

    columns: dict[str, str] = field(default_factory=dict)
    units: dict[str, str] = field(default_factory=dict)
    dates: str = ""
    leave_out: list[str] = field(default_factory=list)
    span: str = ""
    domain: str = ""

    def header(self, text: str) -> tuple[str, str | None]:
        """The name and the units of a column by its header, such as `rain [mm]`; None where no units are known."""
        name, units = name_and_units(text)
        return self.meant(name), self.units.get(name, units)

    def meant(self, name: str) -> str:
        """What a column of this name is; '' where it is not to be read."""
        return self.columns.get(name, name)

    def not_read(self) -> set[str]:
        """The columns that are not to be read."""
        return {name for name, meant in self.columns.items() if not meant}

    def remark(self, columns: list[str]) -> list[Remark]:
        """What was said of those columns of a file that are in it."""
        said = [f"{name!r} is {meant or 'not read'}" for name, meant in self.columns.items() if name in columns]
        said += [f"{name!r} is in {units}" for name, units in self.units.items() if name in columns]
        return [Remark("read as", "columns", f"as you said ({FILE}): {', '.join(said)}")] if said else []


def reading_of(folder: Path) -> Reading:
    """What is said of the files in a folder; raises DataError for what cannot be meant."""
    file = folder / FILE
    if not file.is_file():
        return Reading()
    try:
        said = json.loads(file.read_text(encoding="utf-8"))
    except ValueError:
        said = None
    if not isinstance(said, dict):
        raise DataError(f"{file}: is no JSON object; it has the parts {', '.join(KINDS)}.")
    for key, value in said.items():
        if key not in KINDS:
            raise DataError(f"{file}: {key!r} is not known.{suggest(key, KINDS)} Its parts are {', '.join(KINDS)}.")
        kind, called = KINDS[key]
        texts = value.values() if isinstance(value, dict) else value
        if not isinstance(value, kind) or not all(isinstance(text, str) for text in texts):
            raise DataError(f"{file}: {key} is {value!r}; it has to be {called}.")
    if (dates := said.get("dates", "")) and dates not in FORMS:
        raise DataError(f"{file}: dates are {dates!r}; a form that is read is one of {', '.join(FORMS)}.")
    return Reading(**said)


def write_reading(reading: Reading, folder: Path) -> None:
    """Say it of the files in a folder; nothing said is no file."""
    said = {key: value for key, value in asdict(reading).items() if value}
    if said:
        write_whole(folder / FILE, json.dumps(said, indent=1, ensure_ascii=False))
    else:
        (folder / FILE).unlink(missing_ok=True)
