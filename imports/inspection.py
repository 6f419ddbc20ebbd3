"""What was found in a file, before anything is stored: columns with suggested fields, warnings, and the outcome."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from contacts.fields import BY_KEY, Field
from imports import preview, reading, storage
from imports.engine.errors import SourceRejected
from imports.engine.mapping import suggest
from imports.engine.readers import ReadingOptions, SourceSummary
from imports.engine.rows_file import open_rows_file
from imports.engine.schema import FieldMapping, MappedColumn, Record
from imports.engine.validation import RowPreparer
from imports.options import MATCH_FIELDS

IMPORTS, NEEDS_REVIEW, REJECTED = "imports", "needs_review", "rejected"


def columns_of(
    summary: SourceSummary, fields: Mapping[str, Field], remembered: Mapping[str, str | None]
) -> list[dict[str, Any]]:
    """Return header, samples, field, confidence and reason of each column. `remembered`: folded header → field key."""
    suggestions = suggest(
        [(column.header, column.values) for column in summary.columns], [*fields.values()], remembered=remembered
    )
    return [
        {
            "header": column.header,
            "samples": list(column.samples),
            "field": suggestion.field,
            "confidence": suggestion.confidence,
            "reason": suggestion.reason,
            # How its dates are to be read, where the column itself proves it.
            "date_order": column.date_order if column.date_order in ("dmy", "mdy") else None,
        }
        for column, suggestion in zip(summary.columns, suggestions, strict=True)
    ]


def warnings_of(summary: SourceSummary, columns: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return code, message, row and needs_review of what is odd: what reading found, and what the mapping lacks."""
    warnings = [
        {"code": warning.code, "message": warning.message, "row": warning.row, "needs_review": warning.needs_review}
        for warning in summary.warnings
    ]
    if not {column["field"] for column in columns} & set(MATCH_FIELDS):
        warnings.append(
            {
                "code": "no_contact_column",
                "message": "No column looks like an e-mail address or a phone number. Map one of them.",
                "row": None,
                "needs_review": True,
            }
        )
    return warnings


def outcome_of(warnings: list[dict[str, Any]]) -> str:
    """Return whether a file that can be read imports as it is, or a person should look first."""
    return NEEDS_REVIEW if any(warning["needs_review"] for warning in warnings) else IMPORTS


@dataclass(frozen=True, slots=True)
class Inspection:
    """What `inspect_file` says of one file."""

    file: str
    outcome: str  # "imports", "needs_review" or "rejected"
    code: str | None
    error: str | None
    file_info: dict[str, Any]
    total_rows: int
    columns: list[dict[str, Any]]
    first_row: dict[str, str]  # header → text as read
    first_record: dict[str, Any]  # field key → value in normal form
    warnings: list[dict[str, Any]]


def inspect(path: Path, *, options: ReadingOptions | None = None, default_country: str = "") -> Inspection:
    """Read and map a file without storing anything: no tenant's fields, no tenant's memory."""
    with storage.scratch_folder() as folder:
        rows_path = folder / "rows"
        try:
            summary = reading.read_in_child(path, rows_path, options or ReadingOptions())
        except SourceRejected as rejected:
            return Inspection(str(path), REJECTED, rejected.code, rejected.message, {}, 0, [], {}, {}, [])
        columns = columns_of(summary, BY_KEY, {})
        warnings = warnings_of(summary, columns)
        first_row, first_record = _first(rows_path, columns, default_country)
    return Inspection(
        file=str(path),
        outcome=outcome_of(warnings),
        code=None,
        error=None,
        file_info=summary.file_info,
        total_rows=summary.total_rows,
        columns=columns,
        first_row=first_row,
        first_record=first_record,
        warnings=[{key: warning[key] for key in ("code", "message", "row")} for warning in warnings],
    )


def _first(
    rows_path: Path, columns: list[dict[str, Any]], default_country: str
) -> tuple[dict[str, str], dict[str, Any]]:
    rows = open_rows_file(rows_path)
    mapping = FieldMapping(
        tuple(MappedColumn(column["header"], column["field"], column["date_order"]) for column in columns)
    )
    preparer = RowPreparer(rows.headers, mapping, BY_KEY, default_country=default_country)
    ((row_number, cells),) = rows.rows(0, 1)
    prepared = preparer.prepare(0, row_number, cells)
    record = preview.stored_values(prepared) if isinstance(prepared, Record) else {}
    return dict(zip(rows.headers, cells, strict=False)), record
