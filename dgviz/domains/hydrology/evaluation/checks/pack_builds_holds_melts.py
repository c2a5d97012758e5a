"""Does a pack of snow build, hold and melt, each in its time?"""

import numpy as np

from dgviz.checks import CheckResult, Criterion, Trial, concise, total
from dgviz.domains.hydrology.evaluation.checks.names import PRECIPITATION, SNOW, TEMPERATURE
from dgviz.domains.hydrology.evaluation.checks.weather import with_precipitation, with_temperature

BUILD, HOLD, MELT = 30, 30, 90  # steps of each stage
FALLS = 4.0  # mm d-1 while it builds
FROST, WARM = -8.0, 8.0  # degC
ROOM = 0.05  # of what fell


def pack_builds_holds_melts(trial: Trial) -> CheckResult:
    """What falls in frost lies as snow, stays while the frost lasts, and is gone after a long thaw.

    30 days with 4 mm at -8 \u00b0C, 30 days without precipitation at -8 \u00b0C, 90 days without it at 8 \u00b0C: the
    pack gains what falls in the first stage, loses nothing in the second and all of it in the third, each to 5 % of
    what fell.
    """
    name = "pack_builds_holds_melts"
    snow = [k for k, s in trial.stores.items() if s.standard_name == SNOW]
    if not snow or not trial.forcings(TEMPERATURE) or not trial.forcings(PRECIPITATION):
        return CheckResult(name, "This model has no store of snow.")
    winter = trial.on(np.resize(np.arange(trial.n_days), BUILD + HOLD + MELT))
    steps = np.arange(winter.n_days)
    rain = with_precipitation(winter, np.where(steps < BUILD, FALLS, 0.0))
    warmth = with_temperature(winter, np.where(steps < BUILD + HOLD, FROST, WARM))
    pack = total(winter.simulate(rain | warmth), snow)
    # The pack that lay before the first stage still lies after it.
    bare = total(winter.simulate(with_precipitation(winter, np.zeros(len(steps))) | warmth), snow)
    of_snowfall = pack - bare
    fell = BUILD * FALLS
    built, held, left = (float(of_snowfall[i - 1]) / fell for i in (BUILD, BUILD + HOLD, BUILD + HOLD + MELT))
    criteria = (
        Criterion("Snow that lies after the snowfall, of it", built, "1", 1 - ROOM, 1 + ROOM),
        Criterion("Loss while the frost lasts, of it", built - held, "1", -ROOM, ROOM),
        Criterion("Snow that is left after the thaw, of it", left, "1", -ROOM, ROOM),
    )
    series = winter.dataset(["snow falls", "no snow falls"], {snow[0]: [pack, bare]}, {})
    sentence = (
        f"Of {fell:g} mm of snowfall {concise(100 * built)} % lie, {concise(100 * held)} % are left after "
        f"{HOLD} days of frost and {concise(100 * left)} % after the thaw."
    )
    return CheckResult(name, sentence, criteria, series)
