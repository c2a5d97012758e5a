"""Over which times it is asked what matters: all that is shown, or those at which the target is low or high."""

from dgviz.quantities import lower_first
from dgviz.ui.session.state import AppState
from dgviz.ui.widgets import material

CASES = {"All": "all", "Low": "low", "High": "high"}
WHEN = {"all": "over {}", "low": "over the lowest 30 % of {}", "high": "over the highest 2 % of {}"}


def case_picker(state: AppState) -> material.RadioButtonGroup:
    """The same choice beside every picture of what matters."""
    target = lower_first(state.target.long_name)
    picker = material.RadioButtonGroup(options=CASES, value=state.case, size="small", margin=0)
    picker.description = f"All times, or those of low or of high {target}"
    picker.link(state, value="case", bidirectional=True)
    return picker


def what_is_shown(state: AppState) -> str:
    """A sentence for the figures."""
    target = lower_first(state.target.long_name)
    when = WHEN[state.case].format(state.step.shown)
    return f"Root mean square change of {target} {when} for a tenth of each parameter's range."
