"""Scientific domains. A domain is one module or package here that defines `domain`; it is found because it is there."""

import importlib
import pkgutil
from functools import cache

from dgviz.domains.domain import Domain, Preset
from dgviz.domains.slots import Slot

__all__ = ["Domain", "Preset", "Slot", "discover"]


def discover() -> dict[str, Domain]:
    """All domains in this package, by module name."""
    modules = (importlib.import_module(f"{__name__}.{name}") for name in _names(tuple(__path__)))
    return {m.__name__.rpartition(".")[2]: m.domain for m in modules if isinstance(getattr(m, "domain", None), Domain)}


@cache  # a session asks hundreds of times
def _names(path: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(module.name for module in pkgutil.iter_modules(path))
