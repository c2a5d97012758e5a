"""What hydrology says of models between physics and learning."""

from dgviz.domains.claims import (
    Claim,
    better,
    better_on_average,
    clearly_better,
    close,
    gains_where_few,
    network_alone,
    processes_lose_less,
    unseen_sites,
)

TSAI = "Tsai et al. (2021), doi:10.1038/s41467-021-26107-z"
FENG = "Feng et al. (2022), doi:10.1029/2022WR032404"
FENG_UNGAUGED = "Feng et al. (2023), doi:10.5194/hess-27-2357-2023"
KRATZERT = "Kratzert et al. (2019), doi:10.5194/hess-23-5089-2019"
LI = "Li et al. (2022), doi:10.1029/2021WR031794"
ACUNA = "Acuña Espinoza et al. (2024), doi:10.5194/hess-28-2705-2024"
PARSIMONY = "doi:10.5194/egusphere-2026-756"
ALVAREZ = "Álvarez Chaves et al. (2026), doi:10.5194/hess-30-629-2026"
SONG = "Song et al. (2026), doi:10.1029/2025WR040414"
BASTE = "Baste et al. (2025), doi:10.5194/hess-29-5871-2025"

FEW = ("few 4", "few 8", "few 16")  # sites that are learned from


def _with_few(role: str) -> tuple[tuple[str, str], ...]:
    return tuple((role, case) for case in FEW)


CLAIMS = (
    Claim(
        "Parameters learned from attributes do about as well as those calibrated for each {site} by itself.",
        TSAI,
        (("attributes", "test"), ("sites", "test")),
        close,
        against=f"attributes without a meaning keep that skill, as they name the {{site}}: {PARSIMONY}.",
    ),
    unseen_sites(TSAI, against=f"where a {{site}} lies alone did as well in 531 basins: {PARSIMONY}."),
    Claim(
        "Parameters that vary in time do better than static ones.",
        FENG,
        (("dynamic", "test"), ("attributes", "test")),
        better,
        against=f"static ensembles did about as well as dynamic ones: {PARSIMONY}; with dynamic parameters most of the "
        f"skill is the network's: {ALVAREZ}; see also {SONG}.",
    ),
    Claim(
        "A process that is replaced by a network does about as well.",
        FENG,
        (("closure", "test"), ("attributes", "test")),
        close,
    ),
    network_alone(KRATZERT, against=f"an LSTM has an upper limit, below the largest floods: {BASTE}."),
    processes_lose_less(FENG_UNGAUGED),
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
        "Control: with random numbers for attributes the skill in time stays, as they still name the {site}.",
        PARSIMONY,
        (("random", "test"), ("attributes", "test")),
        close,
    ),
    Claim(
        "Control: with random numbers for attributes the skill in regions not seen is lost.",
        LI,
        (("attributes", "region"), ("random", "region")),
        clearly_better,
    ),
    Claim(
        "In regions not seen, attributes tell more than where a {site} lies.",
        LI,
        (("attributes", "region"), ("coordinates", "region")),
        better,
        against=f"latitude and longitude alone generalised about as well: {PARSIMONY}.",
    ),
    Claim(
        "In regions not seen, parameters learned from attributes do better than one set for all.",
        FENG_UNGAUGED,
        (("attributes", "region"), ("shared", "region")),
        better,
    ),
    Claim(
        "In regions not seen, processes with learned parameters do better than a network alone.",
        FENG_UNGAUGED,
        (("attributes", "region"), ("network", "region")),
        better,
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
    Claim(
        "The fewer {site}s there are to learn from, the more processes gain over a network alone at others.",
        TSAI,
        (*_with_few("attributes"), ("attributes", "held_out"), *_with_few("network"), ("network", "held_out")),
        gains_where_few,
    ),
    Claim(
        "With 4 to 16 {site}s to learn from, parameters learned from attributes do better at others than one set.",
        TSAI,
        (*_with_few("attributes"), *_with_few("shared")),
        better_on_average,
    ),
    Claim(
        "Of a storm of 400 mm, beyond all on record, processes let clearly more run off than a network alone.",
        BASTE,
        (("attributes", "test"), ("network", "test")),
        clearly_better,
        score="runoff_400",
        against="what is right is not known: no such storm was measured here.",
    ),
    Claim(
        "Control: evapotranspiration, though not trained on, comes out about as well with an absurd bucket whose "
        "parameters vary in time, as it is what the flow leaves.",
        ACUNA,
        (("absurd, dynamic", "test"), ("attributes", "test")),
        close,
        score="untrained_evapotranspiration",
    ),
    Claim(
        "The share of baseflow, not trained on, comes out clearly better than with that absurd bucket.",
        ACUNA,
        (("attributes", "test"), ("absurd, dynamic", "test")),
        clearly_better,
        score="untrained_baseflow_share",
    ),
)
