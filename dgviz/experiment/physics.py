"""The physics checks of a run at some of its sites: carried out after training, and kept in its folder."""

import json
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass

import numpy as np

from dgviz.checks import Trial, checks_by_name
from dgviz.experiment.run_files import DamagedFile, read_json
from dgviz.experiment.runs import Run
from dgviz.experiment.splits import periods_of
from dgviz.files import write_whole

FILE = "physics.json"
SITES = 10
LONGEST = 8.0  # seconds: the next run waits


@dataclass(frozen=True)
class Physics:
    """What the physics checks of a run found: the outcome of each check `by_site`, over a `period`, at `n_sites` sites
    of the run in all."""

    period: str
    by_site: Mapping[str, Mapping[str, str]]
    n_sites: int

    def failures(self) -> dict[str, int]:
        """At how many sites each check failed, those alone that failed somewhere."""
        return dict(Counter(name for name, outcome in self._outcomes() if outcome == "failed"))

    def applied(self) -> list[str]:
        """The checks that apply at one of the sites at least."""
        return list(dict.fromkeys(name for name, outcome in self._outcomes() if outcome != "does not apply"))

    def _outcomes(self) -> Iterator[tuple[str, str]]:
        for found in self.by_site.values():
            yield from found.items()

    @property
    def counts(self) -> tuple[int, int]:
        """How many checks passed at all sites where they apply, and how many apply."""
        n_applied = len(self.applied())
        return n_applied - len(self.failures()), n_applied

    def failed_words(self) -> str:
        """At how many sites each check failed."""
        n_asked = len(self.by_site)
        failed = [f"{name.replace('_', ' ')} at {n} of {n_asked}" for name, n in self.failures().items()]
        return f"Failed: {', '.join(failed)}." if failed else f"None failed at {n_asked}."

    def in_words(self, site: str) -> str:
        """How a run did: where it was asked, in the word of the science for a site, how many passed, what failed."""
        if not self.applied():
            return "No physics check applies."
        passed, applied = self.counts
        asked = f"After training, at {len(self.by_site)} of {self.n_sites} {site}s"
        return f"{asked}: {passed} of {applied} physics checks that apply passed everywhere. {self.failed_words()}"


def check_run(run: Run) -> Physics | None:
    """Carry out the physics checks of a trained run at ten of its sites, spread over all, and keep what they found.

    Over the training and test period; after eight seconds no further site is begun. None where sites are simulated
    together, as no check applies.
    """
    dataset, science = run.dataset(), run.config.science
    if run.config.build().joins_sites:
        return None
    sites = [str(site) for site in run.results().site.values]
    few = [sites[i] for i in np.unique(np.linspace(0, len(sites) - 1, SITES).round().astype(int))]
    ends = sorted(day for period in periods_of(run.config, dataset).values() for day in period.split("/"))
    checks, started = checks_by_name(science.checks, science.has_stores), time.monotonic()
    by_site: dict[str, dict[str, str]] = {}
    for site in few:
        if by_site and time.monotonic() - started > LONGEST:
            break
        trial = Trial(run.at(dataset, site, ends[0], ends[-1]))
        by_site[site] = {name: check(trial).outcome for name, check in checks.items()}
    found = Physics(f"{ends[0]}/{ends[-1]}", by_site, len(sites))
    # With the checksum of the weights that were asked: of others it says nothing.
    content = asdict(found) | {"checksums": run.record["checksums"]}
    write_whole(run.folder / FILE, json.dumps(content))
    return found


def physics_of(run: Run) -> Physics | None:
    """What the checks after training found; None where they were not carried out on these weights."""
    try:
        content = read_json(run.folder / FILE)
        if not content or content.pop("checksums") != run.record.get("checksums"):
            return None
        return Physics(**content)
    except (DamagedFile, KeyError, TypeError):  # then they can be carried out again
        return None
