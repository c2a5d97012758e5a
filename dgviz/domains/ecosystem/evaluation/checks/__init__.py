"""Checks of ecosystem productivity: what light, dry air and warmth have to do to it."""

from dgviz.domains.ecosystem.evaluation.checks.dry_air_closes_stomata import dry_air_closes_stomata
from dgviz.domains.ecosystem.evaluation.checks.no_light_no_carbon import no_light_no_carbon
from dgviz.domains.ecosystem.evaluation.checks.warmer_spring_gains import warmer_spring_gains

CHECKS = (no_light_no_carbon, dry_air_closes_stomata, warmer_spring_gains)
