"""What some kinds of run have not, and what has to be said of them wherever they are shown."""

from contextlib import suppress

from dgviz.experiment.config import RunConfig
from dgviz.experiment.run_files import RunError
from dgviz.experiment.runs import Run
from dgviz.processes.declare import State
from dgviz.ui.session.store import DataStore
from dgviz.ui.words.markup import Markup, html, joined
from dgviz.ui.words.run_names import epochs_of, name_without_score, short

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


def has_stores(config: RunConfig) -> bool:
    """Does a run hold anything from step to step? One of a network alone is said to lack stores, see `lacks`."""
    return config.predictor == "network" or bool(config.build().of(State))


def origin(config: RunConfig) -> str:
    """Where static parameters come from, in words, if not from attributes."""
    return ORIGINS[config.parameters].format(site=config.science.site)


def notes(run: Run, store: DataStore) -> dict[str, str]:
    """What has to be said of a run: in a few words, and in a sentence."""
    config = run.config
    site, said = config.science.site, {}
    if config.start_from or short(run):
        said |= _how_short(run, store)
    if config.trained_sites:
        count, total = len(config.trained_sites), store.dataset(config.data).sizes["site"]
        said[f"trained on {count} of {total} {site}s"] = f"T{the_others(config)[1:]}."
    elif config.sites:
        said[f"{len(config.sites)} of {store.dataset(config.data).sizes['site']} {site}s"] = (
            f"T{the_others(config)[1:]}."
        )
    if config.holdout in ("folds", "regions"):
        said["held out"] = f"Every {site} is predicted by a model that has not seen it."
    elif config.holdout == "sites":
        count = len(config.held_sites)
        said[f"{count} {site}s held out"] = f"These {site}s are predicted by a model that has not seen them."
    if config.attributes_as == "shuffled":
        said["shuffled attributes"] = f"A control: every {site} has the attributes of another."
    elif config.attributes_as == "random":
        said["random attributes"] = f"A control: every {site} has random numbers for attributes."
    if config.predictor == "corrected":
        said["corrected"] = "A network corrects what the processes simulate; the balance does not close."
    if config.seeds > 1:
        said[f"{config.seeds} seeds"] = "The mean of models that were trained from different seeds."
    return said


def the_others(config: RunConfig) -> str:
    """What becomes of the sites that are not selected, in words."""
    if config.for_other_sites:
        return f"the other {config.science.site}s are predicted without training on them"
    return f"the other {config.science.site}s are no part of the run and get no prediction"


def _how_short(run: Run, store: DataStore) -> dict[str, str]:
    """How long a training was, and what it began with where that was another run."""
    epochs, start, begun = epochs_of(run), run.config.start_from, ""
    if start:
        with suppress(RunError):  # it was removed since
            start = name_without_score(store.run(start))
        epochs, begun = f"{epochs} from {start}", f"It began with what {start} had learned. "
    return {epochs: (begun + "A short training: a longer one may do better." * short(run)).strip()}


def chips(run: Run, store: DataStore) -> Markup:
    """The same as small marks, HTML."""
    style = "border:1px solid currentColor;border-radius:10px;padding:0 8px;margin:1px 4px 1px 0;"
    style += "display:inline-block;max-width:calc(100vw - 48px);box-sizing:border-box"
    mark = "<span class='muted' style='{}' title='{}'>{}</span>"
    return joined(html(mark, style, long, few) for few, long in notes(run, store).items())
