"""Contacts out of IRISX, as CSV, Excel or JSON. What goes out comes in again by an import (update) as it was."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from enum import StrEnum
from typing import IO
from uuid import UUID

from contacts import search, services, touched
from contacts.exports import csv_writer, excel_writer, json_writer, query
from contacts.exports.columns import columns_of
from contacts.models import Contact, ContactList, ContactListMember, ContactQuerySet
from irisx.accounts.models import Tenant
from irisx.accounts.tenancy import tenant_scope

__all__ = ["CONTENT_TYPES", "ENDINGS", "Format", "Selection", "as_file", "check", "filename", "write"]


class Format(StrEnum):
    CSV = "csv"
    EXCEL = "excel"
    JSON = "json"


ENDINGS = {Format.CSV: "csv", Format.EXCEL: "xlsx", Format.JSON: "json"}
CONTENT_TYPES = {
    Format.CSV: "text/csv; charset=utf-8",
    Format.EXCEL: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    Format.JSON: "application/json",
}
_WRITERS = {Format.CSV: csv_writer.write, Format.EXCEL: excel_writer.write, Format.JSON: json_writer.write}


@dataclass(frozen=True, slots=True)
class Selection:
    """Which contacts go out, what of them, and how."""

    format: Format = Format.CSV
    list_id: UUID | None = None  # None: of every list and of none
    limit: int | None = None  # the oldest; None: all
    fields: tuple[str, ...] = ()  # field keys; (): all
    keeps_order: bool = False  # columns go out as `fields` has them; else in the order that programs count on
    search: str = ""  # as contacts.search takes it; "": whatever they begin with
    import_id: UUID | None = None  # made or changed by this import

    @property
    def is_narrowed(self) -> bool:
        """Whether more than a list decides whose turn it is."""
        return bool(self.search or self.import_id)


def check(tenant: Tenant, selection: Selection) -> None:
    """Raise Invalid if there can be no such export: unknown list or field, too many contacts for a sheet."""
    with tenant_scope(tenant):
        columns_of(tenant, selection.fields, keeps_order=selection.keeps_order)
        if selection.list_id is not None:
            services.list_of(tenant, selection.list_id)
        if selection.format is Format.EXCEL and not _fits_a_sheet(tenant, selection):
            raise excel_writer.too_many()


def _fits_a_sheet(tenant: Tenant, selection: Selection) -> bool:
    most = excel_writer.MAX_CONTACTS
    if selection.limit is not None and selection.limit <= most:
        return True
    if selection.is_narrowed:
        return not _narrowed(tenant, selection)[most : most + 1].exists()
    if selection.list_id is None:
        return not Contact.objects.for_tenant(tenant).newest_first()[most : most + 1].exists()
    members = ContactListMember.objects.filter(tenant=tenant, contact_list=selection.list_id)
    return not members.order_by("contact_id")[most : most + 1].exists()


def write(tenant: Tenant, selection: Selection, file: IO[bytes]) -> int:
    """Write the contacts as they are at one moment, and return how many they are. Raises what check() does."""
    check(tenant, selection)
    with tenant_scope(tenant):
        columns = columns_of(tenant, selection.fields, keeps_order=selection.keeps_order)
        among = _narrowed(tenant, selection) if selection.is_narrowed else None
        scope = query.Scope(tenant.pk, selection.list_id, selection.limit, among)
        return _WRITERS[selection.format](file, columns, scope)


def _narrowed(tenant: Tenant, selection: Selection) -> ContactQuerySet:
    """Return the contacts that a search text and an import leave of the tenant's, on the list if there is one."""
    contacts = Contact.objects.for_tenant(tenant)
    if selection.list_id is not None:
        contacts = contacts.on_list(services.list_of(tenant, selection.list_id))
    if selection.import_id is not None:
        made, changed = touched.touched_by(contacts, tenant, selection.import_id)
        contacts = contacts.filter(pk__in=made.values("pk").union(changed.values("pk"), all=True))
    return search.beginning_with(contacts, tenant, selection.search)


def filename(tenant: Tenant, selection: Selection) -> str:
    """Return what a download is called: after the list, where it is one."""
    name = "contacts"
    if selection.list_id is not None:
        with tenant_scope(tenant):
            chosen = ContactList.objects.for_tenant(tenant).filter(pk=selection.list_id).first()
        name = chosen.name if chosen else name
    return f"{name}.{ENDINGS[selection.format]}"


def as_file(tenant: Tenant, selection: Selection) -> IO[bytes]:
    """Return the contacts as an open temporary file that is gone once closed.

    Written as a whole before anything is sent, so that no transaction waits for a slow client.
    """
    file = tempfile.TemporaryFile()  # noqa: SIM115 (the response closes it)
    try:
        write(tenant, selection, file)
        file.seek(0)
    except BaseException:
        file.close()
        raise
    return file
