"""The reader of Puéchabon: what it needs, and the real file where it is there."""

import os
from pathlib import Path

import numpy as np
import pytest

from dgviz.datasets import DataError, fr_pue, open_dataset
from dgviz.datasets.remarks import remarks

SHARED = Path(__file__).parents[3] / "shared" / "data"


def test_without_pyarrow_it_says_what_to_install(tmp_path, monkeypatch):
    def absent(file):
        raise ImportError("no engine")

    monkeypatch.setattr(fr_pue.pd, "read_parquet", absent)
    (tmp_path / fr_pue.FILE).write_bytes(b"")
    with pytest.raises(DataError, match=r"takes the package pyarrow.*pip install \"dgviz\[parquet\]\""):
        fr_pue.load(tmp_path)


def test_the_real_forest():
    pytest.importorskip("pyarrow", reason="reading Parquet takes pyarrow")
    folder = Path(os.environ.get("DGVIZ_DATA", SHARED))
    if not (folder / fr_pue.FILE).is_file():
        pytest.skip(f"{fr_pue.FILE} is not in {folder}; set DGVIZ_DATA to the folder that holds it")
    ds = open_dataset("fr_pue", folder=folder)
    assert ds.sizes == {"time": 2192, "site": 1} and ds.step == "day" and int(ds.gpp.notnull().sum()) == 1810
    assert "2008-02-29, 2012-02-29" in {about: text for _, about, text in remarks(ds)}["FR-Pue"]
    summer = ds.sel(time=ds.time.dt.month == 8)
    assert float(summer.wetness.mean()) < 0.3 < float(ds.wetness.mean())  # a Mediterranean forest
    assert 600 < float(ds.prcp.mean() * 365.25) < 1200 and 25 < float(np.mean(ds.ppfd)) < 35
