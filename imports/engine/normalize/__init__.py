"""Bring the text of a cell to the one form that we store and compare. One module per kind of value."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache, partial
from uuid import UUID

from imports.engine.errors import InvalidValue
from imports.engine.normalize.boolean import normalize_boolean
from imports.engine.normalize.country import normalize_country
from imports.engine.normalize.date import normalize_date
from imports.engine.normalize.email import normalize_email
from imports.engine.normalize.name import split_full_name
from imports.engine.normalize.number import normalize_number
from imports.engine.normalize.phone import normalize_phone
from imports.engine.normalize.tags import normalize_tags
from imports.engine.normalize.text import check_length, clean_line, clean_text, quoted, trimmed
from imports.engine.normalize.url import normalize_url
from imports.engine.schema import Field, FieldType

__all__ = [
    "Value",
    "as_text",
    "cell_reader",
    "normalize",
    "normalize_country",
    "normalize_email",
    "normalize_phone",
    "split_full_name",
]

Value = str | bool | list[str] | UUID

_UUID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}|[0-9a-f]{32}", re.IGNORECASE)


def normalize(field: Field, text: str, *, country: str = "", date_order: str | None = None) -> Value:
    """Return the value that a cell has for a field, or "" if the cell is blank.

    `country` (alpha-2) is where phone numbers without a country code belong; `date_order` is "dmy", "mdy", "ymd" or
    None. The text of a value (as_text) normalizes to the same value again.

    Raises InvalidValue, and nothing else, whatever the text.
    """
    if field.type is FieldType.PHONE:
        return normalize_phone(text, country)
    return _cached_cell_reader(field, date_order)(text)


def as_text(value: Value) -> str:
    """Return the value as text for a file, from which normalize() makes the same value again."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return ", ".join(value) if isinstance(value, list) else str(value)


def cell_reader(field: Field, *, date_order: str | None = None) -> Callable[[str], Value]:
    """Return the function from a cell of this field to its value; made once for a column, called for every row.

    Not for phone numbers, which need the row's country.
    """
    match field.type:
        case FieldType.EMAIL:
            return normalize_email
        case FieldType.DATE:
            return partial(normalize_date, date_order=date_order)
        case FieldType.COUNTRY:
            return normalize_country
        case FieldType.NUMBER:
            return normalize_number
        case FieldType.BOOLEAN:
            return normalize_boolean
        case FieldType.ID:
            return _normalize_id
        case FieldType.URL:
            return _limited(normalize_url, field.max_length)
        case FieldType.TAGS:
            return _limited_tags(field.max_length)
        case FieldType.NAME | FieldType.FULL_NAME:
            return _limited_text(clean_line, field.max_length)
        case FieldType.TEXT:
            # Company and title are one line each; notes and addresses keep their lines.
            return _limited_text(clean_line if field.is_column else clean_text, field.max_length)
    raise AssertionError(f"{field.key}: no cell reader for {field.type}")


_cached_cell_reader = lru_cache(maxsize=256)(lambda field, date_order: cell_reader(field, date_order=date_order))


def _limited(clean: Callable[[str], str], max_length: int | None) -> Callable[[str], Value]:
    if max_length is None:
        return clean

    def read(text: str) -> Value:
        return check_length(clean(text), max_length)

    return read


def _limited_text(clean: Callable[[str], str], max_length: int | None) -> Callable[[str], Value]:
    careful = _limited(clean, max_length)
    most = max_length or 0

    def read(text: str) -> Value:
        # The common case without a further call: six of ten columns are read here.
        if len(text) <= most and text.isascii() and text.isprintable() and "  " not in text:
            return trimmed(text)
        return careful(text)

    return read


def _limited_tags(max_length: int | None) -> Callable[[str], Value]:
    def read(text: str) -> Value:
        tags = normalize_tags(text)
        check_length(", ".join(tags), max_length)
        return tags or ""

    return read


def _normalize_id(text: str) -> Value:
    cleaned = clean_text(text)
    if not cleaned:
        return ""
    if not _UUID.fullmatch(cleaned):
        raise InvalidValue("id_invalid", f"{quoted(cleaned)} is not an IRISX ID. Leave IDs as they were exported.")
    return UUID(cleaned)
