"""Checks of leaf gas exchange: what light, carbon and dry air have to do, one check a file."""

from dgviz.domains.leaf.evaluation.checks.carbon_limits import carbon_limits
from dgviz.domains.leaf.evaluation.checks.light_limits import light_limits
from dgviz.domains.leaf.evaluation.checks.limits_meet_once import limits_meet_once
from dgviz.domains.leaf.evaluation.checks.stomata_close_in_dry_air import stomata_close_in_dry_air

CHECKS = (light_limits, carbon_limits, limits_meet_once, stomata_close_in_dry_air)
