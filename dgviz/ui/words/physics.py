"""What the physics checks after a training found, in words."""

from dgviz.experiment.physics import Physics
from dgviz.quantities import lower_first
from dgviz.ui.words.text import sentence


def failed_words(found: Physics) -> str:
    """At how many sites each check failed."""
    n_asked = len(found.by_site)
    failed = [f"{lower_first(sentence(name))} at {n} of {n_asked}" for name, n in found.failures().items()]
    return f"Failed: {', '.join(failed)}." if failed else f"None failed at {n_asked}."


def asked_words(found: Physics, site: str) -> str:
    """How a run did, for people: where it was asked, how many passed, and what failed."""
    passed, applied = found.counts
    where = f"{len(found.by_site)} of {found.n_sites} {site}s"
    return (
        f"After training, at {where}: {passed} of {applied} checks that apply passed everywhere. {failed_words(found)}"
    )
