"""What the field says of stream temperature between physics and learning."""

from dgviz.domains.claims import Claim, better, loses_less

TSAI = "Tsai et al. (2021), doi:10.1038/s41467-021-26107-z"
RAHMANI = "Rahmani et al. (2021), doi:10.1088/1748-9326/abd501"
RAHMANI_DIFFERENTIABLE = "Rahmani et al. (2023), doi:10.1029/2023WR034420"

CLAIMS = (
    Claim(
        "At {site}s not seen, parameters learned from attributes do better than one set for all.",
        TSAI,
        (("attributes", "held_out"), ("shared", "held_out")),
        better,
    ),
    Claim(
        "A network alone does better than learned parameters at {site}s that it was trained on.",
        RAHMANI,
        (("network", "test"), ("attributes", "test")),
        better,
    ),
    Claim(
        "Processes with learned parameters lose less than a network alone at {site}s not seen.",
        RAHMANI_DIFFERENTIABLE,
        (("attributes", "test"), ("attributes", "held_out"), ("network", "test"), ("network", "held_out")),
        loses_less,
    ),
    Claim(
        "Control: with the attributes of another {site} the skill at {site}s not seen is lost.",
        TSAI,
        (("attributes", "held_out"), ("shuffled", "held_out")),
        better,
    ),
)
