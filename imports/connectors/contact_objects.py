"""Contacts that a program sends as JSON objects: each key becomes a column, each object a row, numbered from 1."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from contacts.fields import CUSTOM_PREFIX, Field, FieldType, custom_key
from contacts.json_values import text_of
from imports.engine.readers.columns import FIRST_ROWS, ColumnWatch
from imports.engine.readers.source import SourceColumn, SourceWarning
from imports.engine.rows_file import RowsFileWriter
from irisx.refusals import Invalid

KEY_MAX_CHARACTERS = 200
UNREADABLE_MAX_CHARACTERS = 1_000  # of an object or list in a value's place, as the error log shows it


@dataclass(frozen=True, slots=True)
class ObjectTable:
    """What became of the objects. Their rows are in the rows file."""

    columns: tuple[SourceColumn, ...]
    fields: dict[str, str | None]  # key of the objects → field key
    new_fields: dict[str, str]  # key (without "custom:") → label of the custom fields that are still to be made
    total_rows: int
    warnings: tuple[SourceWarning, ...]


def checked(contacts: Any, *, most: int, most_keys: int) -> list[dict[str, Any]]:
    """Return the contacts that a call gives.

    Raises Invalid unless they are 1 to `most` objects with at most `most_keys` different keys.
    """
    if not isinstance(contacts, list):
        raise Invalid("invalid_value", f"contacts: send a list of 1 to {most:,} objects.", field="contacts")
    if not contacts:
        raise Invalid("empty", f"There are no contacts in the list. Send 1 to {most:,}.", field="contacts")
    if len(contacts) > most:
        raise Invalid(
            "too_many_contacts",
            f"The list has {len(contacts):,} contacts. Send at most {most:,} a call.",
            field="contacts",
            limit=most,
        )
    keys: set[str] = set()
    for row, contact in enumerate(contacts, start=1):
        if not isinstance(contact, dict):
            raise Invalid(
                "invalid_value",
                f"contacts: number {row:,} is no object with keys and values.",
                field="contacts",
                row=row,
            )
        keys.update(contact)
        if len(keys) > most_keys:
            raise Invalid(
                "too_many_keys",
                f"Up to number {row:,} the contacts have more than {most_keys} different keys. Send fewer fields.",
                field="contacts",
                row=row,
                limit=most_keys,
            )
    if too_long := [key for key in keys if len(key) > KEY_MAX_CHARACTERS]:
        raise Invalid(
            "invalid_value",
            f"contacts: the key “{too_long[0][:40]}…” is longer than {KEY_MAX_CHARACTERS} characters.",
            field="contacts",
        )
    return contacts


def write_rows(contacts: Sequence[Mapping[str, Any]], rows_path: Path, fields: Mapping[str, Field]) -> ObjectTable:
    """Write the contacts to a rows file. `fields` are those that the tenant has, by field key."""
    keys = list(dict.fromkeys(key for contact in contacts for key in contact))
    targets, new_fields = fields_of_keys(keys, fields)
    tags = {key for key in keys if (field := fields.get(targets[key] or "")) and field.type is FieldType.TAGS}
    places = {key: place for place, key in enumerate(keys)}
    row_numbers = range(1, len(contacts) + 1)
    rows: list[list[str]] = []
    with RowsFileWriter(rows_path, keys) as writer:
        for row_index, contact in enumerate(contacts):
            cells = [""] * len(keys)
            for key, value in contact.items():
                text = _text(value, is_tags=key in tags)
                if text is None:
                    writer.leave_out(row_index, key, _as_json(value))
                else:
                    cells[places[key]] = text
            rows.append(cells)
        writer.write_all(row_numbers, rows)
    watch = ColumnWatch(len(keys), rows[:FIRST_ROWS], expects_scientific=False)
    watch.look(row_numbers, rows)
    return ObjectTable(watch.columns(keys), targets, new_fields, len(rows), tuple(watch.warnings(keys)))


# Keys ----------------------------------------------------------------------------------------------------------------


def fields_of_keys(keys: Sequence[str], fields: Mapping[str, Field]) -> tuple[dict[str, str | None], dict[str, str]]:
    """Return key → field key, each field once, and key → label of the custom fields that are to be made.

    A key names the field of this very key (a custom one with or without "custom:"); else the one that is called so but
    for case, spaces and signs ("firstName", "E-mail"); else a text field of its own, which is made. A blank key names
    none.
    """
    by_key = {**{field.attribute: key for key, field in fields.items()}, **{key: key for key in fields}}
    by_letters: dict[str, str] = {}
    for key, field in fields.items():
        for name in (field.attribute, field.label):
            by_letters.setdefault(_letters(name) or name, key)
    targets: dict[str, str | None] = dict.fromkeys(keys)
    free = set(fields)
    for find in (by_key.get, lambda name: by_letters.get(_letters(name))):
        for name in keys:
            if targets[name] is None and (found := find(name)) in free:
                targets[name] = found
                free.discard(found)
    taken = {field.attribute for field in fields.values()}
    new_fields: dict[str, str] = {}
    for name in keys:
        if targets[name] is None and (label := name.removeprefix(CUSTOM_PREFIX).strip()):
            made = custom_key(label, taken)
            taken.add(made)
            new_fields[made] = label
            targets[name] = CUSTOM_PREFIX + made
    return targets, new_fields


def _letters(name: str) -> str:
    """Return the letters and digits of a name in lower case, without accents."""
    folded = unicodedata.normalize("NFKD", name.removeprefix(CUSTOM_PREFIX)).casefold()
    return re.sub(r"[\W_]+", "", folded)


# Values --------------------------------------------------------------------------------------------------------------


def _text(value: Any, *, is_tags: bool) -> str | None:
    """Return a JSON value as a cell; None if it is an object or a list, which no cell can hold. Tags may be a list."""
    if is_tags and isinstance(value, list):
        texts = [text_of(tag) for tag in value]
        return None if None in texts else ", ".join(filter(None, texts))
    return text_of(value)


def _as_json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)[:UNREADABLE_MAX_CHARACTERS]
