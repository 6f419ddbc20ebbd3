"""A planned chunk into PostgreSQL, set by set. The SQL is in sql/."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib import resources
from itertools import islice
from typing import Any, LiteralString, NamedTuple
from uuid import UUID

import orjson
from psycopg import Cursor

from imports.engine.errors import CellIssue
from imports.engine.matching import COLUMNS, ContactId, KnownContact, Plan, Settled
from imports.engine.schema import DuplicateStrategy, Record

NO_CONTACT = bytes(16)
"""What the ledger keeps for a row without a contact."""


@dataclass(frozen=True, slots=True)
class Target:
    """Whose contacts the rows become, and on whose account."""

    tenant_id: int
    job_id: UUID
    strategy: DuplicateStrategy
    match_fields: tuple[str, ...]
    list_id: UUID | None = None
    run_no: int = 0


class LogLine(NamedTuple):
    """One line of the error log, ready to be stored."""

    id: bytes  # 16, of a UUID
    row_index: int
    row_number: int
    level: str  # "error", "duplicate" or "warning"
    issue: CellIssue
    row: dict[str, str] | None  # header → text as read; None where the rows file keeps it


@cache
def _sql(name: str) -> LiteralString:
    return resources.files("imports.engine").joinpath("sql", f"{name}.sql").read_text("utf-8")


def _json(value: object) -> str:
    return orjson.dumps(value).decode()


def staged_text(records: Sequence[Record], ids: Sequence[ContactId]) -> bytes:
    """Return records in COPY's text format for stage(), `ids[i]` beside `records[i]`.

    Apart from stage(), so that a chunk is written out while the one before it loads.
    """
    return _copy_text(
        (str(row_index), contact_id.hex(), *columns, _json(attributes) if attributes else "{}")
        for contact_id, (row_index, _, *columns, attributes, _, _) in zip(ids, records, strict=True)
    )


def _copy_text(rows: Iterable[Sequence[str]]) -> bytes:
    """Return rows in COPY's text format: tabs between values, one row a line, a backslash before what would be either.

    PostgreSQL's documentation, COPY, "Text Format". Rows as a whole are five times as fast as psycopg's write_row().
    """
    # Part by part: rows of a wide source take as much memory as their text, more than once.
    rows = iter(rows)
    return b"".join([_copy_lines(part) for part in iter(lambda: list(islice(rows, _PART_ROWS)), [])])


def _copy_lines(rows: Sequence[Sequence[str]]) -> bytes:
    # Encoded line by line: in one text with a letter of another script, each character would take two bytes or four.
    lines = [line.encode() for line in map("\t".join, rows)]
    text = b"\n".join([*lines, b""])
    # Hardly any line has one: looking is cheaper than escaping.
    tabs = len(rows[0]) - 1
    if b"\\" in text or b"\r" in text or text.count(b"\n") > len(rows) or text.count(b"\t") > tabs * len(rows):
        for place, line in enumerate(lines):
            if b"\\" in line or b"\r" in line or b"\n" in line or line.count(b"\t") > tabs:
                lines[place] = "\t".join([_escaped(value) for value in rows[place]]).encode()
        text = b"\n".join([*lines, b""])
    return text


_PART_ROWS = 500


def _escaped(value: str) -> str:
    # The backslash first. Not translate(), which takes ten times as long for a text that has one.
    return value.replace("\\", "\\\\").replace("\n", "\\n").replace("\r", "\\r").replace("\t", "\\t")


def stage(cursor: Cursor[Any], staged: bytes) -> None:
    """Copy records, as staged_text() wrote them, into the staging table. Takes no lock that anybody waits for."""
    cursor.execute(_sql("begin_chunk"))
    _copy(cursor, "staged_contacts", ("row_index", "id", *COLUMNS, "attributes"), staged)


def _copy(cursor: Cursor[Any], table: LiteralString, columns: Sequence[LiteralString], text: bytes) -> None:
    """Fill a staging table, which is made if this is the session's first use of it."""
    cursor.execute(_sql(f"create_{table}"))
    with cursor.copy(f"COPY {table} ({', '.join(columns)}) FROM STDIN") as copy:
        copy.write(text)


def update_pairs(
    cursor: Cursor[Any],
    records: Sequence[Record],
    entangled: Iterable[int],
    target: Target,
    *,
    began: datetime,
    now: datetime,
) -> Settled:
    """Write staged records over their contacts where neither has to do with any other of the chunk.

    `entangled` is what entangled_places() returns. `began` is when the import did: no chunk of it has an earlier `now`.
    """
    cursor.execute(
        _sql("update_pairs"),
        {
            "tenant_id": target.tenant_id,
            "job_id": target.job_id,
            "now": now,
            "began": began,
            "entangled": [records[place].row_index for place in entangled],
            "ids": [record.irisx_id for record in records if record.irisx_id is not None],
            "by_email": "email" in target.match_fields,
            "by_phone": "phone" in target.match_fields,
            "phone_first": target.match_fields[0] == "phone",
        },
        binary=True,
    )
    return Settled(*cursor.fetchone() or (b"", b""))


def find_contacts(cursor: Cursor[Any], records: Sequence[Record], target: Target) -> list[KnownContact]:
    """Return the contacts that the keys of staged records may mean; under "update" with all values.

    None is locked: who changes contacts holds the tenant's lock, and the import does by now.
    """
    parameters = {
        "tenant_id": target.tenant_id,
        "job_id": target.job_id,
        "by_email": "email" in target.match_fields,
        "by_phone": "phone" in target.match_fields,
        "ids": [record.irisx_id for record in records if record.irisx_id is not None],
    }
    if target.strategy is DuplicateStrategy.UPDATE:
        rows = [record.row_index for record in records]
        cursor.execute(_sql("find_contacts_with_values"), {**parameters, "rows": rows}, binary=True)
        return [
            KnownContact(contact_id, created_at, columns, orjson.loads(attributes), is_own)
            for contact_id, created_at, is_own, *columns, attributes in cursor.fetchall()
        ]
    cursor.execute(_sql("find_contacts"), parameters, binary=True)
    found: dict[ContactId, KnownContact] = {}
    for contact_id, created_at, email, phone, is_own in cursor.fetchall():
        if contact_id not in found:
            found[contact_id] = KnownContact(contact_id, created_at, ["", "", email, phone, "", ""], {}, is_own)
    return list(found.values())


def write_contacts(cursor: Cursor[Any], plan: Plan, target: Target, now: datetime) -> None:
    """Write what the plan decided for the staged records: new contacts, updates, list members."""
    parameters: dict[str, Any] = {"tenant_id": target.tenant_id, "job_id": target.job_id, "now": now}
    if len(plan.not_inserted) < len(plan.outcomes):
        cursor.execute(_sql("insert_contacts"), {**parameters, "not_inserted": plan.not_inserted})
    if plan.updated:
        updates = ((contact.id.hex(), *contact.columns, _json(contact.attributes)) for contact in plan.updated.values())
        _copy(cursor, "staged_updates", ("id", *COLUMNS, "attributes"), _copy_text(updates))
        cursor.execute(_sql("update_contacts"), parameters)
    if target.list_id is not None:
        named = [UUID(bytes=contact_id) for contact_id in dict.fromkeys(filter(None, plan.contact_ids))]
        if named:
            cursor.execute(_sql("add_members"), {**parameters, "list_id": target.list_id, "contact_ids": named})


def changes_text(plan: Plan) -> bytes:
    """Return what the plan's updates change, for write_changes()."""
    return _copy_text((key.hex(), _json(change.before), _json(change.after)) for key, change in plan.changes.items())


def write_changes(cursor: Cursor[Any], changes: bytes, target: Target) -> None:
    """Keep what updates changed, as changes_text() wrote it."""
    if changes:
        _copy(cursor, "staged_changes", ("contact_id", "before", "after"), changes)
        cursor.execute(_sql("record_changes"), {"tenant_id": target.tenant_id, "job_id": target.job_id})


def log_text(lines: Sequence[LogLine]) -> bytes:
    """Return lines of the error log, for write_log()."""
    return _copy_text(
        (
            line_id.hex(),
            str(row_index),
            str(row_number),
            level,
            issue.type,
            issue.field,
            issue.message,
            # No row is without a cell, so {} can stand for none.
            "{}" if row is None else _json(row),
        )
        for line_id, row_index, row_number, level, issue, row in lines
    )


def write_log(cursor: Cursor[Any], lines: bytes, target: Target, now: datetime) -> None:
    """Add lines to the error log, as log_text() wrote them."""
    if lines:
        columns = ("id", "row_index", "row_number", "level", "error_type", "field", "error_message", "row_data")
        _copy(cursor, "staged_log", columns, lines)
        cursor.execute(_sql("record_log"), {"tenant_id": target.tenant_id, "job_id": target.job_id, "now": now})


def write_ledger(cursor: Cursor[Any], target: Target, lo: int, hi: int, outcomes: bytes, contact_ids: bytes) -> None:
    """Record what became of rows lo to hi - 1: one byte of outcome and 16 bytes of contact id each.

    Raises psycopg's UniqueViolation if the chunk is there already.
    """
    cursor.execute(
        _sql("record_chunk"),
        {
            "tenant_id": target.tenant_id,
            "job_id": target.job_id,
            "run_no": target.run_no,
            "lo": lo,
            "hi": hi,
            "outcomes": outcomes,
            "contact_ids": contact_ids,
        },
    )
