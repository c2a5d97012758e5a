"""What the map of a session can show, and what it shows now."""

from dataclasses import replace

import numpy as np
import xarray as xr

from dgviz.ui import theme
from dgviz.ui.figures.colouring import Colouring
from dgviz.ui.figures.colours import Showable
from dgviz.ui.session.state import AppState


def showable(state: AppState) -> Showable:
    """What a session looks at; where that is no run, what the training in view has learned so far."""
    if not state.run and (learned := state.learned_so_far()):
        return Showable(state.store.run(state.training).config, state.dataset, learned)
    runs = (state.results(run_id) for run_id in (state.run, state.baseline))
    return Showable(state.shown_config, state.dataset, *runs, state.store.published(state.config.data))


def shown_colours(state: AppState) -> Colouring:
    """What the map shows, with limits as they were chosen; no value at any site where there is nothing to show."""
    if state.mapped is not None:
        return _mapped(state)
    shown = showable(state).colouring(state.colour)
    if shown is None:
        return Colouring("No value", xr.full_like(state.dataset.lat, np.nan), theme.SCORE, 0.0, 1.0, "")
    shown = shown.fitted() if state.fitted else shown
    return replace(shown, palette=theme.ON_DARK) if state.dark and shown.palette == theme.DIVERGING else shown


def _mapped(state: AppState) -> Colouring:
    """What a lens puts on the map; its attribute `about` says what it is, `listed` how the list names it.

    Colours go from its `low`, or minus `limit`, to `limit`; or values are numbers of its `classes`, colours by words.
    """
    values = state.mapped
    title, about = values.attrs["long_name"], values.attrs["about"]
    if classes := values.attrs.get("classes"):
        on_sites = values.reindex(site=state.dataset.site)
        inks = tuple(classes.values())
        return Colouring(title, on_sites, inks, -0.5, len(inks) - 0.5, about, classes=tuple(classes))
    high = values.attrs["limit"]
    low = values.attrs.get("low", -high)
    both_ways = theme.ON_DARK if state.dark else theme.DIVERGING
    palette = both_ways if low < 0 else theme.SEQUENTIAL
    on_sites = values.reindex(site=state.dataset.site)
    return Colouring(title, on_sites, palette, low, high, about)
