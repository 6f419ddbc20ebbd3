"""Reads what a test writes, in this process and without Django."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from imports.engine.errors import SourceRejected
from imports.engine.readers import Limits, ReadingOptions, SourceSummary, read_source
from imports.engine.rows_file import open_rows_file

DATA = Path(__file__).parents[2] / "data"


@dataclass
class Found:
    """What came of reading a source."""

    summary: SourceSummary
    headers: list[str]
    rows: list[tuple[int, list[str]]]

    @property
    def cells(self):
        return [cells for _, cells in self.rows]

    @property
    def row_numbers(self):
        return [row_number for row_number, _ in self.rows]

    @property
    def warnings(self):
        return {warning.code: (warning.row, warning.needs_review) for warning in self.summary.warnings}


@pytest.fixture
def read(tmp_path):
    """Read bytes, text (as UTF-8) or a file of tests/data. Options of ReadingOptions and Limits may be given."""

    def read(source, *, limits=None, **options):
        path = tmp_path / "source"
        if isinstance(source, Path):
            path = source
        else:
            path.write_bytes(source if isinstance(source, bytes) else source.encode())
        rows_path = tmp_path / "rows"
        summary = read_source(path, rows_path, ReadingOptions(**options), limits or Limits())
        rows = open_rows_file(rows_path)
        assert rows.total_rows == summary.total_rows
        assert rows.headers == [column.header for column in summary.columns]
        return Found(SourceSummary.from_json(summary.as_json()), rows.headers, list(rows.rows()))

    return read


@pytest.fixture
def refusal(read):
    """Read a source that must be refused; return the refusal's code."""

    def refusal(source, **options):
        with pytest.raises(SourceRejected) as rejected:
            read(source, **options)
        assert rejected.value.message.endswith((".", "!"))
        return rejected.value.code

    return refusal


@pytest.fixture
def data():
    return DATA
