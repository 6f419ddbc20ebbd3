"""The statements of an export. Each is one statement, so that it shows one moment, whatever imports write meanwhile."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import psycopg
from django.db import connection

from contacts.exports.columns import ExportColumn
from contacts.fields import BY_KEY, IRISX_ID, FieldType
from contacts.models import ContactQuerySet

ROWS_AT_ONCE = 2_000


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose contacts go out, and which of them."""

    tenant_id: int
    list_id: UUID | None = None
    limit: int | None = None
    among: ContactQuerySet | None = None  # None: the tenant's, or the list's; else these contacts alone


def texts(columns: Sequence[ExportColumn], scope: Scope, *, harmless: bool) -> tuple[str, dict[str, Any]]:
    """Return the statement that gives each contact's cells as text, oldest first, and its parameters.

    Its texts are those of imports.engine.normalize.as_text(); `harmless` has formulas disarmed.
    """
    names = [f"cell_{place}" for place in range(len(columns))]
    taken = ", ".join(f"{_taken(column)} AS {name}" for column, name in zip(columns, names, strict=True))
    shown = [_shown(column, name) for column, name in zip(columns, names, strict=True)]
    if harmless:
        shown = [
            cell if column.field in _NEVER_FORMULAS else _harmless(cell)
            for column, cell in zip(columns, shown, strict=True)
        ]
    source, parameters = _contacts(scope)
    cells = ", ".join(
        f"coalesce({cell}, '')" if _is_attribute(column) else cell for column, cell in zip(columns, shown, strict=True)
    )
    # OFFSET 0 keeps the planner from looking into the attributes anew wherever a cell is named.
    statement = f"SELECT {cells} FROM (SELECT {taken} {source} OFFSET 0) AS cells"  # noqa: S608 (names of ours)
    return statement, {**parameters, "first_characters": _FIRST_CHARACTERS, "formula": _FORMULA}


def values(columns: Sequence[ExportColumn], scope: Scope) -> tuple[str, dict[str, Any]]:
    """Return the statement that gives each contact's columns, its attributes as JSON text, and its id."""
    names = [f"contact.{column.field.key}" for column in columns if column.field.is_column]
    source, parameters = _contacts(scope)
    return f"SELECT {', '.join([*names, 'contact.attributes::text', 'contact.id::text'])} {source}", parameters


def rows(statement: str, parameters: dict[str, Any]) -> Iterator[tuple[str, ...]]:
    """Yield the rows of a statement, of which only some are in memory. Call inside the tenant's scope."""
    with psycopg.ServerCursor(connection.connection, "export") as cursor:
        cursor.itersize = ROWS_AT_ONCE
        cursor.execute(statement.encode(), parameters)
        yield from cursor


def lines(statement: str, parameters: dict[str, Any]) -> Iterator[bytes | bytearray | memoryview]:
    """Yield the rows of a statement as lines of CSV with every cell quoted. Call inside the tenant's scope."""
    # psycopg's own cursor, not Django's: its debugging kind knows no COPY with parameters.
    with (
        psycopg.ClientCursor(connection.connection) as cursor,
        cursor.copy(f"COPY ({statement}) TO STDOUT WITH (FORMAT csv, FORCE_QUOTE *)".encode(), parameters) as copy,
    ):
        yield from copy


def _contacts(scope: Scope) -> tuple[str, dict[str, Any]]:
    """Return what follows a SELECT: whose contacts, in which order, how many."""
    members = """
        JOIN contact_list_members AS member ON member.tenant_id = %(tenant_id)s
         AND member.contact_list_id = %(list_id)s AND member.contact_id = contact.id
    """
    among, parameters = _among(scope.among)
    return (
        f"""
        FROM contacts AS contact {members if scope.list_id else ""}
        WHERE contact.tenant_id = %(tenant_id)s
          -- As the index contacts_newest has it.
          AND contact.tenant_id::bigint = %(tenant_id)s
          {among}
        ORDER BY contact.id
        {"" if scope.limit is None else "LIMIT %(limit)s"}
        """,
        {"tenant_id": scope.tenant_id, "list_id": scope.list_id, "limit": scope.limit, **parameters},
    )


def _among(contacts: ContactQuerySet | None) -> tuple[str, dict[str, Any]]:
    """Return a condition that lets these contacts through, as a part of the one statement, and its parameters."""
    if contacts is None:
        return "", {}
    statement, values = contacts.order_by().values("pk").query.sql_with_params()
    # Django's parameters go by their places, ours by names: one statement takes one kind.
    named = {f"among_{place}": value for place, value in enumerate(values)}
    names = iter(named)
    return f"AND contact.id IN ({re.sub('%s', lambda _: f'%({next(names)})s', statement)})", named


# Cells ---------------------------------------------------------------------------------------------------------------


def _is_attribute(column: ExportColumn) -> bool:
    return not column.field.is_column and column.field.type is not FieldType.ID


def _taken(column: ExportColumn) -> str:
    """Return the expression that takes a cell out of a contact; NULL where it has no such attribute."""
    field = column.field
    if field.is_column:
        return f"contact.{field.key}"
    if field.type is FieldType.ID:
        return "contact.id::text"
    # No quotation mark can be in it: keys are small letters, digits and _, and a constraint says so.
    return f"contact.attributes->>'{field.attribute}'"


def _shown(column: ExportColumn, cell: str) -> str:
    """Return the expression of the text for a cell that was taken out."""
    match column.field.type:
        case FieldType.BOOLEAN:
            return f"CASE {cell} WHEN 'true' THEN 'yes' WHEN 'false' THEN 'no' ELSE {cell} END"
        case FieldType.TAGS:
            # JSON: ["vip", "fair"]. Nearly always it takes no more than to put commas for what stands between.
            between = f"replace(substr({cell}, 3, length({cell}) - 4), '\", \"', ', ')"
            each = f"jsonb_array_elements_text({cell}::jsonb) WITH ORDINALITY AS tags (tag, place)"
            in_order = f"SELECT string_agg(tag, ', ' ORDER BY place) FROM {each}"  # noqa: S608 (a name of ours)
            return (
                f"CASE WHEN {cell} IS NULL THEN NULL"
                f" WHEN starts_with({cell}, '[\"') AND strpos({cell}, chr(92)) = 0 THEN {between}"
                f" WHEN starts_with({cell}, '[') THEN ({in_order}) ELSE {cell} END"
            )
        case _:
            return cell


# As imports/engine/formulas.py has it; change the two together. The first character is looked at before: a regular
# expression for each cell would take longer than all the rest.
_FIRST_CHARACTERS = [ord(character) for character in "'=+-@\t\r\n＝"]
_FORMULA = r"^'*[=+@\t\r\n＝-]"
# Letters, digits and "https" come first in these, whoever fills them.
_NEVER_FORMULAS = frozenset({IRISX_ID, *(BY_KEY[key] for key in ("country", "website", "birthday", "do_not_contact"))})


def _harmless(cell: str) -> str:
    # A plus, and nothing but digits behind it. Said otherwise, this would take twice the time, or five times.
    is_phone = f"ascii({cell}) = 43 AND octet_length({cell}) BETWEEN 8 AND 16 AND {cell} !~ '.[^0-9]'"
    is_formula = f"ascii({cell}) <> 39 OR {cell} ~ %(formula)s"  # 39: the apostrophe alone makes none
    disarmed = f"CASE WHEN {is_phone} THEN {cell} WHEN {is_formula} THEN '''' || {cell} ELSE {cell} END"
    return f"CASE WHEN ascii({cell}) = ANY (%(first_characters)s::int[]) THEN {disarmed} ELSE {cell} END"
