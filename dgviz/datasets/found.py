"""What was found in a folder of files by site, and the days and columns that most of them have."""

from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from dgviz.datasets.csv_columns import Labels
from dgviz.datasets.errors import some
from dgviz.datasets.periods import longest_span, parse_span
from dgviz.datasets.points import of_one_length
from dgviz.datasets.remarks import Remark
from dgviz.datasets.tables import Tables
from dgviz.datasets.vocabulary import Vocabulary


@dataclass
class Found:
    """What was found in a folder: series by site, their labels, why sites are left out, and what was assumed."""

    tables: Tables = field(default_factory=Tables)
    labels: list[Labels] = field(default_factory=list)
    left: dict[str, str] = field(default_factory=dict)
    said: list[Remark] = field(default_factory=list)


def cut_alike(found: Found, vocabulary: Vocabulary, files: dict[str, Path], span: str | None) -> None:
    """Cut all series to the same columns and days, those of the span or those that keep the most data.

    Sites that lack them are left out.
    """
    names = usual_columns(found, vocabulary)
    for site, table in found.tables.items():
        if lacking := [name for name in names if name not in table]:
            text = f"{files[site]}: column {some(lacking)} is not in it, but in those of other sites; add it."
            found.left[site] = text
            del found.tables[site]
    if not found.tables:
        return
    if vocabulary.step == "point":
        alike, said = of_one_length({site: table[names] for site, table in found.tables.items()}, vocabulary)
        found.tables, found.said = Tables(alike.items()), [*found.said, *said]
        return
    records = {site: (table.index[0], table.index[-1]) for site, table in found.tables.items()}
    start, end = parse_span(span) if span else longest_span(records)
    days = f"{start:%Y-%m-%d}/{end:%Y-%m-%d}"
    for site, (first, last) in records.items():
        if first.normalize() > start or last < end:
            found.left[site] = f"{files[site]}: days {first:%Y-%m-%d}/{last:%Y-%m-%d} do not cover {days}."
            del found.tables[site]
    # The last day counts with all its hours.
    last_hour = end + pd.Timedelta(hours=23)
    found.tables = Tables((site, table.loc[start:last_hour, names]) for site, table in found.tables.items())
    if len(set(records.values())) > 1 and not span:
        longest = f"sites have different days; {days} keeps the most data. Choose others with --span."
        found.said.append(Remark("read as", "time", longest))


def usual_columns(found: Found, vocabulary: Vocabulary) -> list[str]:
    """The columns that most sites have, and those that any model or target needs; others are not read."""
    sites_of: dict[str, int] = {}
    for table in found.tables.values():
        for name in table:
            sites_of[name] = sites_of.get(name, 0) + 1
    # Where some give a target and others what it is made of, those with the target are kept.
    observed = vocabulary.targets if any(name in sites_of for name in vocabulary.targets) else vocabulary.raw
    always = {*vocabulary.needed, *observed}
    few = [name for name, n in sites_of.items() if 2 * n <= len(found.tables) and len(found.tables) > 1]
    few = [name for name in few if name not in always]
    if few:
        found.said.append(Remark("not read", some(few), "half of the sites, or more, lack it"))
    return [name for name in sites_of if name not in few]
