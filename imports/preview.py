"""What an import would do: the first rows as they will be stored, and counts of the first thousand. Writes nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from django.utils import timezone

from contacts.fields import BY_KEY, CUSTOM_PREFIX
from imports import sources
from imports.cursors import engine_cursor
from imports.engine import loader
from imports.engine.errors import CellIssue
from imports.engine.matching import COLUMNS, Outcome, Plan, plan_chunk
from imports.engine.schema import DuplicateStrategy, FieldMapping, Record
from imports.models import ImportJob
from imports.sources import PreparedChunk
from irisx.refusals import Conflict

COLUMN_KEYS = ("header", "samples", "field", "confidence", "reason")
SHOWN_ROWS = 10
COUNTED_ROWS = 1_000
# Of a source with more than a thousand columns fewer rows are counted: a request has them all in memory.
COUNTED_CELLS = 1_000_000


@dataclass(frozen=True, slots=True)
class PreviewRow:
    """One of the first rows: as read, and as it will be stored."""

    row: int  # the source's own number
    values: dict[str, str]  # header → text as read
    record: dict[str, Any]  # field key → value in normal form; blanks are absent
    outcome: str  # what would become of it: "created", "updated", …
    errors: list[CellIssue]
    warnings: list[CellIssue]


@dataclass(frozen=True, slots=True)
class Preview:
    """The mapping as it stands, and what it leads to."""

    columns: list[dict[str, Any]]  # header, samples, field, confidence, reason
    rows: list[PreviewRow]
    warnings: list[dict[str, Any]]  # code, message, row
    counts: dict[str, int]  # counted_rows, new, matching, duplicates_in_file, failed
    outcomes: dict[str, int]  # outcome → rows, of the counted ones

    def as_json(self) -> dict[str, Any]:
        """Return the preview as the API shows it, without what only pages need."""
        return {
            "columns": [{key: column[key] for key in COLUMN_KEYS} for column in self.columns],
            "rows": [
                {
                    "row": row.row,
                    "values": row.values,
                    "record": row.record,
                    "outcome": row.outcome,
                    "errors": [_issue(issue) for issue in row.errors],
                    "warnings": [_issue(issue) for issue in row.warnings],
                }
                for row in self.rows
            ],
            "warnings": [{key: warning[key] for key in ("code", "message", "row")} for warning in self.warnings],
            "counts": self.counts,
        }


def _issue(issue: CellIssue) -> dict[str, str]:
    told = asdict(issue)
    return {"field": told["field"], "code": told["type"], "message": told["message"]}


def load(job: ImportJob, mapping: FieldMapping | None = None) -> Preview:
    """Return the preview of a job under a mapping; by default the confirmed one, or else the suggested.

    Call inside the tenant's scope. The counts look at stored contacts without locking them. Raises
    Conflict("file_gone") once the file is purged.
    """
    if mapping is None:
        mapping = job.mapping if job.field_mapping else job.suggested_mapping
    try:
        source = sources.of_job(job, mapping)
    except FileNotFoundError as error:
        raise Conflict("file_gone", "The file of this import is kept no longer. Upload it again to see it.") from error
    counted_rows = max(SHOWN_ROWS, min(COUNTED_ROWS, COUNTED_CELLS // len(source.headers)))
    chunk = source.read(0, min(counted_rows, source.total_rows))
    target = loader.Target(
        job.tenant_id, job.pk, DuplicateStrategy(job.duplicate_strategy), tuple(job.duplicate_match_fields)
    )
    with engine_cursor() as cursor:
        loader.stage(cursor, chunk.staged)
        known = loader.find_contacts(cursor, chunk.records, target)
    plan = plan_chunk(
        chunk.records,
        chunk.ids,
        known,
        strategy=target.strategy,
        match_fields=target.match_fields,
        now=timezone.now(),
    )
    outcomes = Counter(plan.outcomes)
    outcomes[Outcome.FAILED] += len(chunk.errors)
    return Preview(
        columns=_columns(job, mapping),
        rows=_first_rows(chunk, plan, source.headers),
        warnings=job.warnings,
        counts={
            "counted_rows": chunk.hi,
            "new": chunk.hi - outcomes[Outcome.FAILED] - plan.duplicate_count,
            "matching": plan.duplicate_count - plan.own_count,
            "duplicates_in_file": plan.own_count,
            "failed": outcomes[Outcome.FAILED],
        },
        outcomes={outcome.name.lower(): outcomes[outcome] for outcome in Outcome},
    )


def _first_rows(chunk: PreparedChunk, plan: Plan, headers: Sequence[str]) -> list[PreviewRow]:
    prepared = {
        record.row_index: (record, outcome) for record, outcome in zip(chunk.records, plan.outcomes, strict=True)
    }
    refused = {error.row_index: error.issue for error in chunk.errors}
    found: dict[tuple[int, str], list[CellIssue]] = {}
    for entry in plan.log:
        found.setdefault((entry.row_index, entry.level), []).append(entry.issue)
    rows = []
    for row_index, cells in enumerate(chunk.cells[:SHOWN_ROWS]):
        record, outcome = prepared.get(row_index, (None, Outcome.FAILED))
        row = PreviewRow(
            row=chunk.row_numbers[row_index],
            values=dict(zip(headers, cells, strict=False)),
            record=stored_values(record) if record and outcome is not Outcome.FAILED else {},
            outcome=outcome.name.lower(),
            errors=[refused[row_index]] if row_index in refused else found.get((row_index, "error"), []),
            warnings=[*record.warnings, *found.get((row_index, "warning"), [])] if record else [],
        )
        rows.append(row)
    return rows


def stored_values(record: Record) -> dict[str, Any]:
    """Return a record's values by field key, without blanks."""
    columns = {name: getattr(record, name) for name in COLUMNS}
    attributes = {key if key in BY_KEY else CUSTOM_PREFIX + key: value for key, value in record.attributes.items()}
    return {key: value for key, value in {**columns, **attributes}.items() if value not in ("", None)}


def _columns(job: ImportJob, mapping: FieldMapping) -> list[dict[str, Any]]:
    """Return the job's columns with the mapping's fields; what a person chose is as sure as can be."""
    chosen = {column.header: column.field for column in mapping.columns}
    return [
        column
        if chosen.get(column["header"]) == column["field"]
        else {**column, "field": chosen.get(column["header"]), "confidence": 100, "reason": "You chose this"}
        for column in job.columns
    ]
