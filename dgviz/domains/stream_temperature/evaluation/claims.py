"""What the field says of stream temperature between physics and learning."""

from dgviz.domains.claims import Claim, better, network_alone, processes_lose_less, unseen_sites

TSAI = "Tsai et al. (2021), doi:10.1038/s41467-021-26107-z"
LI = "Li et al. (2022), doi:10.1029/2021WR031794"
RAHMANI = "Rahmani et al. (2021), doi:10.1088/1748-9326/abd501"
RAHMANI_DIFFERENTIABLE = "Rahmani et al. (2023), doi:10.1029/2023WR034420"

CLAIMS = (
    unseen_sites(TSAI),
    network_alone(RAHMANI),
    processes_lose_less(RAHMANI_DIFFERENTIABLE),
    Claim(
        "Control: with the attributes of another {site} the skill at {site}s not seen is lost.",
        LI,
        (("attributes", "held_out"), ("shuffled", "held_out")),
        better,
    ),
)
