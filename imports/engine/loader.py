"""A planned chunk into PostgreSQL, set by set. The SQL is in sql/."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib import resources
from typing import Any, LiteralString
from uuid import UUID

import orjson
from psycopg import Cursor

from imports.engine.matching import COLUMNS, EMAIL, PHONE, KnownContact, Plan, columns_of
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


@dataclass(frozen=True, slots=True)
class LogLine:
    """One line of the error log, ready to be stored."""

    id: UUID
    row_index: int
    row_number: int
    level: str  # "error", "duplicate" or "warning"
    type: str
    field: str
    message: str
    row: dict[str, str] | None  # header → text as read; None where the rows file keeps it


@cache
def _sql(name: str) -> LiteralString:
    return resources.files("imports.engine").joinpath("sql", f"{name}.sql").read_text("utf-8")


def _json(value: object) -> str:
    return orjson.dumps(value).decode()


def staged_text(records: Sequence[Record], ids: Sequence[UUID]) -> bytes:
    """Return records in COPY's text format for stage(), `ids[i]` beside `records[i]`.

    Apart from stage(), so that a chunk is written out while the one before it loads. PostgreSQL's documentation, COPY,
    "Text Format": tabs between values, one row a line, and a backslash before what would be either.
    """
    lines = []
    for record, contact_id in zip(records, ids, strict=True):
        attributes = _json(record.attributes) if record.attributes else "{}"
        row = (str(record.row_index), contact_id.hex, *columns_of(record), attributes)
        line = "\t".join(row)
        # Hardly any row has one: looking is cheaper than escaping.
        if "\\" in line or "\n" in line or "\r" in line or line.count("\t") >= len(row):
            line = "\t".join(value.translate(_ESCAPES) for value in row)
        lines.append(line)
    lines.append("")
    return "\n".join(lines).encode()


_ESCAPES = str.maketrans({"\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"})


def stage(cursor: Cursor[Any], staged: bytes) -> None:
    """Copy records, as staged_text() wrote them, into the staging table. Takes no lock that anybody waits for."""
    cursor.execute(_sql("create_staging"))
    columns = ", ".join(("row_index", "id", *COLUMNS, "attributes"))
    with cursor.copy(f"COPY staged_contacts ({columns}) FROM STDIN") as copy:
        copy.write(staged)


def find_contacts(
    cursor: Cursor[Any], records: Iterable[Record], target: Target, *, lock: bool = True
) -> list[KnownContact]:
    """Return the contacts that the keys of the staged records may mean; under "update" with all values, and locked."""
    parameters = {
        "tenant_id": target.tenant_id,
        "job_id": target.job_id,
        "by_email": "email" in target.match_fields,
        "by_phone": "phone" in target.match_fields,
        "ids": [record.irisx_id for record in records if record.irisx_id is not None],
    }
    if target.strategy is DuplicateStrategy.UPDATE:
        statement = _sql("find_contacts_with_values")
        cursor.execute(f"{statement} FOR NO KEY UPDATE" if lock else statement, parameters, binary=True)
        return [
            KnownContact(contact_id, created_at, list(rest[:-1]), orjson.loads(rest[-1]), is_own)
            for contact_id, created_at, is_own, *rest in cursor
        ]
    cursor.execute(_sql("find_contacts"), parameters, binary=True)
    found: dict[UUID, KnownContact] = {}
    for contact_id, created_at, email, phone, is_own in cursor:
        if contact_id not in found:
            columns = [""] * len(COLUMNS)
            columns[EMAIL], columns[PHONE] = email, phone
            found[contact_id] = KnownContact(contact_id, created_at, columns, {}, is_own)
    return list(found.values())


def write(cursor: Cursor[Any], plan: Plan, target: Target, now: datetime) -> None:
    """Write what the plan decided for the staged records: new contacts, updates, the change log, list members."""
    parameters: dict[str, Any] = {"tenant_id": target.tenant_id, "job_id": target.job_id, "now": now}
    if len(plan.not_inserted) < len(plan.outcomes):
        cursor.execute(_sql("insert_contacts"), {**parameters, "not_inserted": plan.not_inserted})
    if plan.updated:
        _copy(
            cursor,
            f"COPY staged_updates (id, {', '.join(COLUMNS)}, attributes) FROM STDIN",
            plan.updated.values(),
            lambda contact: (contact.id, *contact.columns, _json(contact.attributes)),
        )
        cursor.execute(_sql("update_contacts"), parameters)
    if plan.changes:
        _copy(
            cursor,
            "COPY staged_changes (contact_id, before, after) FROM STDIN",
            plan.changes.items(),
            lambda entry: (entry[0], _json(entry[1].before), _json(entry[1].after)),
        )
        cursor.execute(_sql("record_changes"), parameters)
    named = list(dict.fromkeys(filter(None, plan.contact_ids)))
    if target.list_id is not None and named:
        cursor.execute(_sql("add_members"), {**parameters, "list_id": target.list_id, "contact_ids": named})


def write_log(cursor: Cursor[Any], lines: Sequence[LogLine], target: Target, now: datetime) -> None:
    """Add lines to the error log."""
    if not lines:
        return
    _copy(
        cursor,
        "COPY staged_log (id, row_index, row_number, level, error_type, field, error_message, row_data) FROM STDIN",
        lines,
        lambda line: (
            line.id,
            line.row_index,
            line.row_number,
            line.level,
            line.type,
            line.field,
            line.message,
            None if line.row is None else _json(line.row),
        ),
    )
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


def _copy(
    cursor: Cursor[Any], statement: LiteralString, rows: Iterable[Any], as_row: Callable[[Any], tuple[Any, ...]]
) -> None:
    with cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row(as_row(row))
