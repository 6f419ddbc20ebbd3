"""What was found in a file, before anything is stored: columns with suggested fields, warnings, and the outcome."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from contacts.fields import BY_KEY, CUSTOM_PREFIX
from imports import preview, reading, storage, suggestions
from imports.connectors.contact_objects import ObjectTable
from imports.engine.errors import SourceRejected
from imports.engine.readers import ReadingOptions, SourceSummary, SourceWarning
from imports.engine.rows_file import open_rows_file
from imports.engine.schema import FieldMapping, MappedColumn
from imports.engine.validation import RowPreparer
from imports.options import MATCH_FIELDS
from imports.suggestions import proven_order

IMPORTS, NEEDS_REVIEW, REJECTED = "imports", "needs_review", "rejected"


def warnings_of(summary: SourceSummary, columns: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return code, message, row and needs_review of what is odd: what reading found, and what the mapping lacks."""
    warnings = warnings_as_json(summary.warnings)
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


def warnings_as_json(warnings: Iterable[SourceWarning]) -> list[dict[str, Any]]:
    """Return warnings as a job keeps them."""
    return [
        {"code": warning.code, "message": warning.message, "row": warning.row, "needs_review": warning.needs_review}
        for warning in warnings
    ]


def columns_of_objects(table: ObjectTable) -> list[dict[str, Any]]:
    """Return the columns, as a job keeps them, of contacts that came as JSON objects, whose keys say what they are."""
    return [
        {
            "header": column.header,
            "samples": list(column.samples),
            "field": (field := table.fields[column.header]),
            "confidence": 100 if field else 0,
            "reason": _why_key(field, table),
            "date_order": proven_order(column),
        }
        for column in table.columns
    ]


def _why_key(field: str | None, table: ObjectTable) -> str:
    if field is None:
        return "The key is blank"
    return "New field" if field.removeprefix(CUSTOM_PREFIX) in table.new_fields else "Same name"


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


def inspect(
    path: Path, *, options: ReadingOptions | None = None, default_country: str = "", use_ai_mapping: bool = False
) -> Inspection:
    """Read and map a file without storing anything: no tenant's fields, no tenant's memory."""
    with storage.scratch_folder() as folder:
        rows_path = folder / "rows"
        try:
            summary = reading.read_in_child(path, rows_path, options or ReadingOptions())
        except SourceRejected as rejected:
            return Inspection(str(path), REJECTED, rejected.code, rejected.message, {}, 0, [], {}, {}, [])
        suggested = suggestions.of_source(summary, tenant=None, use_ai_mapping=use_ai_mapping)
        columns = suggested.columns
        warnings = [*warnings_of(summary, columns), *suggested.warnings]
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
    records, _ = preparer.prepare(0, [row_number], [cells])
    record = preview.stored_values(records[0]) if records else {}
    return dict(zip(rows.headers, cells, strict=False)), record
