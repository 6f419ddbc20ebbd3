"""What a column can become: fields, their types, and the field mapping of one import."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, NamedTuple
from uuid import UUID

from imports.engine.errors import CellIssue

CUSTOM_PREFIX = "custom:"


class DuplicateStrategy(StrEnum):
    """What happens to a row that matches a contact."""

    SKIP = "skip"  # the contact stays; the row is logged as a duplicate
    UPDATE = "update"  # the mapped values that are not blank are written
    CREATE_NEW = "create_new"  # always a new contact


class FieldType(StrEnum):
    """Decides how a field's cells are normalized and stored."""

    TEXT = "text"
    NAME = "name"
    FULL_NAME = "full_name"  # split into first and last name
    EMAIL = "email"
    PHONE = "phone"
    DATE = "date"
    COUNTRY = "country"
    URL = "url"
    NUMBER = "number"
    BOOLEAN = "boolean"
    TAGS = "tags"
    ID = "id"  # IRISX ID: finds a contact, is never written


@dataclass(frozen=True, slots=True)
class Field:
    """One thing we can know about a contact."""

    key: str  # "email", "city", "custom:plan"; as in field mappings and the API
    label: str  # for people: "E-mail"; also the header of an export
    type: FieldType
    max_length: int | None = None  # characters; longer text is an invalid value
    is_column: bool = False  # True: a column of contacts; False: a key of contacts.attributes

    @property
    def attribute(self) -> str:
        """The key inside contacts.attributes, without "custom:"; only for fields that are no column."""
        return self.key.removeprefix(CUSTOM_PREFIX)


@dataclass(frozen=True, slots=True)
class MappedColumn:
    """What one column of the source becomes."""

    header: str
    field: str | None  # a field key; None: not imported
    date_order: str | None = None  # "dmy", "mdy" or "ymd", where a date can be read in two ways
    country: str | None = None  # ISO 3166 alpha-2, for phone numbers without a country code


@dataclass(frozen=True, slots=True)
class FieldMapping:
    """Which column feeds which field. A field is given to one column at most."""

    columns: tuple[MappedColumn, ...]

    @property
    def targets(self) -> frozenset[str]:
        """Keys of the fields that some column feeds."""
        return frozenset(column.field for column in self.columns if column.field)

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> FieldMapping:
        """Read {header: field | null | {"field", "date_order", "country"}}, as the API takes it."""
        columns = []
        for header, target in stored.items():
            if isinstance(target, Mapping):
                columns.append(
                    MappedColumn(header, target.get("field"), target.get("date_order"), target.get("country"))
                )
            else:
                columns.append(MappedColumn(header, target))
        return cls(tuple(columns))

    def as_json(self) -> dict[str, Any]:
        """Return the same shape that from_json() reads; plain field keys where nothing else is said."""
        stored: dict[str, Any] = {}
        for column in self.columns:
            details = {"date_order": column.date_order, "country": column.country}
            said = {key: value for key, value in details.items() if value}
            stored[column.header] = {"field": column.field, **said} if said else column.field
        return stored


class Record(NamedTuple):
    """A row after mapping and normalizing. "" is a blank; a blank attribute is no key."""

    row_index: int  # dense, from 0; what the checkpoint counts
    row_number: int  # the source's own, what people see
    first_name: str
    last_name: str
    email: str  # as normalize_email() returns it
    phone: str  # E.164
    company: str
    title: str
    attributes: dict[str, Any]  # attribute key, without "custom:" → value in normal form
    irisx_id: UUID | None  # of the contact that this row is about, where the source says so
    warnings: tuple[CellIssue, ...]  # what was left out of the record, and why
