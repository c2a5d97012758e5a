"""Where the files that travel with dgviz are."""

from pathlib import Path


def data_folder() -> Path:
    """The folder `data/`: inside the installed package, else at the top of the checkout."""
    packaged = Path(__file__).parent / "data"
    return packaged if packaged.is_dir() else Path(__file__).parents[1] / "data"
