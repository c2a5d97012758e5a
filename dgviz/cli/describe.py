"""`dgviz describe`: declarations as text, for the terminal and for the tables of the documentation."""

from typing import Annotated

import typer

from dgviz.cli.terminal import plain_errors
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


def domain_as_markdown(domain: Domain) -> str:
    """A domain in Markdown: its options, what each is, and its parameters."""
    labels = [f"- `{option.__name__}`: {title(option)}" for options in domain.slots.values() for option in options]
    return "\n\n".join([f"# {domain.title}", option_table(domain), "\n".join(labels), parameter_table(domain)])


def describe(domain: Annotated[str, typer.Argument(help="A scientific domain.")] = "hydrology") -> None:
    """Print the processes and parameters of a domain as Markdown."""
    with plain_errors():
        known = discover()
        if domain not in known:
            raise ValueError(f"There is no domain {domain!r}. Domains: {', '.join(known)}.")
        print(domain_as_markdown(known[domain]))
