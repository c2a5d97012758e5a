"""The checks of a model from rain to oxygen."""

from dgviz.checks import balance_closes
from dgviz.domains.stream_temperature.evaluation.checks import nothing_freezes_in_warm_air
from dgviz.domains.watershed.evaluation.checks.pathways_add_up import pathways_add_up
from dgviz.domains.watershed.evaluation.checks.warm_water_holds_less import warm_water_holds_less

CHECKS = (balance_closes, pathways_add_up, warm_water_holds_less, nothing_freezes_in_warm_air)
