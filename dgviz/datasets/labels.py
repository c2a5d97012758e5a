"""Units and title of each variable that a data set may hold."""

from dgviz.datasets.vocabulary import Vocabulary
from dgviz.quantities import Target


def label(name: str, vocabulary: Vocabulary, units: str = "1") -> dict[str, str]:
    """`units` and `long_name` of a variable as declared; one that is not declared has the units given."""
    declared = {**vocabulary.static, **vocabulary.in_files}.get(name)
    if declared is None:
        return {"units": units, "long_name": "Name" if name == "name" else name}
    words = declared.long_name
    # The same quantity is also simulated, so that of the data says "Observed".
    if isinstance(declared, Target):
        words = f"Observed {words[0].lower()}{words[1:]}"
    return {"units": declared.units, "long_name": words}
