"""The columns of the contacts page: which there are, which somebody chose, and what stands in them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple
from uuid import UUID

from django.http import HttpRequest, HttpResponse

from contacts import ordering
from contacts.fields import FULL_NAME, IRISX_ID, Field
from contacts.models import Contact
from imports.models import ImportJob
from portals.provenance import Value, value_of
from portals.templatetags.portal import day

COOKIE = "contact_columns"
_COOKIE_SECONDS = 365 * 24 * 3600
_DEFAULT = ("email", "phone", "company", "city", "changed")
MOST = 12
# In the first column, or no value of a contact.
_NEVER = {"first_name", "last_name", FULL_NAME.key, IRISX_ID.key}
# What is known of a contact beside its fields.
_OTHERS = {"changed_by": "Last changed by", "created": "Added", "changed": "Changed"}


class Column(NamedTuple):
    """A column that can be shown."""

    key: str
    label: str
    order: str  # what contacts are put in order by; "" where they cannot be

    @property
    def is_day(self) -> bool:
        return self.key in ("created", "changed")


class Cell(NamedTuple):
    """What stands in a column for one contact."""

    column: Column
    value: Value
    job: ImportJob | None = None  # what the value names


def all_columns(fields: Mapping[str, Field]) -> dict[str, Column]:
    """Return every column there is for a tenant's fields, by key."""
    of_fields = {
        key: Column(key, field.label, field.attribute if not field.is_column else key)
        for key, field in fields.items()
        if key not in _NEVER
    }
    orders = {"changed": ordering.CHANGED}
    return of_fields | {key: Column(key, label, orders.get(key, "")) for key, label in _OTHERS.items()}


def chosen_columns(request: HttpRequest, fields: Mapping[str, Field]) -> list[Column]:
    """Return the columns that this browser chose, as far as the tenant has them; else those of everybody."""
    columns = all_columns(fields)
    keys = request.COOKIES.get(COOKIE, "").split(",")
    chosen = [columns[key] for key in columns if key in keys][:MOST]
    return chosen or [columns[key] for key in _DEFAULT]


def remember(response: HttpResponse, keys: list[str]) -> None:
    """Have the browser keep the choice for a year, whoever signs in; the page is all it says something about."""
    response.set_cookie(COOKIE, ",".join(keys), max_age=_COOKIE_SECONDS, httponly=True, samesite="Lax")


def cells_of(
    contact: Contact, columns: list[Column], fields: Mapping[str, Field], jobs: Mapping[UUID, ImportJob]
) -> list[Cell]:
    """Return what stands in the columns for a contact. `jobs`: the imports that touched it last, by id."""
    return [_cell(contact, column, fields, jobs) for column in columns]


def _cell(contact: Contact, column: Column, fields: Mapping[str, Field], jobs: Mapping[UUID, ImportJob]) -> Cell:
    match column.key:
        case "created":
            return Cell(column, Value(column.label, day(contact.created_at)))
        case "changed":
            return Cell(column, Value(column.label, day(contact.updated_at)))
        case "changed_by":
            job_id = contact.last_job_id or contact.import_job_id
            job = jobs.get(job_id) if job_id else None
            return Cell(column, Value(column.label, str(job) if job else ""), job)
        case key:
            return Cell(column, value_of(fields[key], contact.value(key)))
