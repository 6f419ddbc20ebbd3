"""What a column can be mapped to: the columns of contacts, the well-known attributes, and tenants' custom fields."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping

from imports.engine.schema import CUSTOM_PREFIX, Field, FieldType

__all__ = [
    "BY_KEY",
    "CUSTOM_KEY",
    "CUSTOM_PREFIX",
    "CUSTOM_TYPES",
    "FULL_NAME",
    "IRISX_ID",
    "WELL_KNOWN",
    "Field",
    "FieldType",
    "custom_field",
    "custom_key",
    "is_custom_key",
]

CORE = (
    Field("first_name", "First name", FieldType.NAME, 200, is_column=True),
    Field("last_name", "Last name", FieldType.NAME, 200, is_column=True),
    Field("email", "E-mail", FieldType.EMAIL, 254, is_column=True),
    Field("phone", "Phone", FieldType.PHONE, 20, is_column=True),
    Field("company", "Company", FieldType.TEXT, 200, is_column=True),
    Field("title", "Title", FieldType.TEXT, 200, is_column=True),
)
ATTRIBUTES = (
    Field("street", "Street", FieldType.TEXT, 500),
    Field("city", "City", FieldType.TEXT, 200),
    Field("state", "State", FieldType.TEXT, 200),
    Field("postal_code", "Postal code", FieldType.TEXT, 40),
    Field("country", "Country", FieldType.COUNTRY, 2),
    Field("website", "Website", FieldType.URL, 2000),
    Field("birthday", "Birthday", FieldType.DATE, 10),
    Field("notes", "Notes", FieldType.TEXT, 32767),
    Field("tags", "Tags", FieldType.TAGS, 2000),
    Field("do_not_contact", "Do not contact", FieldType.BOOLEAN),
)
FULL_NAME = Field("full_name", "Full name", FieldType.FULL_NAME, 400)
IRISX_ID = Field("irisx_id", "IRISX ID", FieldType.ID, 36)

WELL_KNOWN = (*CORE, FULL_NAME, *ATTRIBUTES, IRISX_ID)
BY_KEY: Mapping[str, Field] = {field.key: field for field in WELL_KNOWN}

CUSTOM_TYPES = (FieldType.TEXT, FieldType.NUMBER, FieldType.DATE, FieldType.BOOLEAN, FieldType.URL)
CUSTOM_KEY = "^[a-z0-9][a-z0-9_]{0,62}$"


def custom_field(key: str, label: str, kind: FieldType = FieldType.TEXT) -> Field:
    """Return the field of a custom field's key (without "custom:")."""
    return Field(CUSTOM_PREFIX + key, label, kind, 32767)


def is_custom_key(key: str) -> bool:
    """Tell whether a custom field may have this key (without "custom:"): free, and a plain lower-case name."""
    return key not in BY_KEY and "\n" not in key and re.match(CUSTOM_KEY, key) is not None


def custom_key(label: str, taken: Iterable[str] = ()) -> str:
    """Return a free key for a custom field of this label, without "custom:", as "loyalty_card_no"."""
    folded = unicodedata.normalize("NFKD", label).encode("ascii", "ignore").decode().lower()
    stem = re.sub(r"[^a-z0-9]+", "_", folded).strip("_")[:50] or "field"
    occupied = {*taken, *BY_KEY}
    key, number = stem, 2
    while key in occupied:
        key, number = f"{stem}_{number}", number + 1
    return key
