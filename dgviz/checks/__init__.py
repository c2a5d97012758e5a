"""Physics checks: what any model of a site has to keep to, one check a file.

    for verdict in check_physics(run.at(dataset, "01415000", "1979-10-01", "1980-09-30")):
        print(verdict)

A check takes a `Trial` and gives a `CheckResult`. What it needs (precipitation, snow, evapotranspiration ...) it
finds by the CF standard names and the wiring that processes declare; where a model has no such thing, the check does
not apply and says why.
"""

import functools
import inspect
from collections.abc import Callable, Iterator, Mapping

from dgviz.checks.area_invariance import area_invariance
from dgviz.checks.doubled_storm import doubled_storm
from dgviz.checks.evapotranspiration_within_potential import evapotranspiration_within_potential
from dgviz.checks.mass_closure import mass_closure
from dgviz.checks.no_response_to_future_rain import no_response_to_future_rain
from dgviz.checks.restart_equals_one_run import restart_equals_one_run
from dgviz.checks.result import CheckResult, Criterion
from dgviz.checks.trial import Trial
from dgviz.checks.warmer_means_earlier_melt import warmer_means_earlier_melt
from dgviz.checks.zero_rain_dries_down import zero_rain_dries_down
from dgviz.learn.site_model import SiteModel

__all__ = ["CHECKS", "Criterion", "Trial", "CheckResult", "check_physics", "meaning"]

Check = Callable[[Trial], CheckResult]
JOINED = "A river is simulated as a whole: water of the sites upstream passes here, and this asks of one site alone."


def _of_one_site(check: Check) -> Check:
    """A check that does not apply where other sites come along, as they do on a river."""

    @functools.wraps(check)
    def asked(trial: Trial) -> CheckResult:
        return check(trial) if trial.alone else CheckResult(check.__name__, JOINED)

    return asked


CHECKS: Mapping[str, Check] = {
    check.__name__: _of_one_site(check)
    for check in (
        mass_closure,
        no_response_to_future_rain,
        zero_rain_dries_down,
        doubled_storm,
        warmer_means_earlier_melt,
        evapotranspiration_within_potential,
        area_invariance,
        restart_equals_one_run,
    )
}


def check_physics(site: SiteModel) -> Iterator[CheckResult]:
    """The verdict of every check, one after the other, for a trained model at one site: see `Trial`."""
    trial = Trial(site)
    return (check(trial) for check in CHECKS.values())


def meaning(check: Check) -> str:
    """What a check asks and how it judges, in words."""
    return " ".join(inspect.getdoc(check).split())
