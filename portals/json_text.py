"""Contacts that somebody typed or pasted as JSON: what is wrong with the text and where, and what it would bring in."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.conf import settings

from contacts import services as contact_services
from contacts.json_values import text_of
from imports.connectors import contact_objects
from irisx import strict_json
from irisx.accounts.models import Tenant
from irisx.refusals import Invalid
from portals.provenance import shown

SAMPLES = 3

# What Python's parser says → what is wrong. Where another sign stands at the place, _reason() knows better.
_REASONS = {
    "Expecting property name enclosed in double quotes": "a key in double quotes is expected here",
    "Expecting ':' delimiter": "a colon is missing after the key",
    "Expecting value": "a value is missing here; texts stand in double quotes",
    "Unterminated string starting at": "the text that begins here has no closing double quote",
    "Invalid control character at": "a line break or tab stands inside a text; write \\n or \\t",
    "Invalid \\escape": "a backslash stands before a letter that it does not go with; write \\\\ for a backslash",
    "Invalid \\uXXXX escape": "\\u has to be followed by four digits of a hexadecimal number",
    "Extra data": "the list ends before here; take away what follows, or put all contacts into one list",
}


def contacts_of(text: str) -> list[dict[str, Any]]:
    """Return the contacts that the text lists: a list of objects, or what POST /v1/imports/bulk takes.

    Raises Invalid with a sentence that names line and column where the text is no JSON.
    """
    try:
        read = strict_json.read(text.encode())
    except json.JSONDecodeError as error:
        place = f"Line {error.lineno:,}, column {error.colno:,}"
        raise Invalid("malformed_json", f"{place}: {_reason(error)}.", field="contacts") from error
    except ValueError as error:
        raise Invalid("malformed_json", f"This JSON cannot be kept: {error}", field="contacts") from error
    if isinstance(read, dict) and "contacts" in read:
        if others := sorted(read.keys() - {"contacts"}):
            message = f"Beside “contacts” the text has “{others[0][:100]}”. Take it out; options are chosen below."
            raise Invalid("invalid_option", message, field="contacts")
        read = read["contacts"]
    elif isinstance(read, dict):
        read = [read]
    return contact_objects.checked(read, most=settings.BULK_MAX_CONTACTS, most_keys=settings.BULK_MAX_KEYS)


def _reason(error: json.JSONDecodeError) -> str:
    found = error.doc[error.pos :].lstrip()[:1]
    before = error.doc[: error.pos].rstrip()[-1:]
    if not error.doc.strip():
        return "there is nothing yet; paste a list of contacts"
    if not found and error.msg != "Unterminated string starting at":
        return "the text ends here, but a bracket or brace is still open"
    if found in ("]", "}") and before == ",":
        return f"there is a comma too many before “{found}”"
    if found == "'":
        return "texts stand in double quotes, not in single ones"
    if error.msg == "Expecting ',' delimiter":
        return "a comma is missing before this" if found in ('"', "{", "[") else f"“{found}” does not belong here"
    return _REASONS.get(error.msg, error.msg)


# What it would bring in ----------------------------------------------------------------------------------------------


class Key(NamedTuple):
    """A key of the contacts and what becomes of its values."""

    key: str
    field: str  # the field's label; "" for a key that is left out
    is_new: bool  # a custom field that the import makes
    samples: list[str]  # the first different values


@dataclass(frozen=True, slots=True)
class Check:
    """What the contacts of a text would bring in."""

    count: int
    keys: list[Key]
    can_match: bool  # a key is e-mail or phone; without, every row fails


def check_of(tenant: Tenant, contacts: list[dict[str, Any]]) -> Check:
    """Return what contacts would bring in, as checked() let them through. Inside the tenant's scope."""
    fields = contact_services.fields_of(tenant)
    names = list(dict.fromkeys(key for contact in contacts for key in contact))
    targets, new_fields = contact_objects.fields_of_keys(names, fields)
    keys = []
    for name in names:
        target = targets[name]
        is_new = target is not None and target not in fields
        label = new_fields[target.partition(":")[2]] if target and is_new else fields[target].label if target else ""
        keys.append(Key(name, label, is_new, _samples(contacts, name)))
    return Check(len(contacts), keys, not {"email", "phone"}.isdisjoint(targets.values()))


def _samples(contacts: list[dict[str, Any]], key: str) -> list[str]:
    found: dict[str, None] = {}
    for text in _texts(contacts, key):
        found.setdefault(text)
        if len(found) == SAMPLES:
            break
    return list(found)


def _texts(contacts: list[dict[str, Any]], key: str) -> Iterator[str]:
    """Yield the values of a key that are not blank, as the page shows them."""
    for contact in contacts:
        value = contact.get(key)
        if value in (None, "", []):
            continue
        text = text_of(value)
        yield shown(value) if text is None else text
