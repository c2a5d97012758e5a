"""`dgviz describe`: declarations as text, for the terminal and for the tables of the documentation."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer

from dgviz.cli.terminal import out, plain_errors
from dgviz.domains import Domain, discover
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
    # A parameter that several options share is one row; the order is that of the slots.
    declared: dict[str, Parameter] = {}
    readers: dict[str, list[str]] = {}
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


def domain_as_markdown(domain: Domain) -> str:
    """A domain in Markdown: its options, what each is, and its parameters."""
    labels = [f"- `{option.__name__}`: {title(option)}" for options in domain.slots.values() for option in options]
    return "\n\n".join([f"# {domain.title}", option_table(domain), "\n".join(labels), parameter_table(domain)])


def tables(domain: Domain) -> str:
    """Both tables of a domain, as they stand in the documentation."""
    return f"{option_table(domain)}\n\n{parameter_table(domain)}"


def between_markers(text: str, name: str) -> re.Match[str] | None:
    """The tables of the domain called `name` in a text (group "tables"), between the markers of that domain."""
    marked = rf"(?P<start><!-- dgviz describe {name}\b[^>]*-->\n)(?P<tables>.*?)(?P<end>\n<!-- end -->)"
    return re.search(marked, text, re.DOTALL)


def with_tables(text: str, domains: Mapping[str, Domain]) -> str:
    """A text in which the tables of all domains are up to date; a domain that had none has a section at the end."""
    for name, domain in domains.items():
        if not between_markers(text, name):
            text = f"{text.rstrip()}\n\n## Processes and parameters: {domain.title.lower()}\n\n"
            text += f"<!-- dgviz describe {name} -->\n\n<!-- end -->\n"
        found = between_markers(text, name)
        text = f"{text[: found.end('start')]}\n{tables(domain)}\n{text[found.start('end') :]}"
    return text


def write_tables(folder: Path, domains: Mapping[str, Domain]) -> Path:
    """Bring the tables in `data/README.md` of a checkout up to date. Raises ValueError where there is no such file."""
    path = folder / "data" / "README.md"
    if not path.is_file():
        raise ValueError(f"There is no {path}. Run `dgviz describe --write` in the top folder of a checkout of dgviz.")
    path.write_text(with_tables(path.read_text(encoding="utf-8"), domains), encoding="utf-8")
    return path


def describe(
    domain: Annotated[str, typer.Argument(help="A scientific domain; without one, all.")] = "",
    write: Annotated[
        bool, typer.Option("--write", help="Write the tables of all domains into data/README.md of this checkout.")
    ] = False,
) -> None:
    """Print the processes and parameters of a domain as Markdown."""
    with plain_errors():
        known = discover()
        if domain and domain not in known:
            raise ValueError(f"There is no domain {domain!r}. Domains: {', '.join(known)}.")
        if write:
            out.print(f"{write_tables(Path.cwd(), known)} is up to date.", highlight=False, soft_wrap=True)
        else:
            print("\n\n".join(domain_as_markdown(known[name]) for name in ([domain] if domain else known)))
