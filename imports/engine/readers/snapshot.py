"""Reads a snapshot: a table as another service sent it, page by page, kept in a file of ours.

Layout: a line of JSON with what is known of the table, then each page as a line: a JSON list of records, each a list
of cells as text. Blank records are there too, so that row numbers can be counted.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from pathlib import Path
from types import TracebackType
from typing import Any

import orjson

from imports.engine.readers.source import Limits, ReadingOptions, SourceSummary, SourceWarning
from imports.engine.readers.table import write_table

# What Google Sheets and Airtable show for a formula that has no value.
ERRORS = frozenset(
    ("#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!", "#ERROR!", "#SPILL!", "#BLOCKED!")
)


class SnapshotWriter:
    """Writes a snapshot. `about` becomes the file_info of the source, and has its "type"."""

    def __init__(
        self,
        path: Path,
        about: Mapping[str, Any],
        *,
        first_number: int,
        headers: Sequence[str] | None,
        date_orders: Mapping[int, str],
    ) -> None:
        self.size_bytes = 0
        self._file = path.open("wb")
        orders = {str(place): order for place, order in date_orders.items()}
        self._write_line(
            {"about": dict(about), "first_number": first_number, "headers": headers, "date_orders": orders}
        )

    def write(self, page: Sequence[Sequence[str]]) -> None:
        """Append a page of records."""
        self._write_line(page)

    def _write_line(self, value: Any) -> None:
        self.size_bytes += self._file.write(orjson.dumps(value, option=orjson.OPT_APPEND_NEWLINE))

    def __enter__(self) -> SnapshotWriter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._file.close()


def read_snapshot(path: Path, rows_path: Path, options: ReadingOptions, limits: Limits) -> SourceSummary:
    """Write the rows of a snapshot to a rows file and return what it holds. Raises SourceRejected as other readers."""
    with path.open("rb") as lines:
        head = orjson.loads(next(lines))
        headers = head["headers"]
        errors = _ErrorCells()
        records = errors.blanked(_records(lines), head["first_number"])
        table = write_table(
            records if headers is None else chain([headers], records),
            rows_path,
            # Names that stand apart from the records are the row before the first.
            first_number=head["first_number"] - (headers is not None),
            header_row=options.header_row if headers is None else head["first_number"] - 1,
            limits=limits,
            # A service may send any character.
            clean=str,
            # What it shows in a narrow column may be rounded, as in a workbook.
            expects_scientific=True,
            date_orders={int(place): order for place, order in head["date_orders"].items()},
        )
    header_row = table.header_row if headers is None else None
    file_info = {"encoding": None, "delimiter": None, **head["about"], "header_row": header_row}
    return SourceSummary(
        type=head["about"]["type"],
        file_info=file_info,
        columns=table.columns,
        total_rows=table.total_rows,
        warnings=(*errors.warnings(), *table.warnings),
    )


def _records(lines: Iterator[bytes]) -> Iterator[list[str]]:
    return chain.from_iterable(orjson.loads(line) for line in lines)


class _ErrorCells:
    """Cells that show the error of a formula. They are blank, as in a workbook."""

    def __init__(self) -> None:
        self._count = 0
        self._first_row: int | None = None

    def blanked(self, records: Iterator[list[str]], number: int) -> Iterator[list[str]]:
        """Yield the records, the first of which has the given row number, with errors as blank cells."""
        for row_number, record in enumerate(records, number):
            if not ERRORS.isdisjoint(record):
                self._count += sum(1 for cell in record if cell in ERRORS)
                self._first_row = self._first_row or row_number
                record = ["" if cell in ERRORS else cell for cell in record]
            yield record

    def warnings(self) -> Iterator[SourceWarning]:
        if self._count:
            cells = "1 cell shows an error" if self._count == 1 else f"{self._count:,} cells show errors"
            message = f"{cells} such as #N/A (first in row {self._first_row}); they were read as blank."
            yield SourceWarning("error_cells", message, self._first_row, needs_review=False)
