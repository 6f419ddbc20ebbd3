"""Where one contact's values came from: the imports that made and changed it, newest first."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from contacts.fields import CUSTOM_PREFIX, FULL_NAME, Field, FieldType
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
    origin: Event | None = None  # of the import that wrote it last; None: none did, or it was changed here since


class Change(NamedTuple):
    """One value that an import changed. "" is a blank."""

    key: str  # a column of the contacts, or a key of their attributes
    label: str
    before: str
    after: str


class Event(NamedTuple):
    """What one import did to the contact. A deleted import is known only by what it did."""

    job: ImportJob | None
    job_url: str
    is_creation: bool
    changes: list[Change]


def values_of(contact: Contact, fields: Mapping[str, Field], events: Sequence[Event] = ()) -> list[Value]:
    """Return what is stored of a contact in the order of the fields; what is blank is left out.

    `events`: what imports did to it, newest first, for the origin of each value.
    """
    stored = {key: contact.value(key) for key in fields}
    known = {field.attribute for field in fields.values() if not field.is_column}
    # Attributes whose custom field was deleted: the values are still there.
    stray = {key: value for key, value in contact.attributes.items() if key not in known}
    values = [
        value_of(fields[key], value)._replace(origin=_origin(fields[key], value, events))
        for key, value in stored.items()
        if value not in ("", None)
    ]
    return values + [Value(key, shown(value)) for key, value in stray.items()]


def _origin(field: Field, value: Any, events: Sequence[Event]) -> Event | None:
    """Return what an import did that left this value behind.

    The newest one that changed the field, if it changed it to this. If none did, the one that made the contact, if it
    had a column for the field.
    """
    for event in events:
        for change in event.changes:
            if change.key == field.attribute:
                return event if change.after == shown(value) else None
        if event.is_creation and event.job and _targets(field) & event.job.mapping.targets:
            return event
    return None


def _targets(field: Field) -> set[str]:
    """Return what a column can be mapped to so that it fills the field."""
    return {field.key, FULL_NAME.key} if field.key in ("first_name", "last_name") else {field.key}


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
            [Change(key, _label(key, fields), shown(before), shown(after)) for key, before, after in event.changes],
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
