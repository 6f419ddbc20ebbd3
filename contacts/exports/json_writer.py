"""Contacts as JSON, as POST /v1/imports/bulk takes them: {"contacts": [{field key: value, …}, …]}."""

from __future__ import annotations

from collections.abc import Sequence
from typing import IO, Any

import orjson

from contacts.exports import query
from contacts.exports.columns import ExportColumn
from contacts.fields import IRISX_ID


def write(file: IO[bytes], columns: Sequence[ExportColumn], scope: query.Scope) -> int:
    """Write the contacts and return how many they are. Call inside the tenant's scope.

    Custom fields go by their keys without "custom:", as in a contact's attributes. Attributes that a contact does not
    have are left out.
    """
    names = [column.field.key for column in columns if column.field.is_column]
    attributes = {column.field.attribute for column in columns if not column.field.is_column}
    has_id = IRISX_ID.key in attributes
    count = 0
    file.write(b'{"contacts": [')
    for *texts, stored, contact_id in query.rows(*query.values(columns, scope)):
        contact: dict[str, Any] = dict(zip(names, texts, strict=True))
        contact |= {key: value for key, value in orjson.loads(stored).items() if key in attributes}
        if has_id:
            contact[IRISX_ID.key] = contact_id
        file.write(b",\n" if count else b"\n")
        file.write(orjson.dumps(contact))
        count += 1
    file.write(b"\n]}\n")
    return count
