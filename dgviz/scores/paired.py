"""Is one better than another at the same sites: the difference with an interval, by drawing sites and seeds again."""

from dataclasses import dataclass

import numpy as np
import xarray as xr

DRAWS = 2000
LEVEL = 0.95


@dataclass(frozen=True)
class Paired:
    """The median over sites of a difference and its interval at `level`, with the sites and seeds behind it.

    The interval says how far the median could have come out otherwise with other sites of the same kind and other
    seeds; it does not say what another period or region would give.
    """

    median: float
    low: float
    high: float
    n_sites: int
    n_seeds: int
    level: float = LEVEL

    def above(self, margin: float = 0.0) -> bool | None:
        """Is the difference larger than a margin? None where the interval has it within: these data cannot tell."""
        if self.low > margin:
            return True
        return False if self.high < margin else None


def paired(mine: xr.DataArray, other: xr.DataArray, draws: int = DRAWS, level: float = LEVEL, seed: int = 0) -> Paired:
    """The median over sites of `mine` less `other`, each `(site,)` or `(seed, site)`, at the sites that both have.

    Bootstrap of pairs: sites are drawn with replacement, with both scores of each; of several seeds those of either
    side too, as they are trained apart. A site counts as the mean over the seeds that are drawn. Raises ValueError
    where fewer than two sites have both.
    """
    mine, other = (scores if "seed" in scores.dims else scores.expand_dims("seed") for scores in (mine, other))
    mine, other = mine.transpose("seed", "site"), other.transpose("seed", "site")
    mine, other = (scores.dropna("site", how="any") for scores in (mine, other))
    mine, other = xr.align(mine, other, join="inner", exclude=["seed"])
    n_sites = mine.sizes["site"]
    if n_sites < 2:
        raise ValueError(f"{n_sites} sites have both scores: an interval takes at least two.")
    random = np.random.default_rng(seed)
    sites = random.integers(0, n_sites, (draws, n_sites))
    drawn = _with_seeds(mine.values, sites, random) - _with_seeds(other.values, sites, random)
    tail = (1 - level) / 2
    low, high = np.quantile(np.median(drawn, 1), [tail, 1 - tail])
    median = float((mine.mean("seed") - other.mean("seed")).median())
    seeds = min(mine.sizes["seed"], other.sizes["seed"])
    return Paired(median, float(low), float(high), n_sites, seeds, level)


def _with_seeds(scores: np.ndarray, sites: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Scores `(seed, site)` at drawn sites, each the mean over as many drawn seeds as there are, `(draw, site)`."""
    n_seeds = len(scores)
    seeds = random.integers(0, n_seeds, (len(sites), n_seeds))
    # In a draw all sites have the same seeds: one training gives all of them.
    return np.stack([scores[chosen].mean(0)[at] for chosen, at in zip(seeds, sites, strict=True)])
