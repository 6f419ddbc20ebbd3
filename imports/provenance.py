"""Where a contact's values came from: the imports that made and changed it. All of it inside the tenant's scope."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Case, Exists, OuterRef, UUIDField, Value, When

from contacts.models import Contact, ContactQuerySet
from imports.models import ImportChange, ImportChunk, ImportJob
from irisx.accounts.models import Tenant
from irisx.refusals import Invalid


class Change(NamedTuple):
    """One value that an import changed. None: it was unknown."""

    field: str  # a column or a key of attributes
    before: Any
    after: Any


class Event(NamedTuple):
    """What one import did to the contact. A deleted import is known only by what it did."""

    job_id: UUID
    job: ImportJob | None
    is_creation: bool
    changes: list[Change]


def events_of(contact: Contact) -> list[Event]:
    """Return what imports did to a contact, newest first. Two queries."""
    changes = {
        change.import_job_id: change
        for change in ImportChange.objects.filter(tenant_id=contact.tenant_id, contact_id=contact.pk)
    }
    job_ids: set[UUID] = {*changes, *filter(None, [contact.import_job_id, contact.last_job_id])}
    visible = ImportJob.objects.filter(tenant_id=contact.tenant_id, deleted_at=None)
    jobs = {job.pk: job for job in visible.filter(pk__in=job_ids).select_related("user")}
    events = [
        Event(
            job_id,
            jobs.get(job_id),
            job_id == contact.import_job_id,
            _changes(changes[job_id]) if job_id in changes else [],
        )
        for job_id in sorted(job_ids, reverse=True)  # ids rise with time
    ]
    return [event for event in events if event.job or event.is_creation or event.changes]


def _changes(change: ImportChange) -> list[Change]:
    keys = dict.fromkeys([*change.before, *change.after])
    return [Change(key, change.before.get(key), change.after.get(key)) for key in keys]


# The contacts of an import -------------------------------------------------------------------------------------------

_CLOCKS_DIFFER = timedelta(minutes=10)
_LAST = UUID(int=2**128 - 1)


def touched_by(contacts: ContactQuerySet, tenant: Tenant, job: ImportJob) -> list[ContactQuerySet]:
    """Return those of the contacts that an import made, and those that it changed. No query.

    As two sets: one condition for both would be tried on contact after contact.
    """
    made = contacts.filter(import_job_id=job.pk, pk__gte=_id_at(job.created_at - _CLOCKS_DIFFER))
    if job.completed_at:
        corrected = Exists(ImportChunk.objects.filter(tenant=tenant, import_job=job, run_no__gt=0))
        last = Value(_id_at(job.completed_at + _CLOCKS_DIFFER), output_field=UUIDField())
        # Corrections make contacts later. Not one condition OR the other, for which no index is used.
        made = made.filter(pk__lte=Case(When(corrected, then=Value(_LAST, output_field=UUIDField())), default=last))
    changes = ImportChange.objects.filter(tenant=tenant, import_job=job)
    return [made, contacts.filter(Exists(changes.filter(contact_id=OuterRef("pk"))))]


def touched_by_import(contacts: ContactQuerySet, tenant: Tenant, import_id: UUID) -> list[ContactQuerySet]:
    """Return what touched_by() does of the tenant's import of that id. Raises Invalid("unknown_import")."""
    job = ImportJob.objects.for_tenant(tenant).filter(pk=import_id).first()
    if job is None:
        message = f"There is no import {import_id}. Choose one of your imports."
        raise Invalid("unknown_import", message, field="import_id")
    return touched_by(contacts, tenant, job)


def _id_at(moment: datetime) -> UUID:
    """Return the least id that is made at this moment: RFC 9562 section 5.7, milliseconds in the first 48 bits.

    An import's contacts have no index of their own, which would cost every imported row; their ids tell when it ran.
    """
    return UUID(int=int(moment.timestamp() * 1000) << 80)
