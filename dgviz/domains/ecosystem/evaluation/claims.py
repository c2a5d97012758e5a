"""What the field says of productivity between physics and learning."""

from dgviz.domains.claims import Claim, better, network_alone, processes_lose_less, unseen_sites

TSAI = "Tsai et al. (2021), doi:10.1038/s41467-021-26107-z"
STOCKER = "Stocker et al. (2020), doi:10.5194/gmd-13-1545-2020"
FENG = "Feng et al. (2023), doi:10.5194/hess-27-2357-2023, for streamflow"
TRAMONTANA = "Tramontana et al. (2016), doi:10.5194/bg-13-4291-2016"

CLAIMS = (
    Claim(
        "With one set for all {site}s, learned from them, the model does better than with textbook values.",
        STOCKER,
        (("shared", "test"), ("fixed", "test")),
        better,
    ),
    Claim(
        "Parameters from climate and vegetation do better than one set for all at {site}s trained on.",
        TSAI,
        (("attributes", "test"), ("shared", "test")),
        better,
    ),
    unseen_sites(TSAI),
    network_alone(TRAMONTANA),
    processes_lose_less(FENG),
    Claim(
        "Control: with the attributes of another {site} the skill at {site}s not seen is lost.",
        TSAI,
        (("attributes", "held_out"), ("shuffled", "held_out")),
        better,
    ),
)
