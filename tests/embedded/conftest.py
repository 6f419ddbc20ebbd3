from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from irisx import embedded


@pytest.fixture
def data_dir(tmp_path):
    """Give a data folder of its own, whatever the environment names; its servers are stopped and deleted afterwards."""
    with empty_data_dir(tmp_path) as data_dir:
        yield data_dir


@contextmanager
def empty_data_dir(folder: Path) -> Iterator[Path]:
    data_dir = folder / "var"
    with pytest.MonkeyPatch.context() as environment:
        for name in ("DATABASE_URL", "REDIS_URL"):
            environment.delenv(name, raising=False)
        environment.setenv("IRISX_DATA_DIR", str(data_dir))
        try:
            yield data_dir
        finally:
            embedded.remove(data_dir)
