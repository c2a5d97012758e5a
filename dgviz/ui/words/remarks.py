"""What is in data, and what was assumed, converted, left out or found doubtful when they were read, as tables."""

from collections.abc import Sequence

import xarray as xr

from dgviz.datasets.remarks import Remark, together
from dgviz.domains import Domain
from dgviz.ui.words.markup import Markup, html, joined
from dgviz.ui.words.text import label, spelled, units

ORDER = ("doubtful", "left out", "taken as missing", "filled", "not read", "exchanged", "converted", "aggregated")


def named(said: Sequence[Remark], dataset: xr.Dataset, science: Domain) -> list[Remark]:
    """Remarks that name what they are about as people call it: "Field capacity (fc)"."""
    names = {name: declared.long_name for name, declared in science.quantities().items()}
    names |= {str(name): label(dataset[name], str(name)) for name in dataset.data_vars}
    return [
        remark._replace(about=f"{names[about]} ({about})" if (about := remark.about) in names else about)
        for remark in said
    ]


def as_read(dataset: xr.Dataset, names: Sequence[str]) -> str:
    """Variables as people call them, with their units: "Precipitation (mm d\u207b\u00b9)"."""
    called = [(label(dataset[name], name), units(dataset[name].attrs.get("units", ""))) for name in names]
    return ", ".join(f"{words} ({unit})" if unit else words for words, unit in called)


def remark_table(said: list[Remark]) -> Markup:
    """One line for each remark, doubts first; HTML."""
    place = {kind: number for number, kind in enumerate(ORDER)}
    lines = sorted(together(said), key=lambda remark: place.get(remark.kind, len(ORDER)))
    names = ("What was done", "About", "What to know")
    head = joined(html("<th class='left'>{}</th>", name) for name in names)
    return html("<table><thead><tr>{}</tr></thead><tbody>{}</tbody></table>", head, joined(map(_line, lines)))


def _line(remark: Remark) -> Markup:
    marked = "<span class='stale'>{}</span>" if remark.kind == "doubtful" else "{}"
    kind = html(marked, remark.kind.capitalize())
    cells = "<td class='left'>{}</td><td class='left wrap'>{}</td><td class='left wrap'>{}</td>"
    return html(f"<tr>{cells}</tr>", kind, remark.about, spelled(remark.text))


def pairs(lines: Sequence[tuple[str, str]]) -> Markup:
    """A table of labels and words; HTML."""
    row = "<tr><td class='left'>{}</td><td class='left wrap'>{}</td></tr>"
    return html("<table>{}</table>", joined(html(row, label[:1].upper() + label[1:], words) for label, words in lines))
