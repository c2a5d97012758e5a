"""Tables in Parquet files, for which pandas needs a package that dgviz does not bring along."""

from pathlib import Path

import pandas as pd

from dgviz.datasets.errors import DataError


def read_parquet(file: Path) -> pd.DataFrame:
    """The table in a file. Raises DataError saying what to install where nothing here reads such files."""
    try:
        return pd.read_parquet(file)
    except ImportError:
        raise DataError(
            f"{file}: reading Parquet files takes the package pyarrow, which is not installed. "
            'Install it: pip install "dgviz[parquet]".'
        ) from None
