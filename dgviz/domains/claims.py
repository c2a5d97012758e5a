"""Claims of a field, as data: a sentence, what it is judged by, and the judge; and those that several fields make.

A judge gets NSE `(site,)` of each case that a claim needs, on the sites that all have, and what sites are called; it
says whether the claim holds, and what was found.
"""

from collections.abc import Callable
from dataclasses import dataclass

import xarray as xr

CLOSE = 0.05  # of median NSE: as good as


@dataclass(frozen=True)
class Claim:
    """A sentence of the field, what it is judged by, pairs of role and case, and the judge.

    A role is what a preset stands for, see `dgviz.experiment.claims.role_of`; a case is "test" or "held_out".
    """

    sentence: str
    source: str
    needs: tuple[tuple[str, str], ...]
    judge: Callable[..., tuple[bool, str]]


def close(mine: xr.DataArray, other: xr.DataArray, site: str) -> tuple[bool, str]:
    """Is the median at most a little lower?"""
    return bool(mine.median() >= other.median() - CLOSE), _against(mine, other)


def better(mine: xr.DataArray, other: xr.DataArray, site: str) -> tuple[bool, str]:
    """Is it higher at most sites, and in the median?"""
    gain = mine - other
    higher = f"{_against(mine, other)}; higher at {int((gain > 0).sum())} of {gain.size} {site}s"
    return bool(gain.median() > 0 and mine.median() > other.median()), higher


def clearly_better(mine: xr.DataArray, other: xr.DataArray, site: str) -> tuple[bool, str]:
    """Is it higher at most sites, and in the median by more than a little?"""
    holds, found = better(mine, other, site)
    return holds and not close(other, mine, site)[0], found


def loses_less(
    mine: xr.DataArray, mine_held: xr.DataArray, other: xr.DataArray, other_held: xr.DataArray, site: str
) -> tuple[bool, str]:
    """Is less lost where sites are held out, in the median?"""
    lost, others = float(mine.median() - mine_held.median()), float(other.median() - other_held.median())
    said = f"{_from_to(mine, mine_held)} against {_from_to(other, other_held)}"
    return lost < others, f"median NSE {said} at {site}s held out"


def _against(mine: xr.DataArray, other: xr.DataArray) -> str:
    return f"median NSE {float(mine.median()):.2f} against {float(other.median()):.2f}"


def _from_to(before: xr.DataArray, after: xr.DataArray) -> str:
    return f"{float(before.median()):.2f} to {float(after.median()):.2f}"


def unseen_sites(source: str) -> Claim:
    """That attributes carry parameters to sites that were not trained on."""
    return Claim(
        "At {site}s not seen, parameters learned from attributes do better than one set for all.",
        source,
        (("attributes", "held_out"), ("shared", "held_out")),
        better,
    )


def network_alone(source: str) -> Claim:
    """That pure learning is the most accurate where there are data."""
    return Claim(
        "A network alone does better than learned parameters at {site}s that it was trained on.",
        source,
        (("network", "test"), ("attributes", "test")),
        better,
    )


def processes_lose_less(source: str) -> Claim:
    """That processes extrapolate better than pure learning."""
    return Claim(
        "Processes with learned parameters lose less than a network alone at {site}s not seen.",
        source,
        (("attributes", "test"), ("attributes", "held_out"), ("network", "test"), ("network", "held_out")),
        loses_less,
    )
