"""What is known of each leaf of the LCE curves, and of the place and the species: attributes, texts, published fits."""

import numpy as np
import pandas as pd

from dgviz.datasets.remarks import Remark

SQUARE_CENTIMETRES = 1e4  # in a square metre
LEAST_CURVES = 3  # of a species that has a column of its own

MEASURED = {  # column: (name, units, long_name)
    "Nper": ("nitrogen", "percent", "Nitrogen of the leaf, by mass"),
    "Cper": ("carbon", "percent", "Carbon of the leaf, by mass"),
    "CN": ("carbon_to_nitrogen", "1", "Carbon over nitrogen of the leaf, by mass"),
    "Day": ("day_measured", "d", "Day of the year of the measurement"),
    "ai": ("aridity_index", "1", "Precipitation over potential evapotranspiration"),
    "Temperature_gs": ("growing_season_temperature", "degC", "Air temperature of the growing season"),
    "Precipitation_gs": ("growing_season_precipitation", "mm", "Monthly precipitation of the growing season"),
    "VPD_gs": ("growing_season_vpd", "kPa", "Vapour pressure deficit of the growing season"),
    "PAR_gs": ("growing_season_light", "umol m-2 s-1", "Light of the growing season"),
    "Tavg_mean30": ("temperature_30_days", "degC", "Air temperature of the 30 days before the measurement"),
}
KINDS = {  # column: (value that counts as 1, name, long_name)
    "Phenology": ("Evergreen", "evergreen", "Evergreen (1) or not (0)"),
    "Lifespan": ("Annual", "annual", "Annual (1) or perennial (0)"),
    "Stature": ("Tree", "tree", "Tree (1) or not (0)"),
    "Juvenile": ("Y", "juvenile", "Juvenile (1) or not (0)"),
    "leaf_shape": ("needleleaf", "needleleaf", "Needle (1) or broad leaf (0)"),
}
PUBLISHED = {  # column: (name, units, long_name)
    "Vcmax": ("published_vcmax", "umol m-2 s-1", "Published Vcmax, at leaf temperature"),
    "Jmax": ("published_jmax", "umol m-2 s-1", "Published Jmax, at leaf temperature"),
    "Rd": ("published_rd", "umol m-2 s-1", "Published respiration, at leaf temperature"),
    "Tleaf_photo": ("published_tleaf", "degC", "Leaf temperature of the published capacities"),
    "Tleaf_R": ("published_tleaf_rd", "degC", "Leaf temperature of the published respiration"),
}


def traits(curves: pd.DataFrame, points: pd.DataFrame, said: list[Remark]) -> dict[str, tuple]:
    """The attributes `(site,)` of leaf, place and season."""
    table = {name: attribute(curves[column], *about) for column, (name, *about) in MEASURED.items()}
    for column, (counted, name, words) in KINDS.items():
        table[name] = attribute(curves[column] == counted, "1", words)
    per_area = SQUARE_CENTIMETRES * curves.LM / curves.LA
    table["leaf_mass_per_area"] = attribute(per_area, "g m-2", "Leaf mass per area")
    table["nitrogen_per_area"] = attribute(per_area * curves.Nper / 100, "g m-2", "Nitrogen of the leaf, by area")
    warmth = points.groupby("aci_id").Tleaf.mean().reindex(curves.index)
    table["leaf_temperature"] = attribute(warmth, "degC", "Mean leaf temperature of the curve")
    said += [
        Remark("converted", "leaf_mass_per_area", "dry mass over the area of the leaf"),
        Remark("converted", "nitrogen_per_area", "nitrogen by mass times leaf mass per area"),
        Remark("aggregated", "leaf_temperature", "the mean over the points of a curve"),
    ]
    return table


def texts(curves: pd.DataFrame) -> dict[str, tuple]:
    """Species, genus and location `(site,)`, by which curves can be held out together."""
    species = (curves.Genus + " " + curves.Species).to_numpy(str)
    return {
        "species": ("site", species, {"units": "1", "long_name": "Species"}),
        "genus": ("site", curves.Genus.to_numpy(str), {"units": "1", "long_name": "Genus"}),
        "location": ("site", curves.Location.to_numpy(str), {"units": "1", "long_name": "Location"}),
    }


def published(curves: pd.DataFrame) -> dict[str, tuple]:
    """What others fitted to the curves `(site,)`: coordinates, so that no network reads them."""
    return {name: attribute(curves[column], *about) for column, (name, *about) in PUBLISHED.items()}


def species_columns(curves: pd.DataFrame) -> dict[str, tuple]:
    """For each species with some curves whether a leaf is of it, 1 or 0, `(site,)`."""
    species = curves.Genus + " " + curves.Species
    counts = species.value_counts().sort_index()
    columns = {}
    for kind in counts.index[counts >= LEAST_CURVES]:
        columns[f"species_{kind.lower().replace(' ', '_')}"] = attribute(species == kind, "1", f"Is it {kind}?")
    return columns


def attribute(values: pd.Series, units: str, long_name: str) -> tuple:
    """A column as a variable along the sites."""
    return "site", np.asarray(values, "float32"), {"units": units, "long_name": long_name}
