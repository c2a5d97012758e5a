"""What the presets of a domain stand for between physics and learning."""

from dgviz.experiment.config import RunConfig

COORDINATES = ("lat", "lon")


def role_of(config: RunConfig, control: bool) -> str:
    """What a preset stands for: "fixed", "sites" (calibrated), "shared", "attributes", "dynamic", "closure" (a process
    replaced), "corrected" or "network"; of the controls "coordinates" (attributes are these alone), "shuffled",
    "random", "absurd" or "absurd, dynamic"."""
    if control:
        return _control(config)
    if config.predictor != "processes":
        return config.predictor
    if config.parameters != "attributes":
        return config.parameters
    if config.dynamic:
        return "dynamic"
    return "attributes" if config.processes == RunConfig(domain=config.domain).processes else "closure"


def _control(config: RunConfig) -> str:
    if config.attributes_as != "given":
        return config.attributes_as
    if config.attributes == COORDINATES:
        return "coordinates"
    return "absurd, dynamic" if config.dynamic else "absurd"


def roles(config: RunConfig) -> dict[str, str]:
    """The preset of each role in the domain of a configuration; of several, the first."""
    plain, science = RunConfig(domain=config.domain), config.science
    names = {role_of(plain.preset(name), True): name for name in reversed(science.controls)}
    return names | {role_of(plain.preset(name), False): name for name in reversed(science.dial)}
