"""What the field says of oxygen in rivers between physics and learning."""

from dgviz.domains.claims import Claim, better, network_alone, processes_lose_less, unseen_sites

ZHI = "Zhi et al. (2023), doi:10.1038/s44221-023-00038-z"
TSAI = "Tsai et al. (2021), doi:10.1038/s41467-021-26107-z, for streamflow"
FENG = "Feng et al. (2023), doi:10.5194/hess-27-2357-2023, for streamflow"
LI = "Li et al. (2022), doi:10.1029/2021WR031794, for streamflow"

CLAIMS = (
    unseen_sites(TSAI),
    network_alone(ZHI),
    processes_lose_less(FENG),
    Claim(
        "Control: with the attributes of another {site} the skill at {site}s not seen is lost.",
        LI,
        (("attributes", "held_out"), ("shuffled", "held_out")),
        better,
    ),
)
