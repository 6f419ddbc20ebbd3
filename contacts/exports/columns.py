"""The columns of an export: which fields, in which order, under which header."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from contacts import fields, services
from contacts.fields import Field
from imports.engine.mapping import fold_header
from irisx.accounts.models import Tenant

# Fixed: clients read them by these names.
CORE_HEADERS = {
    "first_name": "First Name",
    "last_name": "Last Name",
    "email": "Email",
    "phone": "Phone",
    "company": "Company",
    "title": "Title",
}


@dataclass(frozen=True, slots=True)
class ExportColumn:
    """A field of the contacts and the header that it goes out under."""

    field: Field
    header: str


def columns_of(tenant: Tenant, chosen: Sequence[str] = (), *, keeps_order: bool = False) -> list[ExportColumn]:
    """Return the columns of a tenant's export: the six of everybody, then all others by label, last the IRISX ID.

    `chosen` (field keys), where there are any, leaves out what it does not name; with `keeps_order` it is their order,
    too. Raises Invalid("unknown_field").
    """
    known = services.fields_of(tenant)
    exported = {key: field for key, field in known.items() if key != fields.FULL_NAME.key}
    for key in chosen:
        if key not in exported:
            raise services.unknown_field(key)
    others = [field for field in exported.values() if not field.is_column and field.key != fields.IRISX_ID.key]
    in_order = [
        *fields.CORE,
        *sorted(others, key=lambda field: (field.label.casefold(), field.key)),
        fields.IRISX_ID,
    ]
    headers = _headers(list(known.values()))
    if chosen and keeps_order:
        return [ExportColumn(exported[key], headers[key]) for key in dict.fromkeys(chosen)]
    return [ExportColumn(field, headers[field.key]) for field in in_order if not chosen or field.key in chosen]


def _headers(known: Collection[Field]) -> dict[str, str]:
    """Return field key → header: the label, but the key where a label would be taken for another field.

    So an import of the file finds each field again by the name of its column.
    """
    holders: dict[str, set[str]] = {}
    for field in known:
        for name in (field.label, field.attribute, field.key, CORE_HEADERS.get(field.key, "")):
            holders.setdefault(_letters(name), set()).add(field.key)
    return {
        field.key: CORE_HEADERS.get(field.key)
        or (field.label if holders[_letters(field.label)] == {field.key} else field.key)
        for field in known
    }


def _letters(name: str) -> str:
    """Return what tells names of fields apart; "" for a name without letters, which tells nothing."""
    return fold_header(name).replace(" ", "")
