"""Declarations as text: the tables of README and `dgviz describe`."""

import re
from pathlib import Path

from dgviz.domains import Domain
from dgviz.processes.declare import Parameter, title


def option_table(domain: Domain) -> str:
    """Markdown table of the options of each slot; the default of a slot comes first."""
    rows = [
        f"| {slot.replace('_', ' ')} | {', '.join(f'`{option.__name__}`' for option in options)} |"
        for slot, options in domain.slots.items()
    ]
    return "\n".join(["| slot | options |", "|---|---|", *rows])


def parameter_table(domain: Domain) -> str:
    """Markdown table of the parameters of a domain: meaning, range, default, units and the options that read each."""
    declared, readers = {}, {}
    for option in (option for options in domain.slots.values() for option in options):
        for name, parameter in option.of(Parameter).items():
            declared.setdefault(name, parameter)
            readers.setdefault(name, []).append(f"`{option.__name__}`")
    rows = [
        f"| `{name}` | {p.long_name} | {p.range[0]:g} to {p.range[1]:g} | {p.default:g} | {p.units} "
        f"| {', '.join(readers[name])} |"
        for name, p in declared.items()
    ]
    return "\n".join(["| name | meaning | range | default | units | read by |", "|---|---|---|---|---|---|", *rows])


def describe(domain: Domain) -> str:
    """A domain in Markdown: its options, what each is, and its parameters."""
    labels = [f"- `{option.__name__}`: {title(option)}" for options in domain.slots.values() for option in options]
    return "\n\n".join([f"# {domain.title}", option_table(domain), "\n".join(labels), parameter_table(domain)])


def tables(domain: Domain) -> str:
    """The tables as they stand in README between the markers."""
    return option_table(domain) + "\n\n" + parameter_table(domain)


def write_tables(domain: Domain, name: str, folder: Path) -> list[Path]:
    """Put the tables of a domain where the texts of a checkout have `<!-- dgviz describe NAME ... -->`; those changed.

    Raises ValueError where no text has the marker.
    """
    marked = re.compile(rf"(<!-- dgviz describe {name}\b[^>]*-->\n\n).*?(\n\n<!-- end -->)", re.DOTALL)
    texts = [path for path in (folder / "README.md", folder / "data" / "README.md") if path.is_file()]
    places = [path for path in texts if marked.search(path.read_text())]
    if not places:
        raise ValueError(
            f"No text in {folder} has the marker '<!-- dgviz describe {name} -->'. "
            "The tables are written in a checkout of dgviz, between this marker and '<!-- end -->'."
        )
    for path in places:
        path.write_text(marked.sub(lambda found: found[1] + tables(domain) + found[2], path.read_text()))
    return places
