"""Do the ways from rain to oxygen add up to the whole?"""

import numpy as np

from dgviz.checks import CheckResult, Criterion, Trial
from dgviz.learn.site_model import SiteModel
from dgviz.sensitivity import pathways

CUT = ("water_temperature", "discharge")
RAIN = "prcp"
LIMIT = 1e-8  # of the largest response


def pathways_add_up(trial: Trial) -> CheckResult:
    """The response to rain through temperature and through discharge is the whole response.

    Each is an exact derivative with the other held as it is; judged by what all ways leave, and by what reaches the
    oxygen past both, as shares of the largest response.
    """
    site = SiteModel(trial.model, trial.tensors, trial.time, trial.target)
    try:
        found = pathways(site, RAIN, CUT)
    except ValueError as error:
        return CheckResult("pathways_add_up", f"There are no pathways to add up: {error}")
    left = found.total - found.direct - sum(found[name] for name in CUT)
    largest = float(np.abs(found.total).max()) or 1.0
    criteria = (
        Criterion("Left over", float(np.abs(left).max()) / largest, "1", 0.0, LIMIT),
        Criterion("Past both", float(np.abs(found.direct).max()) / largest, "1", 0.0, LIMIT),
    )
    shares = {name: 100 * float(np.abs(found[name]).mean() / np.abs(found.total).mean()) for name in CUT}
    sentence = (
        f"For more rain on all days, the response through temperature is {shares[CUT[0]]:.0f} %, that through "
        f"discharge {shares[CUT[1]]:.0f} % of the whole in size; they may oppose each other."
    )
    series = trial.dataset(
        ["whole", "through temperature", "through discharge"],
        {"response": [found.total.values, *(found[name].values for name in CUT)]},
        {"response": dict(found.total.attrs)},
    )
    return CheckResult("pathways_add_up", sentence, criteria, series)
