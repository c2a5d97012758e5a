"""What the field says of stream temperature between physics and learning."""

from dgviz.domains.claims import Claim, better, network_alone, processes_lose_less, unseen_sites

TSAI = "Tsai et al. (2021), doi:10.1038/s41467-021-26107-z"
LI = "Li et al. (2022), doi:10.1029/2021WR031794, for streamflow"
RAHMANI = "Rahmani et al. (2021), doi:10.1088/1748-9326/abd501"
FENG = "Feng et al. (2023), doi:10.5194/hess-27-2357-2023, for streamflow"

CLAIMS = (
    unseen_sites(TSAI),
    network_alone(RAHMANI),
    processes_lose_less(FENG),
    Claim(
        "Control: with the attributes of another {site} the skill at {site}s not seen is lost.",
        LI,
        (("attributes", "held_out"), ("shuffled", "held_out")),
        better,
    ),
)
