"""A curve of the target against what is varied at a site, in place of a series."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Curve:
    """The target over the forcing `x`, where that is varied at a site step by step, and what limits it.

    `limits` names fluxes in the units of the target: where one is the least it limits the target, and the curve has its
    colour there.
    """

    title: str
    x: str
    limits: tuple[str, ...] = ()
