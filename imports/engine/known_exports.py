"""Exports of well-known systems: known by their headers, and what their columns become. The data is beside this."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources

from imports.engine.headers import fold_header

__all__ = ["KnownExport", "all_known", "recognize"]


@dataclass(frozen=True, slots=True)
class KnownExport:
    """One system's export."""

    system: str  # "Google Contacts"
    known_by: frozenset[str]  # folded headers that together no other system's export has
    fields: Mapping[str, str | None]  # folded header → field key, in the order of preference; None: not imported

    def fields_of(self, columns: Sequence[tuple[str, Sequence[str]]]) -> dict[str, str | None]:
        """Return what becomes of the (header, values) columns, by folded header; each field once.

        Of several columns for a field the first has it that is filled, or else the first. Columns that are left empty
        over are not named.
        """
        filled = {fold_header(header): any(value.strip() for value in values) for header, values in columns}
        given: dict[str, str] = {}  # field → folded header
        for header, field in self.fields.items():
            if field is None or header not in filled:
                continue
            if field not in given or (filled[header] and not filled[given[field]]):
                given[field] = header
        left_out: dict[str, str | None] = {
            header: None for header, field in self.fields.items() if field is None and header in filled
        }
        return left_out | {header: field for field, header in given.items()}


@cache
def all_known() -> tuple[KnownExport, ...]:
    """Return the exports that we know. A system may have several."""
    text = resources.files(__package__).joinpath("known_exports.txt").read_text("utf-8")
    return tuple(map(_read, re.split(r"^## ", text, flags=re.MULTILINE)[1:]))


def _read(text: str) -> KnownExport:
    system, _, columns = text.strip().partition("\n")
    known_by: set[str] = set()
    fields: dict[str, str | None] = {}
    for column in columns.replace("\n", " ").split(" | "):
        written, _, field = column.strip().partition(" = ")
        header = fold_header(written)
        fields[header] = field or None
        if written.startswith("*"):
            known_by.add(header)
    return KnownExport(system, frozenset(known_by), fields)


def recognize(headers: Sequence[str]) -> KnownExport | None:
    """Return the export that a file with these headers is; None if it is none that we know."""
    folded = set(map(fold_header, headers))
    fitting = [known for known in all_known() if known.known_by <= folded]
    return max(fitting, key=lambda known: len(known.known_by), default=None)
