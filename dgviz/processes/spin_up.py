"""Stores that have forgotten how they began: those that a year, repeated for long, would leave.

A year takes the stores S before it to F(S) after it, for each site and member by itself. Near S the map is linear with
the slopes J = dF/dS, so that the stores after N years are about S + (1 + J + ... + J^(N-1)) (F(S) - S). This is exact
where stores empty in proportion to what they hold, and a few such leaps settle what would take thousands of years one
by one. A store without an equilibrium, which takes up more than it gives back, has grown for some decades and is named.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import torch
from torch import Tensor

Year = Callable[[Mapping[str, Tensor]], Mapping[str, Tensor]]

DOUBLINGS = 5  # a leap is one of 2^5 years
LEAPS = 8
SETTLED = 1e-5  # relative change within a year
NUDGE = 1e-3  # relative: what the slopes are measured with


@dataclass(frozen=True)
class SpinUp:
    """Stores `(store, site, member)` before a year, and where they still change within it: `(store, site)`."""

    stores: Tensor
    unsettled: Tensor


def spin_up(year: Year, stores: Mapping[str, Tensor]) -> SpinUp:
    """Repeat a year until the stores, `(site, member)` by name, are after it what they were before.

    `year` takes stores before it to those after it, of several copies of the sites at once.
    """
    names = tuple(stores)
    with torch.no_grad():
        # A first year as it is: from then on stores have sizes by which to measure a change.
        now = torch.stack(list(year(stores).values()))
        before = torch.full_like(now, torch.inf)
        for leap in range(LEAPS):
            after, slopes = linearized(year, names, now)
            change = (after - now).abs()
            unsettled = change > SETTLED * (after.abs() + _size(after))
            # A year of change that a leap did not make smaller: there is no equilibrium to leap to.
            endless = unsettled & (leap > 1) & (change > 0.9 * before)
            if not (unsettled & ~endless).any():
                break
            before = change
            now = torch.where(endless.any(0), after, leaped(now, after, slopes))
    return SpinUp(after, unsettled.any(-1))


def linearized(year: Year, names: tuple[str, ...], stores: Tensor) -> tuple[Tensor, Tensor]:
    """Stores `(store, site, member)` a year after the given ones, and their slopes `(site, member, store, store)`.

    The last two run over the stores after and the stores before. A copy of all sites for each store begins with a bit
    more in it.
    """
    nudge = NUDGE * (stores.abs() + _size(stores))
    n_stores = len(names)
    copies = stores[:, None].repeat(1, n_stores + 1, 1, 1)  # (store, copy, site, member); the first as given
    for i in range(n_stores):
        copies[i, i + 1] += nudge[i]
    after = year(dict(zip(names, copies.flatten(1, 2), strict=True)))
    of_copies = torch.stack([after[k] for k in names]).unflatten(1, (n_stores + 1, -1))
    slopes = (of_copies[:, 1:] - of_copies[:, :1]) / nudge
    return of_copies[:, 0], slopes.movedim((0, 1), (-2, -1))


def leaped(stores: Tensor, after: Tensor, slopes: Tensor) -> Tensor:
    """The stores `2^DOUBLINGS` years later, to first order, where a year takes `stores` to `after`."""
    later = stores + torch.einsum("smij,jsm->ism", _years(slopes), after - stores)
    # A store that is never negative stays so.
    return torch.where((stores >= 0) & (after >= 0), later.clamp(min=0.0), later)


def _years(slopes: Tensor) -> Tensor:
    """1 + J + ... + J^(N-1), of the slopes J of one year, `(site, member, store, store)`; N = 2^DOUBLINGS."""
    total, power = torch.eye(slopes.shape[-1], dtype=slopes.dtype, device=slopes.device), slopes
    for _ in range(DOUBLINGS):
        # The sum over 2 m years is that over the first m and, J^m times that, over the others.
        total, power = total + power @ total, power @ power
    return total


def _size(stores: Tensor) -> Tensor:
    """What a store usually holds, so that an empty one has a scale too: `(store, 1, 1)`."""
    usual = stores.abs().mean((1, 2), keepdim=True)
    return usual + 0.01 * usual.mean() + 1e-9
