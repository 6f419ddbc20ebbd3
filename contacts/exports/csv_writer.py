"""Contacts as CSV (RFC 4180, UTF-8, every cell quoted), written by PostgreSQL itself."""

from __future__ import annotations

from collections.abc import Sequence
from typing import IO

from contacts.exports import query
from contacts.exports.columns import ExportColumn
from imports.engine.formulas import harmless


def write(file: IO[bytes], columns: Sequence[ExportColumn], scope: query.Scope) -> int:
    """Write the contacts and return how many they are. Call inside the tenant's scope."""
    header = ",".join('"{}"'.format(harmless(column.header).replace('"', '""')) for column in columns)
    file.write(f"{header}\n".encode())
    count = 0
    for line in query.lines(*query.texts(columns, scope, harmless=True)):
        file.write(line)
        count += 1
    return count
