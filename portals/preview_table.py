"""The first rows as a table: each cell as it will be stored, and what stood in the file where it differs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from contacts.fields import CORE, FULL_NAME, IRISX_ID, Field, FieldType
from imports.engine.schema import FieldMapping
from imports.preview import Preview, PreviewRow
from portals import tally
from portals.provenance import shown
from portals.tally import Tally
from portals.templatetags.portal import phone
from portals.wording import counted

OUTCOMES = {
    "created": "Created",
    "updated": "Updated",
    "unchanged": "Unchanged",
    "skipped": "Skipped",
    "failed": "Failed",
}


class Cell(NamedTuple):
    """One value of a row to be."""

    text: str  # as it will be stored; "" for none
    was: str | None  # what stood in the file; None where it is the same, or nothing stood there
    issue: str = ""  # what is wrong with it
    is_problem: bool = False  # True: the row fails by it; False: the value is left out


class Row(NamedTuple):
    """One of the first rows."""

    number: int
    outcome: str
    cells: list[Cell]
    issues: list[str]  # of the row as a whole
    is_failed: bool  # then the cells are as read: nothing of them will be stored


@dataclass(frozen=True, slots=True)
class PreviewTable:
    """What a preview shows."""

    headings: list[str]
    rows: list[Row]
    tally: Tally
    counted_on: str  # "the first 1,000 rows", "all 40 rows"
    matching: int  # of the counted rows, those that match a stored contact
    failed: int


def table(preview: Preview, mapping: FieldMapping, fields: Mapping[str, Field], *, total_rows: int) -> PreviewTable:
    """Return the table of a preview: the six columns of contacts first, then what else the mapping feeds."""
    sources = _sources(mapping)
    shown_fields = [field for field in _in_order(fields) if field.key in sources]
    counted_rows = preview.counts["counted_rows"]
    is_whole = counted_rows == total_rows
    counts = [(name, words, preview.outcomes[name]) for name, words in OUTCOMES.items()]
    return PreviewTable(
        headings=[field.label for field in shown_fields],
        rows=[_row(row, shown_fields, sources) for row in preview.rows],
        tally=tally.tally(f"{'All' if is_whole else 'First'} rows would be", counts, whole=counted_rows),
        counted_on=f"{'all' if is_whole else 'the first'} {counted(counted_rows, 'row')}",
        matching=preview.counts["matching"],
        failed=preview.counts["failed"],
    )


def _in_order(fields: Mapping[str, Field]) -> list[Field]:
    email_first = sorted(CORE, key=lambda field: field.key != "email")
    return [*email_first, *(field for field in fields.values() if field not in CORE and field != FULL_NAME)]


def _sources(mapping: FieldMapping) -> dict[str, str]:
    """Return field key → header of the column that feeds it. A full name feeds the first and the last name."""
    sources = {column.field: column.header for column in mapping.columns if column.field}
    full_name = sources.pop(FULL_NAME.key, None)
    if full_name:
        sources = {"first_name": full_name, "last_name": full_name, **sources}
    return sources


def _row(row: PreviewRow, fields: list[Field], sources: Mapping[str, str]) -> Row:
    issues = {issue.field: (issue.message, True) for issue in row.errors}
    issues |= {issue.field: (issue.message, False) for issue in row.warnings if issue.field not in issues}
    keys = {field.key for field in fields}
    return Row(
        number=row.row,
        outcome=OUTCOMES[row.outcome],
        cells=[_cell(row, field, sources, *issues.get(field.key, ("", False))) for field in fields],
        issues=[message for key, (message, _) in issues.items() if key not in keys],
        is_failed=row.outcome == "failed",
    )


def _cell(row: PreviewRow, field: Field, sources: Mapping[str, str], issue: str, is_problem: bool) -> Cell:
    header = sources[field.key]
    original = row.values.get(header, "")
    stored = shown(row.record.get(field.key))
    text = phone(stored) if field.type is FieldType.PHONE and stored else stored
    if field == IRISX_ID:
        text = original.strip()  # finds a contact, is never stored
    is_shown_before = field.key == "last_name" and sources.get("first_name") == header  # of a full name
    was = original if original.strip() and original not in (text, stored) and not is_shown_before else None
    return Cell(text, was, issue, is_problem)
