"""What the field says of leaf gas exchange between physics and learning."""

from dgviz.domains.claims import Claim, better, clearly_better, processes_lose_less

ABOELYAZEED = "Aboelyazeed et al. (2023), doi:10.5194/bg-20-2671-2023"
WALKER = "Walker et al. (2014), doi:10.1002/ece3.1173"
FENG = "Feng et al. (2023), doi:10.5194/hess-27-2357-2023, for streamflow"
LI = "Li et al. (2022), doi:10.1029/2021WR031794, for streamflow"

CLAIMS = (
    Claim(
        "On leaves of species not seen, capacities learned from traits and climate do clearly better than one set for "
        "all: traits tell capacities.",
        WALKER,
        (("attributes", "held_out"), ("shared", "held_out")),
        clearly_better,
    ),
    Claim(
        "On leaves of species not seen, photosynthesis with learned capacities does better than a network alone.",
        ABOELYAZEED,
        (("attributes", "held_out"), ("network", "held_out")),
        better,
    ),
    processes_lose_less(FENG),
    Claim(
        "Fitted to each curve alone, the equations do clearly better than with capacities from traits: what limits is "
        "not the equations but what is known of the leaf.",
        WALKER,
        (("sites", "test"), ("attributes", "test")),
        clearly_better,
    ),
    Claim(
        "Control: with the traits of another leaf the skill on species not seen is lost.",
        LI,
        (("attributes", "held_out"), ("shuffled", "held_out")),
        better,
    ),
)
