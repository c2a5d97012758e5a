"""Where files are: those that travel with dgviz and those that it can make again."""

import os
from pathlib import Path

import platformdirs


def data_folder() -> Path:
    """The folder `data/`: inside the installed package, else at the top of the checkout."""
    packaged = Path(__file__).parent / "data"
    return packaged if packaged.is_dir() else Path(__file__).parents[1] / "data"


def cache_folder() -> Path:
    """The folder for what can be made again: DGVIZ_CACHE, else dgviz's own in the user's cache folder."""
    chosen = os.environ.get("DGVIZ_CACHE")
    return Path(chosen) if chosen else platformdirs.user_cache_path("dgviz", appauthor=False)
