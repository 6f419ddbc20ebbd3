"""Corrections that people write in the browser: kept as they go, checked at once, imported when they say so.

A draft belongs to its row, whoever wrote it: of two tabs, the last one that saves is right. All of it inside the
tenant's scope.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, NamedTuple
from uuid import UUID

import orjson
from django.db import connection
from django.db.models import QuerySet

from imports import results
from imports.corrections import mending
from imports.corrections.mending import MendableRow, Mender, Verdict
from imports.corrections.models import DRAFT, Correction, CorrectionEdit
from imports.cursors import engine_cursor
from imports.models import ErrorLogEntry, ImportJob
from imports.results import ErrorGroup
from irisx.ids import uuid7

ROWS_PER_PAGE = 50
BATCH_ROWS = 2_000
COMMON_VALUES = 3


class Group(NamedTuple):
    """The lines of an error log that say the same of the same field ("": of the row)."""

    type: str
    field: str


class CommonValue(NamedTuple):
    """A wrong value that several rows of a group have."""

    text: str
    rows: int


class GroupCounts(NamedTuple):
    """How far a group is."""

    rows: int  # that are open, skipped ones too
    mended: int  # of these: with a draft that would come in
    skipped: int
    mended_of_all: int  # rows of the job that would be imported now, of all groups
    found: int  # that the change is about which was asked for
    common: tuple[CommonValue, ...]  # that most rows have which are wrong, in the column that was asked for

    @property
    def wrong(self) -> int:
        return self.rows - self.mended - self.skipped


@dataclass(frozen=True, slots=True)
class Line:
    """One row of a group with its draft, if it has one."""

    row_index: int
    row_number: int
    original: Mapping[str, str]  # header → text as last imported
    values: Mapping[str, str]  # header → text as it is now
    changed: frozenset[str]  # headers
    wrong: tuple[str, ...]  # headers of the cells to be mended
    is_mended: bool
    is_skipped: bool
    message: str  # what is wrong still; "" once it is mended


class Saved(NamedTuple):
    """What an edit did."""

    edit_id: UUID  # for undo()
    rows: int  # that it changed
    mended: int  # of these: that would come in now


# What is there -------------------------------------------------------------------------------------------------------

_OF_GROUP = """
    FROM import_errors AS line
    LEFT JOIN import_corrections AS draft
      ON draft.import_job_id = line.import_job_id AND draft.run_no = 0 AND draft.row_index = line.row_index
    WHERE line.tenant_id = %(tenant_id)s AND line.import_job_id = %(job_id)s AND line.resolved_at IS NULL
      AND line.error_type = %(type)s AND line.field = %(field)s
"""


# A row may lack several values: it is mended in this group once this one is.
_IS_MENDED = "(coalesce(draft.is_mended, false) AND (line.level = 'error' OR draft.values ? %(own_header)s))"

_VALUE = "coalesce(draft.values ->> %({header})s, line.row_data ->> %({header})s)"

# The values that most rows have in a column which are not mended or skipped.
_COMMON = f"""
    SELECT {_VALUE.format(header="common_in")} AS text, count(*) AS rows
    {_OF_GROUP} AND %(common_in)s <> '' AND NOT {_IS_MENDED} AND NOT coalesce(draft.is_skipped, false)
    GROUP BY text
    HAVING count(*) > 1 AND {_VALUE.format(header="common_in")} IS NOT NULL
    ORDER BY 2 DESC, 1
    LIMIT %(common_values)s
"""


def counts(job: ImportJob, group: Group, *, change: Change | None = None, common_in: str = "") -> GroupCounts:
    """Return how far a group is; how many rows a change is about, and what is common in a column. One query."""
    is_found, of_change = _condition_of(change) if change else ("false", {})
    statement = f"""
        SELECT count(*), count(*) FILTER (WHERE {_IS_MENDED} AND NOT draft.is_skipped),
               count(*) FILTER (WHERE draft.is_skipped),
               (SELECT count(*) FROM import_corrections
                WHERE tenant_id = %(tenant_id)s AND import_job_id = %(job_id)s AND run_no = 0
                  AND is_mended AND NOT is_skipped),
               count(DISTINCT line.row_index) FILTER (WHERE {is_found}),
               (SELECT array_agg(text ORDER BY rows DESC, text) FROM ({_COMMON}) AS common),
               (SELECT array_agg(rows ORDER BY rows DESC, text) FROM ({_COMMON}) AS common)
        {_OF_GROUP}
        """  # noqa: S608 (of our own parts)
    parameters = _parameters(job, group, common_in=common_in, common_values=COMMON_VALUES, **of_change)
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        rows, mended, skipped, mended_of_all, found, texts, times = cursor.fetchone()
    common = tuple(map(CommonValue, texts or (), times or ()))
    return GroupCounts(rows, mended, skipped, mended_of_all, found, common)


def _parameters(job: ImportJob, group: Group, **more: Any) -> dict[str, Any]:
    return {
        "tenant_id": job.tenant_id,
        "job_id": job.pk,
        "type": group.type,
        "field": group.field,
        "own_header": mending.header_by_field(job).get(group.field, ""),
        **more,
    }


def _drafts(job: ImportJob) -> QuerySet[Correction]:
    return Correction.objects.filter(tenant_id=job.tenant_id, import_job=job, run_no=DRAFT)


def page(job: ImportJob, group: Group, *, number: int, skipped: bool = False) -> list[Line]:
    """Return a page of a group's rows in file order: those that were skipped, or all others. One query or two."""
    of_page = f"""
        IN (
            SELECT line.row_index
            {_OF_GROUP} AND coalesce(draft.is_skipped, false) = %(skipped)s
            ORDER BY line.row_index, line.id
            LIMIT %(limit)s OFFSET %(offset)s
        )
        """
    window = {"limit": ROWS_PER_PAGE, "offset": (number - 1) * ROWS_PER_PAGE, "skipped": skipped}
    return _lines(job, group, of_page, window)


def lines(job: ImportJob, group: Group, indexes: Sequence[int]) -> list[Line]:
    """Return these rows of a group, as they are now. A row that somebody else mended meanwhile has nothing wrong."""
    return _lines(job, group, "= ANY(%(indexes)s)", {"indexes": list(indexes)})


def _lines(job: ImportJob, group: Group, which: str, parameters: Mapping[str, Any]) -> list[Line]:
    """Return the rows whose index is as `which` says, with all that the error log tells of them and their drafts."""
    statement = f"""
        SELECT entry.*, shown.values AS draft_values, shown.is_skipped AS draft_is_skipped,
               shown.is_mended AS draft_is_mended, shown.message AS draft_message, shown.field AS draft_field
        FROM import_errors AS entry
        LEFT JOIN import_corrections AS shown
          ON shown.import_job_id = entry.import_job_id AND shown.run_no = 0 AND shown.row_index = entry.row_index
        WHERE entry.tenant_id = %(tenant_id)s AND entry.import_job_id = %(job_id)s AND entry.row_index {which}
        ORDER BY entry.row_index, entry.id
        """  # noqa: S608 (of our own parts)
    entries: list[Any] = list(ErrorLogEntry.objects.raw(statement, _parameters(job, group, **parameters)))
    drafts = {entry.row_index: _draft_beside(entry) for entry in entries if entry.draft_values is not None}
    columns = mending.header_by_field(job)
    rows = mending.rows_from(job, entries)
    return [_line(row, drafts.get(index), group, columns) for index, row in rows.items()]


def _draft_beside(entry: Any) -> Correction:
    """Return the draft that _lines() read beside a line of the error log."""
    return Correction(
        row_index=entry.row_index,
        values=orjson.loads(entry.draft_values),
        is_skipped=entry.draft_is_skipped,
        is_mended=entry.draft_is_mended,
        message=entry.draft_message,
        field=entry.draft_field,
    )


def _line(row: MendableRow, draft: Correction | None, group: Group, columns: Mapping[str, str]) -> Line:
    entry = next((line for line in row.lines if (line.error_type, line.field) == group), None)
    changed = draft.values if draft else {}
    own_header = columns.get(group.field)
    wrong = mending.wrong_headers(columns, group.field, group.type)
    if draft and draft.field:
        wrong += mending.wrong_headers(columns, draft.field, "")
    wrong += changed
    message = entry.error_message if entry else ""
    if draft and changed:
        message = draft.message
    return Line(
        row_index=row.row_index,
        row_number=row.row_number,
        original=row.values,
        values=row.values | changed,
        changed=frozenset(changed),
        wrong=tuple(dict.fromkeys(wrong)),
        is_mended=entry is None
        or (draft is not None and draft.is_mended and (entry.level == "error" or own_header in changed)),
        is_skipped=bool(draft and draft.is_skipped),
        message=message,
    )


class Change(NamedTuple):
    """What is done to each row of a group that has a text in one column."""

    kind: str  # a CorrectionEdit.Kind
    header: str
    text: str  # all that the cell holds; of REPLACE a part of it
    new: str = ""  # what stands there then


_HAS_TEXT = {
    CorrectionEdit.Kind.FILL: f"{{value}} = %(text)s AND NOT {_IS_MENDED}",
    CorrectionEdit.Kind.SKIP: f"{{value}} = %(text)s AND NOT {_IS_MENDED}",
    CorrectionEdit.Kind.REPLACE: "position(%(text)s IN {value}) > 0",
}


def count_rows(job: ImportJob, group: Group, change: Change) -> int:
    """Return how many rows of a group a change is about: those that are not skipped and have its text. One query."""
    statement, parameters = _rows_with(job, group, change)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM ({statement}) AS found", parameters)  # noqa: S608 (our own statement)
        return int(cursor.fetchone()[0])


def rows_with(job: ImportJob, group: Group, change: Change, *, after: int = -1, limit: int | None = None) -> list[int]:
    """Return the row indexes that a change is about, in order, of those behind `after`. One query."""
    statement, parameters = _rows_with(job, group, change)
    window = {"after": after, "limit": limit}
    with connection.cursor() as cursor:
        cursor.execute(
            f"{statement} AND line.row_index > %(after)s ORDER BY 1 LIMIT %(limit)s", {**parameters, **window}
        )
        return [row_index for (row_index,) in cursor.fetchall()]


def _rows_with(job: ImportJob, group: Group, change: Change) -> tuple[str, dict[str, Any]]:
    condition, of_change = _condition_of(change)
    return f"SELECT DISTINCT line.row_index {_OF_GROUP} AND {condition}", _parameters(job, group, **of_change)


def _condition_of(change: Change) -> tuple[str, dict[str, Any]]:
    """Return what a line of a group is tried by that a change may be about, and the parameters of that."""
    # A text of nothing stands everywhere: there is no finding it.
    if change.kind == CorrectionEdit.Kind.REPLACE and not change.text:
        return "false", {}
    value = f"coalesce({_VALUE.format(header='header')}, '')"
    has_text = _HAS_TEXT[CorrectionEdit.Kind(change.kind)].format(value=value)
    is_about = f"NOT coalesce(draft.is_skipped, false) AND {has_text}"
    return is_about, {"header": change.header, "text": change.text}


# Edits ---------------------------------------------------------------------------------------------------------------


def save(job: ImportJob, values: Mapping[int, Mapping[str, str]]) -> Saved:
    """Keep what somebody wrote, row index → {header: text}. What is as it was in the file counts as not written."""
    return _edit_each(job, values, lambda row_index, _: values[row_index])


def change_rows(job: ImportJob, change: Change, indexes: Iterable[int], *, edit_id: UUID | None = None) -> Saved:
    """Do to rows what a change says, as one edit; by the id of one that began before, as a further part of it."""
    if change.kind == CorrectionEdit.Kind.SKIP:
        return skip(job, indexes, edit_id=edit_id)
    if change.kind == CorrectionEdit.Kind.FILL:
        return _edit_each(job, indexes, lambda *_: {change.header: change.new}, edit_id=edit_id)
    return _edit_each(
        job,
        indexes,
        lambda _, row: {change.header: row.get(change.header, "").replace(change.text, change.new)},
        edit_id=edit_id,
    )


def skip(job: ImportJob, indexes: Iterable[int], *, is_skipped: bool = True, edit_id: UUID | None = None) -> Saved:
    """Put rows out of the way, or bring them back. They stay failed, and keep what was written into them."""
    edit_id = edit_id or uuid7()
    total = mended = 0
    for batch in _batches(indexes):
        drafts = {draft.row_index: draft for draft in _drafts(job).filter(row_index__in=batch)}
        rows = {index: row for index, row in mending.rows_of(job, batch).items() if row.is_mendable}
        found = [(row, drafts.get(index)) for index, row in rows.items()]
        news = [
            _Draft.of(row, draft, edit_id, is_skipped=is_skipped)
            for row, draft in found
            if bool(draft and draft.is_skipped) != is_skipped
        ]
        _keep(job, news)
        total += len(news)
        mended += sum(new.is_mended for new in news)
    return Saved(edit_id, total, mended)


def undo(job: ImportJob, edit_id: UUID) -> int:
    """Take an edit back. Rows that were edited again since stay as they are. Return how many changed."""
    with connection.cursor() as cursor:
        parameters: dict[str, Any] = {"tenant_id": job.tenant_id, "job_id": job.pk, "edit_id": edit_id}
        cursor.execute(
            """
            UPDATE import_corrections
            SET values = before -> 'values', is_skipped = (before ->> 'is_skipped')::boolean,
                is_mended = (before ->> 'is_mended')::boolean, message = before ->> 'message',
                field = before ->> 'field', edit_id = NULL, before = NULL
            WHERE tenant_id = %(tenant_id)s AND import_job_id = %(job_id)s AND run_no = 0 AND edit_id = %(edit_id)s
              AND before <> '{}'
            """,
            parameters,
        )
        restored = cursor.rowcount
        cursor.execute(
            """
            DELETE FROM import_corrections
            WHERE tenant_id = %(tenant_id)s AND import_job_id = %(job_id)s AND run_no = 0 AND edit_id = %(edit_id)s
            """,
            parameters,
        )
        return int(restored + cursor.rowcount)


def discard(job: ImportJob, indexes: Sequence[int]) -> None:
    """Bring rows back to what stood in the file."""
    _drafts(job).filter(row_index__in=indexes).delete()


def _edit_each(
    job: ImportJob,
    indexes: Iterable[int],
    change: Callable[[int, Mapping[str, str]], Mapping[str, str]],
    *,
    edit_id: UUID | None = None,
) -> Saved:
    edit_id = edit_id or uuid7()
    mender = Mender(job)
    headers = set(mender.headers)
    total = mended = 0
    for batch in _batches(indexes):
        drafts = {draft.row_index: draft for draft in _drafts(job).filter(row_index__in=batch)}
        news: list[tuple[MendableRow, dict[str, str]]] = []
        for index, row in mending.rows_of(job, batch).items():
            if not row.is_mendable:
                continue  # somebody else was quicker
            before = drafts[index].values if index in drafts else {}
            written = {key: text for key, text in change(index, row.values | before).items() if key in headers}
            values = {key: text for key, text in (before | written).items() if text != row.values.get(key, "")}
            if values != before:
                news.append((row, values))
        verdicts = mender.verdicts(news) if news else {}
        kept = [
            _Draft.of(row, drafts.get(row.row_index), edit_id, values=values, verdict=verdicts[row.row_index])
            for row, values in news
        ]
        _keep(job, kept)
        total += len(kept)
        mended += sum(draft.is_mended for draft in kept)
    return Saved(edit_id, total, mended)


def _batches(indexes: Iterable[int]) -> Iterator[list[int]]:
    rest = iter(indexes)
    while batch := list(islice(rest, BATCH_ROWS)):
        yield batch


class _Draft(NamedTuple):
    """A draft, ready to be stored."""

    row_index: int
    row_number: int
    values: dict[str, str]
    is_skipped: bool
    is_mended: bool
    message: str
    field: str
    edit_id: UUID
    before: dict[str, Any]  # {}: there was none

    @classmethod
    def of(
        cls,
        row: MendableRow,
        old: Correction | None,
        edit_id: UUID,
        *,
        values: dict[str, str] | None = None,
        verdict: Verdict | None = None,
        is_skipped: bool = False,
    ) -> _Draft:
        """Return a row's draft with other values or skipped, or brought back; `old` is what it was."""
        state = {
            "values": old.values if old else {},
            "is_skipped": old.is_skipped if old else False,
            "is_mended": old.is_mended if old else False,
            "message": old.message if old else "",
            "field": old.field if old else "",
        }
        new = {**state, "is_skipped": is_skipped}
        if values is not None and verdict is not None:
            # Back to what stood in the file: nothing is mended, even where that would come in now.
            new |= {"values": values, **verdict._asdict(), "is_mended": verdict.is_mended and bool(values)}
        return cls(row.row_index, row.row_number, **new, edit_id=edit_id, before=state if old else {})


def _keep(job: ImportJob, drafts: Sequence[_Draft]) -> None:
    if not drafts:
        return
    columns = list(zip(*drafts, strict=True))
    with engine_cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO import_corrections (
                tenant_id, import_job_id, run_no, row_index, row_number, values, is_skipped, is_mended, message, field,
                edit_id, before
            )
            SELECT %(tenant_id)s, %(job_id)s, %(draft)s, row_index, row_number, values::jsonb, is_skipped, is_mended,
                   message, field, %(edit_id)s, before::jsonb
            FROM unnest(
                %(row_indexes)s::int[], %(row_numbers)s::int[], %(values)s::text[], %(skipped)s::bool[],
                %(mended)s::bool[], %(messages)s::text[], %(fields)s::text[], %(before)s::text[]
            ) AS kept (row_index, row_number, values, is_skipped, is_mended, message, field, before)
            ON CONFLICT (import_job_id, run_no, row_index) DO UPDATE
            SET values = excluded.values, is_skipped = excluded.is_skipped, is_mended = excluded.is_mended,
                message = excluded.message, field = excluded.field, edit_id = excluded.edit_id, before = excluded.before
            """,
            {
                "tenant_id": job.tenant_id,
                "job_id": job.pk,
                "draft": DRAFT,
                "row_indexes": list(columns[0]),
                "row_numbers": list(columns[1]),
                "values": [orjson.dumps(values).decode() for values in columns[2]],
                "skipped": list(columns[3]),
                "mended": list(columns[4]),
                "messages": list(columns[5]),
                "fields": list(columns[6]),
                "edit_id": drafts[0].edit_id,
                "before": [orjson.dumps(before).decode() for before in columns[8]],
            },
        )


def mendable_groups(job: ImportJob) -> list[ErrorGroup]:
    """Return the causes that a person can do something about, errors before warnings, most rows first. One query."""
    return [group for group in results.error_groups(job) if is_mendable(group.level, group.type, group.field)]


def is_mendable(level: str, error_type: str, field: str) -> bool:
    """Tell whether another value helps against what is wrong."""
    if level == ErrorLogEntry.Level.ERROR:
        return True
    is_value = level == ErrorLogEntry.Level.WARNING and error_type == mending.MENDABLE_WARNING
    return is_value and field not in mending.NOT_MENDABLE
