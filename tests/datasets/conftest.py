"""Data sets are imported into a folder of each test's own."""

import pytest


@pytest.fixture(autouse=True)
def _own_cache(tmp_path_factory, monkeypatch):
    monkeypatch.setenv("DGVIZ_CACHE", str(tmp_path_factory.mktemp("cache")))
