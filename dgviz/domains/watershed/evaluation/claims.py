"""What the field says of models that join several sciences."""

from dgviz.domains.claims import Claim, better, network_alone, processes_lose_less, unseen_sites

TSAI = "Tsai et al. (2021), doi:10.1038/s41467-021-26107-z, for streamflow"
ZHI = "Zhi et al. (2021), doi:10.1021/acs.est.0c06783"
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
