"""What was assumed, converted, left out or found doubtful while a data set was read: said in the data set itself.

A data set carries its remarks in the global attribute `dgviz_remarks`, as JSON, so that they stay with it in an import
and in a run; whoever shows the data set shows them.
"""

import json
from collections.abc import Iterable
from typing import Literal, NamedTuple, get_args

import xarray as xr

from dgviz.datasets.errors import DataError, some

Kind = Literal[
    "read as",
    "converted",
    "aggregated",
    "filled",
    "taken as missing",
    "exchanged",
    "not read",
    "left out",
    "doubtful",
    "taken over",
]
ATTRIBUTE = "dgviz_remarks"  # files of others may have an attribute "remarks" of their own


class Remark(NamedTuple):
    """One thing to know of a data set: its kind, the variable, site or file that it is about, and a sentence."""

    kind: Kind
    about: str
    text: str


def with_remarks(ds: xr.Dataset, more: Iterable[Remark], outdated: Iterable[Remark] = ()) -> xr.Dataset:
    """The data set with more remarks, and without those `outdated`; one that it carries already is not repeated."""
    every = dict.fromkeys([*(remark for remark in remarks(ds) if remark not in {*outdated}), *more])
    if unknown := {remark.kind for remark in every} - set(get_args(Kind)):
        raise ValueError(f"remark of kind {', '.join(unknown)}: known are {', '.join(get_args(Kind))}.")
    return ds.assign_attrs({ATTRIBUTE: json.dumps(list(every))})


def remarks(ds: xr.Dataset) -> list[Remark]:
    """The remarks that a data set carries, in the order in which they were made."""
    try:
        said = [Remark(*parts) for parts in json.loads(ds.attrs.get(ATTRIBUTE, "[]"))]
        if not all(isinstance(part, str) for remark in said for part in remark):
            raise TypeError
        return said
    except (TypeError, ValueError):
        raise DataError(
            f"the attribute {ATTRIBUTE} of {ds.attrs.get('title', 'the data')!r} holds no remarks of dgviz; remove it."
        ) from None


def together(said: Iterable[Remark]) -> list[Remark]:
    """Remarks that say the same of several files or sites as one remark that names the first few."""
    by_text: dict[tuple[Kind, str], dict[str, None]] = {}
    for kind, about, text in said:
        by_text.setdefault((kind, text), {})[about] = None
    return [Remark(kind, some(list(about)), text) for (kind, text), about in by_text.items()]
