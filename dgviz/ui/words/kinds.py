"""What some kinds of run have not, and what has to be said of them wherever they are shown."""

from dgviz.experiment.config import RunConfig
from dgviz.ui.words.markup import Markup, html, joined

ALONE = {
    "stores": "A network alone has no stores and no fluxes: it goes from the forcings to the target at once. "
    "Pick a run with processes to see them.",
    "parameters": "A network alone has no parameters of processes to look at or to change. "
    "Pick a run with processes to see them.",
}
ORIGINS = {
    "attributes": "",
    "fixed": "Nothing was learned: these are the declared defaults, the same everywhere.",
    "shared": "One learned set for all {site}s.",
    "sites": "Calibrated for each {site} by itself.",
}


def lacks(config: RunConfig, what: str) -> str:
    """Why a run has no "stores" or no "parameters", in words; nothing where it has them."""
    return ALONE[what] if config.predictor == "network" else ""


def origin(config: RunConfig) -> str:
    """Where static parameters come from, in words, if not from attributes."""
    return ORIGINS[config.parameters].format(site=config.science.site)


def notes(config: RunConfig) -> dict[str, str]:
    """What has to be said of a run: in a few words, and in a sentence."""
    site, said = config.science.site, {}
    if config.holdout in ("folds", "regions"):
        said["held out"] = f"Every {site} is predicted by a model that has not seen it."
    elif config.holdout == "sites":
        count = len(config.held_sites)
        said[f"{count} {site}s held out"] = f"These {site}s are predicted by a model that has not seen them."
    if config.shuffled:
        said["shuffled attributes"] = f"A control: every {site} has the attributes of another."
    if config.predictor == "corrected":
        said["corrected"] = "A network corrects what the processes simulate; the balance does not close."
    if config.seeds > 1:
        said[f"{config.seeds} seeds"] = "The mean of models that were trained from different seeds."
    return said


def chips(config: RunConfig) -> Markup:
    """The same as small marks, HTML."""
    style = "border:1px solid currentColor;border-radius:10px;padding:1px 8px;margin:0 4px 0 0;white-space:nowrap"
    mark = "<span class='muted' style='{}' title='{}'>{}</span>"
    return joined(html(mark, style, long, short) for short, long in notes(config).items())
