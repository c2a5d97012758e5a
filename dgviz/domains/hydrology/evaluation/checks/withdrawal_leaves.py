"""Does water that is taken out of the stream leave it?"""

import numpy as np

from dgviz.checks import CheckResult, Criterion, Trial, concise

WITHDRAWAL = "withdrawal"  # CF has no name for it: it goes by ours
SHARE = 0.1  # of the mean flow, taken in the season
LEAST, ROOM = 0.95, 0.05


def withdrawal_leaves(trial: Trial) -> CheckResult:
    """What is withdrawn in a season is missing at the gauge.

    A tenth of the mean flow is taken on each day of the second half of the record, and nothing before. Of it at least
    95 % is missing in the flow, and what is still in the stores, by the last day, and no more than was taken, to 5 %.
    """
    name = "withdrawal_leaves"
    if WITHDRAWAL not in trial.varying_forcings():
        return CheckResult(name, "This model does not read withdrawals.")
    none = np.zeros(trial.n_days)
    taken = np.where(np.arange(trial.n_days) >= trial.n_days // 2, 1.0, 0.0)
    before = trial.simulate({WITHDRAWAL: none})
    taken = taken * SHARE * float(before[trial.target].mean())
    after = trial.simulate({WITHDRAWAL: taken})
    asked = float(taken.sum())
    if not asked:
        return CheckResult(name, "Nothing flows here that could be withdrawn.")
    flow = float((before[trial.target] - after[trial.target]).sum())
    # What is on its way to the gauge is missing there, too.
    stored = float((trial.stored(before) - trial.stored(after))[-1])
    missing = (flow + stored) / asked
    criterion = Criterion("Flow that is missing, of the withdrawal", missing, "1", LEAST, 1 + ROOM)
    series = trial.dataset(
        ["nothing is withdrawn", "a withdrawal"], {trial.target: [before[trial.target], after[trial.target]]}, {}
    )
    sentence = f"Of {concise(asked)} mm that are withdrawn {concise(100 * missing)} % are missing in the flow."
    day = trial.time.values[max(0, trial.n_days // 2 - trial.warmup)]
    return CheckResult(name, sentence, (criterion,), series, day)
