"""The gradient doctor: can the derivatives of a model at a site be trusted, and if not, what is to blame?

    report = examine(run.at(dataset, "01439500", "1979-01-01", "1980-12-31"))
    for finding in report.findings:
        print(finding)

One kind of fault a file, each a function that yields findings. What is computed exactly is compared with reruns, what
happens with what the declarations promise; each process is asked by itself, on what it saw, so that a fault has a name.
"""

import xarray as xr

from dgviz.learn.site_model import SiteModel
from dgviz.sensitivity.doctor.collection import collection_faults
from dgviz.sensitivity.doctor.data import data_faults
from dgviz.sensitivity.doctor.examined import MOST_PLAIN, Examined
from dgviz.sensitivity.doctor.extremes import extreme_steps, lost_in_extremes
from dgviz.sensitivity.doctor.finding import Finding, Report, listed
from dgviz.sensitivity.doctor.history import exploding, truncated_history
from dgviz.sensitivity.doctor.independence import changing_in_place, undeclared
from dgviz.sensitivity.doctor.jumps import silent_responses
from dgviz.sensitivity.doctor.kernels import kernels_beside_loop
from dgviz.sensitivity.doctor.leaks import leaks
from dgviz.sensitivity.doctor.networks import network_faults
from dgviz.sensitivity.doctor.not_finite import not_finite_gradients, not_finite_slopes, not_finite_values
from dgviz.sensitivity.doctor.parameters import dead_parameters, out_of_range, saturated_parameters
from dgviz.sensitivity.doctor.processes import changed_gradients, process_derivatives
from dgviz.sensitivity.doctor.promises import broken_promises
from dgviz.sensitivity.doctor.repeated import lost_at_a_value
from dgviz.sensitivity.doctor.throughput import never_leaves
from dgviz.sensitivity.doctor.whole import Whole, whole_derivatives

__all__ = ["Finding", "Report", "examine"]


def examine(site: SiteModel, dataset: xr.Dataset | None = None) -> Report:
    """Everything that is wrong with the gradients, promises and data of a model at a site, or good to know.

    Derivatives are compared in double precision, over the first two years of daily steps, with reruns; what each
    process does over the first of them. `dataset` holds all sites, to be compared with each other; without it the site
    is examined alone. A model whose values are no numbers is not examined further.
    """
    findings = [*(collection_faults(dataset, site.target) if dataset is not None else ())]
    if values := list(not_finite_values(site)):
        return _report([*values, *findings], ("The values are no numbers: nothing else was examined.",))
    try:
        examined = Examined(site)
        assert examined.learned is not None
    except (RuntimeError, ValueError) as error:
        words = f"A copy of the model in double precision does not run, and nothing was examined: {error}"
        return _report([*findings, Finding("not examined", words)], ())
    try:
        return _of_model(site, examined, findings)
    except RuntimeError as error:  # of torch, where there is no way back through what a process did
        found = [*findings, *undeclared(examined), _no_gradient(examined, str(error).splitlines()[0])]
        return _report(found, ("Without a gradient nothing else was examined.",))


def _no_gradient(examined: Examined, reason: str) -> Finding:
    blamed = changing_in_place(examined)
    look = f"{listed(blamed)} changes in place what it is given" if blamed else "Look for what is changed in place"
    words = f"The gradient of {examined.target} cannot be computed: {reason} {look}: write a = a + b."
    return Finding("no gradient", words, process=blamed[0] if blamed else "", quantities=(examined.target,))


def _of_model(site: SiteModel, examined: Examined, findings: list[Finding]) -> Report:
    """What is found of a model that runs."""
    whole = Whole(examined) if site.process_model.processes else None
    findings += [*not_finite_gradients(site), *data_faults(examined, whole), *network_faults(examined)]
    if whole is None:
        findings += leaks(examined)
        return _report(findings, ("There are no processes: the network and the data were examined.",))
    findings += _of_derivatives(examined, whole, {finding.kind for finding in findings})
    findings += exploding(examined, whole)
    if not any(finding.kind == "impossible forcing" for finding in findings):
        findings += [*broken_promises(examined), *never_leaves(examined)]
    findings += [*dead_parameters(examined, whole), *out_of_range(examined), *saturated_parameters(examined)]
    return _report(findings, _examined(examined, whole))


def _of_derivatives(examined: Examined, whole: Whole, known: set[str]) -> list[Finding]:
    """What is wrong with derivatives; of the whole model only where no process is to blame."""
    found = list(undeclared(examined))
    found += process_derivatives(examined, {finding.process for finding in found})
    found += changed_gradients(examined, {finding.process for finding in found})
    found += kernels_beside_loop(examined)
    if "not a number" not in known:
        found += not_finite_slopes(examined)
        found += lost_at_a_value(examined, {finding.process for finding in found})
        found += lost_in_extremes(examined, {finding.process for finding in found})
    found += silent_responses(examined, {finding.process for finding in found})
    if any(finding.severity == "fault" for finding in found):
        return found
    found += [*truncated_history(examined, whole), *leaks(examined)]
    kinds = known | {finding.kind for finding in found}
    return found if kinds & {"truncated history", "leak", "not a number"} else [*found, *whole_derivatives(whole)]


def _report(findings: list[Finding], examined: tuple[str, ...]) -> Report:
    """The findings once each, faults first."""
    ordered = sorted(dict.fromkeys(findings), key=lambda finding: finding.severity != "fault")
    return Report(tuple(ordered), examined)


def _examined(examined: Examined, whole: Whole) -> tuple[str, ...]:
    """What was examined, in words."""
    apart = [
        abs(exact - rerun) / max(abs(exact), abs(rerun)) for _, exact, rerun, _ in whole.compared if exact or rerun
    ]
    kinds = (examined.learned, "parameter"), (examined.varying, "forcing"), (examined.stores, "initial store")
    named = ", ".join(f"{len(of)} {kind}{'s' * (len(of) > 1)}" for of, kind in kinds if of)
    n_recorded, later = min(examined.n_steps, MOST_PLAIN), len(examined.started.target) > MOST_PLAIN
    extremes = len(extreme_steps(examined)) or "none"
    of_later = f" and in {extremes} of the later ones, where forcings are largest or smallest" if later else ""
    return (
        f"{len(whole.inputs)} derivatives of {examined.target} ({named}) were compared with reruns over "
        f"{whole.n_steps} steps; they differ by at most {max(apart, default=0.0):.1g} of themselves.",
        f"{len(examined.seen)} processes were asked by themselves, on what they saw in {n_recorded} steps{of_later}.",
    )
