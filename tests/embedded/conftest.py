from __future__ import annotations

import pytest

from irisx import embedded


@pytest.fixture
def data_dir(tmp_path, monkeypatch):
    """Give a data folder of its own, whatever the environment names; its servers are stopped and deleted afterwards."""
    for name in ("DATABASE_URL", "REDIS_URL"):
        monkeypatch.delenv(name, raising=False)
    data_dir = tmp_path / "var"
    monkeypatch.setenv("IRISX_DATA_DIR", str(data_dir))
    yield data_dir
    embedded.remove(data_dir)
