"""Which science a person's own files are for: they say so, or what was observed tells it."""

import importlib
import pkgutil
from collections.abc import Iterable, Mapping
from itertools import product
from pathlib import Path

from dgviz.datasets.errors import DataError
from dgviz.datasets.names import renaming
from dgviz.datasets.vocabulary import CALENDAR, Vocabulary
from dgviz.suggestions import suggest

Vocabularies = Mapping[str, Vocabulary]


def all_vocabularies(others: Vocabularies | None = None) -> dict[str, Vocabulary]:
    """The vocabularies by the name of their domain: those in modules here whose name ends in `_series`, and others."""
    names = [info.name for info in pkgutil.iter_modules([str(Path(__file__).parent)])]
    package = __name__.rpartition(".")[0]
    found = [importlib.import_module(f"{package}.{name}").vocabulary for name in names if name.endswith("_series")]
    return {**{vocabulary.domain: vocabulary for vocabulary in found}, **(others or {})}


def named(domain: str, vocabularies: Vocabularies, source: str | Path) -> Vocabulary:
    """The vocabulary of a domain. Raises DataError naming those that are known."""
    if domain not in vocabularies:
        raise DataError(
            f"{source}: the domain {domain!r} is not known.{suggest(domain, vocabularies)} "
            f"Known domains: {', '.join(vocabularies)}."
        )
    return vocabularies[domain]


def told_by(names: Iterable[str], vocabularies: Vocabularies, source: str | Path) -> Vocabulary:
    """The vocabulary whose target is among the names of series, or else what a target is made of, or a forcing.

    What one science observes may drive another, as discharge the temperature of a stream: targets count first, also
    under the names that people use.
    """
    given = list(map(str, names))
    names = {*given}
    names |= {name.lower() for name in names}
    called = {v.domain: {*renaming(given, (), v.in_files, v.other_names).values()} for v in vocabularies.values()}
    # By the declared names, then by those that people use: first the targets, then what they are made of.
    for kind, known in product(("targets", "raw"), (dict.fromkeys(called, names), called)):
        fitting = [v for v in vocabularies.values() if known[v.domain] & getattr(v, kind).keys()]
        if kind == "targets":
            every = {domain: words | names for domain, words in called.items()}
            fitting = [v for v in fitting if not _drives(v, known[v.domain], every, vocabularies)]
            fitting = _of_most(fitting, known)
        if len(fitting) == 1:
            return fitting[0]
        if fitting:
            raise DataError(
                f"{source}: observed are quantities of several domains, {', '.join(v.domain for v in fitting)}; say "
                "which it is: the global attribute `domain` of a NetCDF file, `# domain: NAME` above the header of "
                "attributes.csv."
            )
    # Not observed at all, but driven: a trained run can predict there.
    driven = [v for v in vocabularies.values() if names & v.forcings.keys() - CALENDAR.keys()]
    # Of several sciences with the same forcing, the one that has all it needs.
    driven = [v for v in driven if v.needed and {*v.needed} <= names] or driven
    if len(driven) == 1:
        return driven[0]
    targets = [f"{', '.join(v.targets)} ({v.domain})" for v in vocabularies.values()]
    raise DataError(f"{source}: no target; it needs one of {', '.join(targets)}, and has {', '.join(given)}.")


def _of_most(fitting: list[Vocabulary], known: Mapping[str, set[str]]) -> list[Vocabulary]:
    """Of sciences of which something was observed those of which all was, and of these those that observe the most.

    A science that joins others has their targets too: it is meant where all of them are there.
    """
    whole = [v for v in fitting if v.targets.keys() <= known[v.domain]] or fitting
    most = max((len(v.targets) for v in whole), default=0)
    return [v for v in whole if len(v.targets) == most] if whole is not fitting else fitting


def _drives(mine: Vocabulary, known: set[str], every: Mapping[str, set[str]], vocabularies: Vocabularies) -> bool:
    """Is all that this science observes a forcing of another, whose target is there too?"""
    observed = known & mine.targets.keys()
    others = [v for v in vocabularies.values() if v.domain != mine.domain and every[v.domain] & v.targets.keys()]
    return any(observed <= every[other.domain] & other.forcings.keys() for other in others)
