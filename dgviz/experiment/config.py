"""All options of a run, in one place."""

from collections.abc import Collection, Iterable
from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)

from dgviz.datasets import DataError
from dgviz.datasets.steps import whole_days
from dgviz.domains import Domain, discover
from dgviz.experiment import needs
from dgviz.experiment.sources import FIRST, TWIN, domain_of, series_in
from dgviz.learn.options import ConfigError
from dgviz.processes.declare import Parameter, Quantity, Target
from dgviz.processes.model import ProcessModel
from dgviz.suggestions import suggest


def _written_out(period: Any) -> Any:
    """A period of whole years or months by its first and last day; else as it is given."""
    try:
        return whole_days(period)
    except DataError:
        return period


Period = Annotated[str, BeforeValidator(_written_out), Field(pattern=r"^\d{4}-\d{2}-\d{2}/\d{4}-\d{2}-\d{2}$")]


LARGEST_SEED = 2**63 - 1  # what torch takes

# What belongs to one science, or one of its data sets, and means nothing in another.
OF_ONE_SCIENCE = frozenset(
    {
        "domain",
        "data",
        "target",
        "sites",
        "train_period",
        "test_period",
        "processes",
        "dynamic",
        "attributes",
        "held_sites",
        "groups",
    }
    | {"trained_sites", "weights", "climate", "start_from"}
)
# Of which sites a run can know anything.
SITES_LEARNED_FROM = frozenset({"sites", "trained_sites", "n_trained"})
# What only says how or where to train; changing anything else would give another model, and make results old.
NOT_THE_MODEL = SITES_LEARNED_FROM | frozenset(
    {
        "start_from",
        "device",
        "seed",
        "epochs",
        "batch_size",
        "learning_rate",
        "schedule",
        "plateau",
        "weights",
        "clip",
        "patience",
        "validation",
        "validation_fraction",
        "window",
        "warmup",
    }
)


class RunConfig(BaseModel):
    """Everything that determines a run. It is JSON; what is not given has the default of its field.

    The titles of its fields hold {site} and {step} where the science has its own words; see `title`.

    The option of a slot may be given by the name of the slot: `RunConfig(SLOT="Option")`.
    Raises ConfigError naming the option, the given value, what is allowed and the nearest known name.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    domain: str = Field("", title="Science", description="Scientific domain; left out, that of the data.")
    data: str = Field(
        "",
        title="Data set",
        description="A known data set, `twin:DOMAIN`, or the path of your own; left out, the first of the domain.",
    )
    target: str = Field("", title="What is predicted", description="A target of the science; left out, the first.")
    sites: tuple[str, ...] = Field(
        (), title="Training {site}s", description="Sites to train on and simulate; none means all."
    )
    train_period: Period | None = Field(
        None, title="Training period, first/last day", description="None means the data set's own."
    )
    test_period: Period | None = Field(
        None, title="Test period, first/last day", description="None means the data set's own."
    )
    processes: dict[str, str] = Field(
        {}, title="Processes", description="The option of each slot; a slot left out has its default."
    )

    predictor: Literal["processes", "corrected", "network"] = Field(
        "processes",
        title="Model type",
        description="What predicts the target: the processes; the processes and a recurrent network that corrects "
        "them; or a recurrent network alone.",
    )
    parameters: Annotated[Literal["attributes", "shared", "sites", "fixed"], needs.PROCESSES] = Field(
        "attributes",
        title="Source of static parameters",
        description="Where static parameters come from: a network on the attributes of each site; one learned set for "
        "all sites; a learned set for every site; or the declared defaults, without learning.",
    )
    dynamic: tuple[str, ...] = Field(
        (), title="Dynamic parameters (vary in time)", description="Given by a recurrent network."
    )
    attributes: Annotated[tuple[str, ...], needs.ATTRIBUTES] = Field(
        (), title="Attributes (read by the networks)", description="None means all; lat and lon may be named too."
    )
    climate: Annotated[Literal["given", "training"], needs.ATTRIBUTES] = Field(
        "given",
        title="Climate attributes",
        description="Climate attributes as the data set gives them, or computed from the forcings of the training "
        "period only, so that they tell nothing of the test period.",
    )
    attributes_as: Annotated[Literal["given", "shuffled", "random"], needs.ATTRIBUTES] = Field(
        "given",
        title="Attribute values",
        description="Those of each site; or, as controls, those of another site, which name it and do not describe it, "
        "or random numbers within the range of each.",
    )
    members: Annotated[int, needs.MEMBERS] = Field(
        16,
        ge=1,
        le=256,
        title="Members (parallel parameter sets, averaged)",
        description="A model holds so many parameter sets at once; its prediction is the mean of theirs.",
    )
    hidden: Annotated[int, needs.NETWORK] = Field(
        32, ge=1, le=1024, title="Hidden units (in each network)", description="Units in the hidden layer."
    )
    network: Annotated[Literal["lstm", "gru", "mlp"], needs.RECURRENT] = Field(
        "lstm",
        title="Recurrent network",
        description="Kind of the recurrent networks; one without memory sees each step alone.",
    )
    dropout: Annotated[float, needs.RECURRENT] = Field(
        0.0, ge=0, lt=1, title="Dropout of the recurrent state, fraction", description="Left out at random in training."
    )
    dynamic_dropout: Annotated[float, needs.DYNAMIC] = Field(
        0.0,
        ge=0,
        lt=1,
        title="Dropout of dynamic parameters, fraction of {site}s",
        description="Share of sites for which a dynamic parameter stays static in an update.",
    )
    seeds: Annotated[int, needs.LEARNING] = Field(
        1,
        ge=1,
        le=50,
        title="Ensemble size (models of different seeds, averaged)",
        description="Their predictions are averaged.",
    )

    holdout: Literal["none", "folds", "regions", "sites"] = Field(
        "none",
        title="{site}s held out of training",
        description="Sites held out of training: none; a random share, or a contiguous region, in turn, so that every "
        "site is predicted by a model that has not seen it; or the sites named in held_sites.",
    )
    folds: Annotated[int, needs.IN_TURN] = Field(
        5,
        ge=2,
        le=50,
        title="Folds (parts held out in turn)",
        description="Each is predicted by models that never saw it.",
    )
    groups: Annotated[str, needs.HELD_OUT] = Field(
        "",
        title="Kept together when held out",
        description="A text of the data set, such as a type: sites that have the same are never divided by what is "
        "held out. None: those alone that share water, lie near each other, or are one.",
    )
    held_sites: Annotated[tuple[str, ...], needs.NAMED] = Field(
        (), title="Held-out {site}s by name", description="Never trained on, with holdout 'sites'."
    )

    trained_sites: Annotated[tuple[str, ...], needs.LEARNING] = Field(
        (),
        title="Trained on",
        description="Sites to train on alone, while all are predicted, those too that share water with them or lie "
        "near; none means all that are not held out.",
    )
    n_trained: Annotated[int, needs.IN_TURN] = Field(
        0,
        ge=0,
        title="Number of {site}s to train on",
        description="Of the sites that are not held out so many are trained on, drawn at random, others in each fold: "
        "what do few sites teach about all others? 0: all.",
    )

    loss: Annotated[Literal["nse", "rmse", "kge"], needs.LEARNING] = Field(
        "nse",
        title="Loss function",
        description="nse: squared error over the squared deviation of the site; rmse: with the error of the logarithm, "
        "where the target has one; kge: Kling-Gupta efficiency by site.",
    )
    weights: Annotated[str, needs.LEARNING] = Field(
        "",
        title="Weight of each {site} in the loss",
        description="Attribute by which the error of a site counts; none means all equally.",
    )
    epochs: Annotated[int, needs.LEARNING] = Field(
        60, ge=1, le=10_000, title="Epochs (passes over the training data)", description="How long it trains at most."
    )
    start_from: Annotated[str, needs.LEARNING] = Field(
        "",
        title="Weights to begin with",
        description="A run whose weights training begins with, where they fit; what is new begins at its defaults. "
        "None: it begins anew.",
    )
    learning_rate: Annotated[float, needs.LEARNING] = Field(
        0.03,
        gt=0,
        le=1,
        title="Learning rate (step size of Adam)",
        description="Too large and the loss jumps, too small and it hardly falls.",
    )
    schedule: Annotated[Literal["constant", "cosine", "plateau"], needs.SCHEDULE] = Field(
        "constant",
        title="Learning-rate schedule",
        description="The step size over the epochs: as it is; falling to a hundredth along a cosine; or halved at "
        "every plateau of the validation loss, or of the training loss where nothing is held out.",
    )
    plateau: Annotated[int, needs.PLATEAU] = Field(
        5,
        ge=1,
        le=10_000,
        title="Plateau length, epochs",
        description="The step size is halved after so many without a lower loss.",
    )
    batch_size: Annotated[int, needs.BATCHES] = Field(
        100, ge=1, le=10_000, title="Batch size, {site}s per update", description="Few train slower and often better."
    )
    window: Annotated[int, needs.LEARNING] = Field(
        365, ge=2, le=100_000, title="Training window, {step}s per update", description="Scored in one update."
    )
    warmup: int = Field(
        365,
        ge=0,
        le=100_000,
        title="Warm-up, {step}s before the window",
        description="They fill the stores and are not scored.",
    )
    clip: Annotated[float, needs.LEARNING] = Field(
        1.0,
        gt=0,
        allow_inf_nan=False,
        title="Gradient clipping, largest norm",
        description="A larger gradient is scaled down to it.",
    )
    prior: Annotated[float, needs.STATIC] = Field(
        0.0,
        ge=0,
        allow_inf_nan=False,
        title="Prior, pull towards the declared defaults",
        description="So many times the mean squared distance of the static parameters from their defaults, as shares "
        "of their ranges, is added to the loss: parameters that the data do not determine stay where they are "
        "usual. 0: they are free.",
    )
    validation: Annotated[Literal["none", "sites", "period"], needs.LEARNING] = Field(
        "none",
        title="Validation for early stopping",
        description="What is held out of training to stop early: a share of the sites or the last part of the period. "
        "Sites that are joined, or near each other, are alike: where there are many, hold out a period.",
    )
    validation_fraction: Annotated[float, needs.VALIDATION] = Field(
        0.2, gt=0, lt=1, title="Validation fraction (of {site}s or {step}s)", description="The share that is held out."
    )
    patience: Annotated[int, needs.VALIDATION] = Field(
        20, ge=1, title="Patience, epochs without improvement", description="Training stops after so many."
    )
    seed: Annotated[int, needs.SEED] = Field(
        0, ge=0, le=LARGEST_SEED, title="Random seed", description="Of every random number."
    )
    device: Literal["auto", "cpu", "cuda"] = Field(
        "auto", title="Device for training", description="Where to train; auto takes a GPU if any."
    )

    def __init__(self, /, **options: Any):
        try:
            domain, data = _domain_and_data(options.get("domain", ""), options.get("data", ""))
            science = discover()[domain]
            slots = {k: options.pop(k) for k in list(options) if k in science.slots}
            if slots:
                options["processes"] = {**options.get("processes", {}), **slots}
            target = options.get("target") or _first_target(science, data)
            super().__init__(**{**science.defaults, **options, "domain": domain, "data": data, "target": target})
        except DataError as error:
            raise ConfigError(str(error)) from None
        except ValidationError as error:
            raise ConfigError(_explain(error, domain)) from None

    @field_validator("sites", "dynamic", "attributes", "held_sites", "trained_sites")
    @classmethod
    def _nothing_twice(cls, names: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        if twice := [name for name in dict.fromkeys(names) if names.count(name) > 1]:
            raise ValueError(f"{info.field_name}: {', '.join(twice)} is named twice. Name each once.")
        return names

    @model_validator(mode="after")
    def _processes_and_dynamic_fit(self) -> "RunConfig":
        complete = self.science.complete(_given(self.science, self.data, self.processes) | self.processes)
        # In the order of the slots: the same choices are the same configuration, however they were written.
        self.processes.clear()
        self.processes.update(complete)
        _check_target(self)
        known = self.build().of(Parameter)
        for name in self.dynamic:
            if name not in known:
                has = f"Parameters: {', '.join(known)}." if known else "A network alone has no parameters."
                raise ValueError(
                    f"dynamic: the chosen processes have no parameter {name!r}. {has}{suggest(name, known)}"
                )
        if self.holdout == "sites" and not self.held_sites:
            raise ValueError("holdout 'sites' needs held_sites: name the sites to hold out, or choose 'folds'.")
        if self.holdout != "none" and self.parameters == "sites" and self.predictor != "network":
            raise ValueError(
                f"parameters 'sites' learns a set for every site trained on; holdout {self.holdout!r} asks for sites "
                "that are not. Choose parameters 'attributes' or 'shared', or holdout 'none'."
            )
        if self.trained_sites and self.holdout != "none":
            raise ValueError(
                f"trained_sites names the sites to train on, and holdout {self.holdout!r} those not to. Leave one out."
            )
        if self.trained_sites and self.parameters == "sites":
            raise ValueError(
                "parameters 'sites' learns a set for every site trained on, and has none for the others. Name them in "
                "sites instead of trained_sites, or choose parameters 'attributes' or 'shared'."
            )
        if self.validation == "sites" and self.parameters == "sites":
            raise ValueError(
                "parameters 'sites' learns a set for every site trained on; validation 'sites' asks for sites that are "
                "not. Choose validation 'period'."
            )
        return self

    def title(self, name: str) -> str:
        """What an option is called, in the words of the science and with its units."""
        title = str(type(self).model_fields[name].title).format(site=self.science.site, step=self.science.step)
        return title[:1].upper() + title[1:]

    @property
    def for_other_sites(self) -> bool:
        """Does what is learned hold for sites that it was not trained on, so that these are predicted too?"""
        return self.holdout == "none" and self.parameters in ("attributes", "shared")

    @property
    def science(self) -> Domain:
        """The domain itself."""
        return discover()[self.domain]

    @property
    def target_quantity(self) -> Target:
        """The declaration of the target."""
        return self.science.targets[self.target]

    def build(self) -> ProcessModel:
        """The process model with the chosen options; one without processes if a network predicts alone."""
        return self.science.empty() if self.predictor == "network" else self.science.build(**self.processes)

    def edited(self, /, **changes: Any) -> "RunConfig":
        """A copy with some options changed, checked as a whole.

        Another data set brings its domain, and another domain its first data set. What belongs to a science alone,
        such as the options of its slots, sites, periods and attributes, is then that of the new one.
        """
        domain = _domain_of_edit(self, changes)
        if domain != self.domain:
            # What was left at the default of the one domain has the default of the other.
            chosen = {k: v for k, v in self.model_dump().items() if v != self.default(k)}
            kept = {k: v for k, v in chosen.items() if k not in OF_ONE_SCIENCE}
            return RunConfig(**{**kept, **changes, "domain": domain})
        options = self.model_dump()
        if changes.get("data", self.data) != self.data:
            # What follows from the one data set is left to follow from the other.
            followed = _given(self.science, self.data, {})
            for slot in self.science.given:
                if self.processes[slot] == self.science.complete(followed)[slot]:
                    del options["processes"][slot]
        if isinstance(changes.get("processes"), dict):
            changes["processes"] = {**options["processes"], **changes["processes"]}
        return RunConfig(**{**options, **changes})

    def default(self, name: str) -> Any:
        """The default of an option in this domain, and of the target with these data."""
        if name == "target":
            return _first_target(self.science, self.data)
        return self.science.defaults.get(name, type(self).model_fields[name].default)

    def preset(self, name: str) -> "RunConfig":
        """A copy with the options of a preset of the domain; those of another preset go back to their defaults.

        Data, sites, periods and what else a preset does not concern stay. Raises ConfigError naming an unknown preset.
        """
        presets = self.science.presets
        if name not in presets:
            raise ConfigError(f"There is no preset {name!r}. Presets: {'; '.join(presets)}.{suggest(name, presets)}")
        concerned = {k for preset in presets.values() for k in preset.options} - self.science.slots.keys()
        defaults = {k: self.default(k) for k in concerned}
        return RunConfig(**{**self.model_dump(), "processes": {}, **defaults, **presets[name].options})

    def without_effect(self, names: Iterable[str] | None = None) -> dict[str, str]:
        """Options that change nothing as the others are, each with what it needs; of those named, else not default."""
        chosen = {*self.differences(RunConfig(domain=self.domain, data=self.data))}
        return needs.without_effect(self, chosen if names is None else names)

    def differences(self, other: "RunConfig") -> dict[str, tuple[Any, Any]]:
        """The options that differ, each with this value and the other's; a slot by its name."""
        mine, theirs = ({**c.model_dump(exclude={"processes"}), **c.processes} for c in (self, other))
        return {k: (mine.get(k), theirs.get(k)) for k in {**mine, **theirs} if mine.get(k) != theirs.get(k)}


def _domain_and_data(domain: str, data: str) -> tuple[str, str]:
    """Both, where one or none is given. Raises ConfigError for a domain that is not known."""
    known = discover()
    if domain and domain not in known:
        raise ConfigError(f"There is no domain {domain!r}. Domains: {', '.join(known)}.{suggest(domain, known)}")
    if domain and not data:
        return domain, known[domain].data or f"{TWIN}{domain}"
    data = data or FIRST
    return domain or domain_of(data), data


def _first_target(science: Domain, data: str) -> str:
    """The first target that the data are known to hold; the first of the science where that is not known."""
    if len(science.targets) == 1:
        return next(iter(science.targets))
    known = series_in(data)
    return next((name for name in science.targets if name in known), next(iter(science.targets)))


def _check_target(config: RunConfig) -> None:
    """Is what is to be predicted a target of the science, and do the chosen processes compute it?"""
    name, targets = config.target, config.science.targets
    if name not in targets:
        raise ValueError(f"target: {name!r} is none. Targets: {', '.join(targets)}.{suggest(name, targets)}")
    if config.predictor != "network" and name not in config.build().of(Quantity):
        raise ValueError(
            f"target: the chosen processes do not compute {name!r}. Choose others, or predictor 'network'."
        )


def _given(science: Domain, data: str, chosen: Collection[str]) -> dict[str, str]:
    """The options of slots not chosen that are the default because all sites of the data have what they take."""
    if science.given.keys() <= set(chosen):
        return {}  # no need to look
    return {slot: option for slot, option in science.options_given(series_in(data)).items() if slot not in chosen}


def _domain_of_edit(config: "RunConfig", changes: dict[str, Any]) -> str:
    """The domain after some changes."""
    if "domain" in changes:
        return changes["domain"] or domain_of(changes.get("data") or FIRST)
    if changes.get("data", config.data) != config.data:
        return domain_of(changes["data"])
    return config.domain


def _explain(error: ValidationError, domain: str) -> str:
    lines = []
    for problem in error.errors():
        name = ".".join(str(part) for part in problem["loc"])
        if problem["type"] == "extra_forbidden":
            known = [*RunConfig.model_fields, *discover()[domain].slots]
            lines.append(f"There is no option {name!r}.{suggest(name, known)} Options: {', '.join(known)}.")
            others = [other for other, science in discover().items() if name in science.slots]
            lines += [f"{name!r} is an option of {other}, and these data are for {domain}." for other in others]
        elif problem["type"] == "value_error":
            lines.append(str(problem["ctx"]["error"]))
        else:
            lines.append(f"{name} = {problem['input']!r}: {problem['msg']}.")
    return "\n".join(lines)
