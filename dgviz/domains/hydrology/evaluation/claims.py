"""What hydrology says of models between physics and learning."""

from dgviz.domains.claims import Claim, better, clearly_better, close, loses_less

TSAI = "Tsai et al. (2021), doi:10.1038/s41467-021-26107-z"
FENG = "Feng et al. (2022), doi:10.1029/2022WR032404"
FENG_UNGAUGED = "Feng et al. (2023), doi:10.5194/hess-27-2357-2023"
KRATZERT = "Kratzert et al. (2019), doi:10.5194/hess-23-5089-2019"
LI = "Li et al. (2022), doi:10.1029/2021WR031794"
ACUNA = "Acu\u00f1a Espinoza et al. (2024), doi:10.5194/hess-28-2705-2024"

CLAIMS = (
    Claim(
        "Parameters learned from attributes do about as well as those calibrated for each {site} by itself.",
        TSAI,
        (("attributes", "test"), ("sites", "test")),
        close,
    ),
    Claim(
        "At {site}s not seen, parameters learned from attributes do better than one set for all.",
        TSAI,
        (("attributes", "held_out"), ("shared", "held_out")),
        better,
    ),
    Claim(
        "Parameters that vary in time do better than static ones.",
        FENG,
        (("dynamic", "test"), ("attributes", "test")),
        better,
    ),
    Claim(
        "A process that is replaced by a network does about as well.",
        FENG,
        (("closure", "test"), ("attributes", "test")),
        close,
    ),
    Claim(
        "A network alone does better than learned parameters at {site}s that it was trained on.",
        KRATZERT,
        (("network", "test"), ("attributes", "test")),
        better,
    ),
    Claim(
        "Processes with learned parameters lose less than a network alone at {site}s not seen.",
        FENG_UNGAUGED,
        (("attributes", "test"), ("attributes", "held_out"), ("network", "test"), ("network", "held_out")),
        loses_less,
    ),
    Claim(
        "Control: with the attributes of another {site} the skill in time stays, as they still name the {site}.",
        LI,
        (("shuffled", "test"), ("attributes", "test")),
        close,
    ),
    Claim(
        "Control: with the attributes of another {site} the skill at {site}s not seen is lost.",
        LI,
        (("attributes", "held_out"), ("shuffled", "held_out")),
        clearly_better,
    ),
    Claim(
        "Control: an absurd bucket does worse than a sound one.",
        ACUNA,
        (("attributes", "test"), ("absurd", "test")),
        clearly_better,
    ),
    Claim(
        "Control: with parameters that vary in time even an absurd bucket does about as well as a sound one.",
        ACUNA,
        (("absurd, dynamic", "test"), ("dynamic", "test")),
        close,
    ),
)
