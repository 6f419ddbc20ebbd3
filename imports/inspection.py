"""What was found in a file, before anything is stored: columns with suggested fields, warnings, and the outcome."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from contacts.fields import BY_KEY, CUSTOM_PREFIX, Field
from imports import preview, reading, storage
from imports.connectors.contact_objects import ObjectTable
from imports.engine.errors import SourceRejected
from imports.engine.mapping import Suggestion, fold_header, suggest
from imports.engine.readers import ReadingOptions, SourceColumn, SourceSummary, SourceWarning
from imports.engine.rows_file import open_rows_file
from imports.engine.schema import FieldMapping, MappedColumn
from imports.engine.validation import RowPreparer
from imports.options import MATCH_FIELDS
from imports.saved_mappings import Memory

IMPORTS, NEEDS_REVIEW, REJECTED = "imports", "needs_review", "rejected"


def columns_of(summary: SourceSummary, fields: Mapping[str, Field], memory: Memory | None) -> list[dict[str, Any]]:
    """Return header, samples, field, confidence and reason of each column.

    A mapping that was saved for just these columns decides all of them; another saved one those that it knows.
    """
    suggestions = _suggestions(summary, fields, memory)
    chosen = memory.columns if memory else {}
    return [
        {
            "header": column.header,
            "samples": list(column.samples),
            "field": suggestion.field,
            "confidence": suggestion.confidence,
            "reason": suggestion.reason,
            "date_order": _proven_order(column),
            # What the saved mapping says besides the field.
            "chosen": {"date_order": before.date_order, "country": before.country}
            if (before := chosen.get(column.header)) and before.field == suggestion.field
            else {},
        }
        for column, suggestion in zip(summary.columns, suggestions, strict=True)
    ]


def _suggestions(summary: SourceSummary, fields: Mapping[str, Field], memory: Memory | None) -> list[Suggestion]:
    headers = [column.header for column in summary.columns]
    if memory is not None and memory.is_whole:
        return [_as_before(header, memory, fields) for header in headers]
    remembered = {fold_header(header): before.field for header, before in memory.columns.items()} if memory else {}
    suggestions = suggest(
        [(column.header, column.values) for column in summary.columns], [*fields.values()], remembered=remembered
    )
    if memory is None:
        return suggestions
    return [
        _as_before(suggestion.header, memory, fields)
        if suggestion.header in memory.columns and memory.columns[suggestion.header].field == suggestion.field
        else suggestion
        for suggestion in suggestions
    ]


def _as_before(header: str, memory: Memory, fields: Mapping[str, Field]) -> Suggestion:
    """Return what a saved mapping says of a column."""
    before = memory.columns.get(header)
    field = before.field if before else None
    if field is not None and field not in fields:
        return Suggestion(header, None, 0, f"Its field in “{memory.name}” is there no more")
    return Suggestion(header, field, 100 if field else 0, f"Same as in “{memory.name}”")


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
    """Return columns_of() for contacts that came as JSON objects, whose keys say what they are."""
    return [
        {
            "header": column.header,
            "samples": list(column.samples),
            "field": (field := table.fields[column.header]),
            "confidence": 100 if field else 0,
            "reason": _why_key(field, table),
            "date_order": _proven_order(column),
        }
        for column in table.columns
    ]


def _why_key(field: str | None, table: ObjectTable) -> str:
    if field is None:
        return "The key is blank"
    return "New field" if field.removeprefix(CUSTOM_PREFIX) in table.new_fields else "Same name"


def _proven_order(column: SourceColumn) -> str | None:
    """Return how a column's dates are to be read, where the column itself proves it."""
    return column.date_order if column.date_order in ("dmy", "mdy") else None


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
        columns = columns_of(summary, BY_KEY, None)
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
    records, _ = preparer.prepare(0, [row_number], [cells])
    record = preview.stored_values(records[0]) if records else {}
    return dict(zip(rows.headers, cells, strict=False)), record
