"""Where one contact's values came from: the imports that made and changed it, newest first."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple
from uuid import UUID

from contacts.fields import CUSTOM_PREFIX, Field, FieldType
from contacts.models import Contact
from imports import provenance
from imports.engine.normalize.country import country_names
from imports.models import ImportJob
from portals.templatetags.portal import phone


class Value(NamedTuple):
    """A field of a contact and what is stored in it."""

    label: str
    text: str
    is_link: bool = False  # a web address with http or https


class Change(NamedTuple):
    """One value that an import changed. "" is a blank."""

    label: str
    before: str
    after: str


class Event(NamedTuple):
    """What one import did to the contact. A deleted import is known only by what it did."""

    job: ImportJob | None
    job_url: str
    is_creation: bool
    changes: list[Change]


def values_of(contact: Contact, fields: Mapping[str, Field]) -> list[Value]:
    """Return what is stored of a contact in the order of the fields; what is blank is left out."""
    stored = {key: contact.value(key) for key in fields}
    known = {field.attribute for field in fields.values() if not field.is_column}
    # Attributes whose custom field was deleted: the values are still there.
    stray = {key: value for key, value in contact.attributes.items() if key not in known}
    values = [value_of(fields[key], value) for key, value in stored.items() if value not in ("", None)]
    return values + [Value(key, shown(value)) for key, value in stray.items()]


def value_of(field: Field, value: Any) -> Value:
    """Return a stored value as a page shows it."""
    text = shown(value)
    if field.type is FieldType.PHONE:
        text = phone(text)
    elif field.type is FieldType.COUNTRY:
        text = country_names().get(text, text)
    return Value(field.label, text, field.type is FieldType.URL and text.startswith(("http://", "https://")))


def summary_of(contact: Contact) -> str:
    """Return who somebody is in a line: "Buyer at Fjord Outdoor, Bristol"; "" if nothing is known."""
    role = " at ".join(filter(None, [contact.title, contact.company]))
    return ", ".join(filter(None, [role, shown(contact.attributes.get("city"))]))


def events_of(contact: Contact, fields: Mapping[str, Field], *, job_url: Callable[[UUID], str]) -> list[Event]:
    """Return what imports did to a contact, newest first. Two queries. `job_url`: the page of an import."""
    return [
        Event(
            event.job,
            job_url(event.job_id),
            event.is_creation,
            [Change(_label(key, fields), shown(before), shown(after)) for key, before, after in event.changes],
        )
        for event in provenance.events_of(contact)
    ]


def _label(key: str, fields: Mapping[str, Field]) -> str:
    field = fields.get(key) or fields.get(CUSTOM_PREFIX + key)
    return field.label if field else key


def shown(value: Any) -> str:
    """Return a stored value as text for people."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(str(one) for one in value)
    return "" if value is None else str(value)
