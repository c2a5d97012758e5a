"""Checks that any model of a site has to pass, one per file; a domain adds its own.

    for result in check_physics(run.at(dataset, "01415000", "1979-10-01", "1980-09-30"), run.config.science.checks):
        print(result)

A check takes a `Trial` and returns a `CheckResult`. It finds what it needs in the declarations of the processes; if a
model lacks that, the check does not apply and says why.
"""

import functools
import inspect
from collections.abc import Callable, Iterable, Iterator

import xarray as xr

from dgviz.checks.balance_closes import balance_closes
from dgviz.checks.no_response_to_the_future import no_response_to_the_future
from dgviz.checks.restart_is_one_run import restart_is_one_run
from dgviz.checks.result import CheckResult, Criterion, concise
from dgviz.checks.sites_are_independent import sites_are_independent
from dgviz.checks.start_is_forgotten import start_is_forgotten
from dgviz.checks.stores_within_limits import stores_within_limits
from dgviz.checks.trial import ROUNDING, Trial, total
from dgviz.learn.defaults import unlearned
from dgviz.learn.site_model import SiteModel
from dgviz.processes.model import ProcessModel

__all__ = [
    "FOR_ALL",
    "ROUNDING",
    "Check",
    "CheckResult",
    "Criterion",
    "Trial",
    "balance_closes",
    "check_physics",
    "checks_by_name",
    "concise",
    "meaning",
    "total",
]

Check = Callable[[Trial], CheckResult]
FOR_ALL: tuple[Check, ...] = (
    start_is_forgotten,
    stores_within_limits,
    no_response_to_the_future,
    sites_are_independent,
    restart_is_one_run,
)
OF_STORES = (start_is_forgotten, restart_is_one_run)
JOINED = "Sites are simulated together here, as each feels others, and this asks about one site alone."


def checks_by_name(own: Iterable[Check] = (), stores: bool = True) -> dict[str, Check]:
    """The checks of a domain and those for all, by name; none applies where other sites come along.

    Without `stores`, as in a science of which no process has any, those that ask about stores are left out.
    """
    first, *others = FOR_ALL  # stores that still fill spoil the figures of all other checks
    asked = [check for check in (first, *own, *others) if stores or check not in OF_STORES]
    return {check.__name__: _of_one_site(check) for check in asked}


def _of_one_site(check: Check) -> Check:
    @functools.wraps(check)
    def asked(trial: Trial) -> CheckResult:
        return check(trial) if trial.alone else CheckResult(check.__name__, JOINED)

    return asked


def check_physics(
    site: SiteModel | ProcessModel, own: Iterable[Check] = (), dataset: xr.Dataset | None = None
) -> Iterator[CheckResult]:
    """The result of every check, one after the other, for a model at one site; `own` are the domain's.

    A process model of which nothing was learned is checked with its declared defaults, under the forcings of `dataset`,
    which holds one site.
    """
    if isinstance(site, ProcessModel):
        if dataset is None:
            raise ValueError(
                "dataset: a process model alone has no forcings. Give check_physics a data set of one site."
            )
        site = unlearned(site, dataset)
    trial = Trial(site)
    return (check(trial) for check in checks_by_name(own).values())


def meaning(check: Check) -> str:
    """What a check asks and how it judges, in words."""
    return " ".join(inspect.getdoc(check).split())
