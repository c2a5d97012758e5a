"""What an option of a run needs to have any effect: declared at the option, asked by the command line and the page."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pydantic.fields import FieldInfo

if TYPE_CHECKING:  # the configuration declares with these what its options need
    from dgviz.experiment.config import RunConfig


@dataclass(frozen=True)
class Needs:
    """A condition on the other options, and in words what to set for it."""

    words: str
    met: Callable[["RunConfig"], bool]


def recurrent(config: "RunConfig") -> bool:
    """Does a run have a recurrent network?"""
    return config.predictor != "processes" or bool(config.dynamic)


def reads_attributes(config: "RunConfig") -> bool:
    """Does a network of the run see attributes?"""
    return recurrent(config) or config.parameters == "attributes"


def learns(config: "RunConfig") -> bool:
    """Does a run have weights at all? One with declared parameters and no network in its processes has none."""
    networks = recurrent(config) or config.parameters != "fixed"
    return networks or any(True for _ in config.build().parameters())


ALONE = "a network alone has no processes"
PROCESSES = Needs(f"predictor 'processes' or 'corrected' ({ALONE})", lambda c: c.predictor != "network")
RECURRENT = Needs("a recurrent network: dynamic parameters, or predictor 'corrected' or 'network'", recurrent)
ATTRIBUTES = Needs(
    "a network that sees attributes: parameters 'attributes', dynamic ones, or predictor 'corrected' or 'network'",
    reads_attributes,
)
NETWORK = Needs(
    "a network: parameters 'attributes', dynamic parameters, or predictor 'corrected' or 'network'", reads_attributes
)
DYNAMIC = Needs("dynamic parameters", lambda c: bool(c.dynamic) and c.predictor != "network")
MEMBERS = Needs(
    "processes whose parameters differ from member to member: those that are learned or dynamic",
    # A single member saves time where all would be the same.
    lambda c: c.predictor != "network" and (c.parameters != "fixed" or bool(c.dynamic) or c.members == 1),
)
STATIC = Needs(
    "processes with static parameters that are learned: parameters other than 'fixed'",
    lambda c: c.predictor != "network" and c.parameters != "fixed",
)
LEARNING = Needs(
    "something to learn: parameters other than 'fixed', dynamic parameters, a learned process, or a network", learns
)
SEED = Needs(
    f"{LEARNING.words}; or attributes that are shuffled or random, or a random holdout",
    lambda c: learns(c) or c.attributes_as != "given" or c.holdout == "folds",
)
BATCHES = Needs(
    "something to learn, and processes that do not join sites (joined sites are always trained together)",
    lambda c: learns(c) and not c.build().joins_sites,
)
IN_TURN = Needs("holdout 'folds' or 'regions'", lambda c: c.holdout in ("folds", "regions"))
HELD_OUT = Needs(
    "sites held out, by a holdout or by validation 'sites'", lambda c: c.holdout != "none" or c.validation == "sites"
)
NAMED = Needs("holdout 'sites'", lambda c: c.holdout == "sites")
VALIDATION = Needs(
    "validation 'sites' or 'period', and something to learn", lambda c: c.validation != "none" and learns(c)
)
SCHEDULE = Needs("more than one epoch, and something to learn", lambda c: c.epochs > 1 and learns(c))
PLATEAU = Needs("schedule 'plateau'", lambda c: c.schedule == "plateau" and SCHEDULE.met(c))


def needs_of(name: str, field: FieldInfo | None) -> Needs | None:
    """What an option needs; a slot, which has no field, needs processes."""
    if field is None:
        return PROCESSES
    return next((each for each in field.metadata if isinstance(each, Needs)), None)


def without_effect(config: "RunConfig", names: Iterable[str]) -> dict[str, str]:
    """Of the named options and slots those that change nothing as the others are, each with what it needs, in words."""
    fields = type(config).model_fields
    needed = {name: needs_of(name, fields.get(name)) for name in names}
    return {name: needs.words for name, needs in needed.items() if needs and not needs.met(config)}
