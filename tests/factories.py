"""What tests make: contacts, jobs, and imports from a few lines of CSV. Plain functions with sensible defaults."""

from __future__ import annotations

import tempfile
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.utils import timezone

from contacts.fields import custom_key
from contacts.models import Contact, ContactList, CustomField, ExportJob
from imports import runner, services
from imports.connectors.interface import RemoteSource
from imports.engine.schema import FieldMapping
from imports.models import ErrorLogEntry, ImportJob, ImportSchedule, SavedFieldMapping
from imports.options import ImportOptions
from imports.schedules.drift import Baseline
from imports.webhooks.models import WebhookDelivery, WebhookEndpoint, WebhookEvent
from irisx.accounts.models import Tenant, User
from irisx.accounts.tenancy import ALL, tenant_scope
from irisx.ids import uuid7

PEOPLE = (
    "First Name,Last Name,Email,Phone\nMaya,Hollister,maya@example.com,+12125550143\nDerek,Okafor,derek@example.com,\n"
)


def make_contact(tenant: Tenant, **values: Any) -> Contact:
    """Store one contact as it is given: values in normal form."""
    with tenant_scope(tenant):
        return Contact.objects.create(tenant=tenant, **values)


def make_list(tenant: Tenant, name: str = "Customers") -> ContactList:
    with tenant_scope(tenant):
        return ContactList.objects.create(tenant=tenant, name=name)


def make_field(tenant: Tenant, label: str = "Plan") -> CustomField:
    with tenant_scope(tenant):
        return CustomField.objects.create(tenant=tenant, key=custom_key(label), label=label)


def make_export(tenant: Tenant, **values: Any) -> ExportJob:
    """Store an export that nobody works on."""
    with tenant_scope(tenant):
        return ExportJob.objects.create(tenant=tenant, **{"format": "csv", **values})


def make_job(tenant: Tenant, **values: Any) -> ImportJob:
    """Store a job without a source, in whatever state."""
    defaults = {"source_type": "csv", "filename": "people.csv", "duplicate_match_fields": ["email", "phone"]}
    with tenant_scope(tenant):
        return ImportJob.objects.create(tenant=tenant, **{**defaults, **values})


def make_webhook_endpoint(tenant: Tenant, **values: Any) -> WebhookEndpoint:
    """Store an address that is told of everything."""
    defaults = {"url": "https://example.com/hook", "events": list(WebhookEvent.values)}
    with tenant_scope(tenant):
        return WebhookEndpoint.objects.create(tenant=tenant, **{**defaults, **values})


def make_webhook_delivery(tenant: Tenant, **values: Any) -> WebhookDelivery:
    """Store a delivery that was never tried, to an endpoint of its own unless one is given."""
    endpoint = values.pop("endpoint", None) or make_webhook_endpoint(tenant)
    defaults = {"lane": endpoint.pk, "job_id": uuid7(), "event": "completed", "body": "{}", "due_at": timezone.now()}
    with tenant_scope(tenant):
        return WebhookDelivery.objects.create(tenant=tenant, endpoint=endpoint, **{**defaults, **values})


def make_saved_mapping(tenant: Tenant, **values: Any) -> SavedFieldMapping:
    """Keep a field mapping."""
    defaults = {"name": "Leads", "mapping": {"Email": "email"}}
    with tenant_scope(tenant):
        return SavedFieldMapping.objects.create(tenant=tenant, **{**defaults, **values})


def make_schedule(tenant: Tenant, **values: Any) -> ImportSchedule:
    """Store a schedule of a sheet that nobody can read."""
    defaults = {
        "name": "Partner leads",
        "connector": "google_sheets",
        "source": RemoteSource("google_sheets", "1aBcD_efGhIjKlMnOpQrStUvWxYz").as_json(),
        "field_mapping": {"E-Mail": "email"},
        "frequency": "daily",
        "cron": "0 6 * * *",
        "next_run_at": timezone.now() + timedelta(hours=12),
        "baseline": Baseline(("E-Mail",)).as_json(),
    }
    with tenant_scope(tenant):
        return ImportSchedule.objects.create(tenant=tenant, **{**defaults, **values})


def upload(
    tenant: Tenant,
    content: str | bytes = PEOPLE,
    *,
    filename: str = "people.csv",
    user: User | None = None,
    **options: Any,
) -> ImportJob:
    """Upload a file and return its pending job."""
    with tempfile.NamedTemporaryFile(suffix=".csv") as file:
        file.write(content.encode() if isinstance(content, str) else content)
        file.flush()
        return services.create_job(
            tenant, user=user, filename=filename, path=Path(file.name), options=ImportOptions.parse(options)
        )


def confirm(job: ImportJob, mapping: dict[str, Any] | None = None) -> ImportJob:
    """Confirm a pending job under the suggested mapping, changed as given: header → field key."""
    with tenant_scope(job.tenant):
        chosen = {**job.suggested_mapping.as_json(), **(mapping or {})}
        services.confirm(job, field_mapping=FieldMapping.from_json(chosen), confirmed_by=None)
    return job


def import_csv(
    tenant: Tenant, content: str | bytes = PEOPLE, *, mapping: dict[str, Any] | None = None, **options: Any
) -> ImportJob:
    """Import a file from upload to its last row, and return the job as it ended."""
    job = confirm(upload(tenant, content, **options), mapping)
    return runner.run_to_end(job.pk)


def reload(job: ImportJob) -> ImportJob:
    with tenant_scope(ALL):
        return ImportJob.objects.select_related("tenant").get(pk=job.pk)


def contacts_of(tenant: Tenant) -> list[Contact]:
    """Return what the database holds, oldest first."""
    with tenant_scope(tenant):
        return list(Contact.objects.filter(tenant=tenant).order_by("created_at", "id"))


def error_log(job: ImportJob) -> list[tuple[int, str, str, str]]:
    """Return row number, level, type and field of each line of a job's error log, in order."""
    with tenant_scope(job.tenant_id):
        entries = ErrorLogEntry.objects.filter(tenant_id=job.tenant_id, import_job=job).order_by("row_index", "id")
        return list(entries.values_list("row_number", "level", "error_type", "field"))


def counts(job: ImportJob) -> dict[str, int]:
    """Return a job's counts that are not zero, by short name."""
    names = ("total_rows", "processed_rows", "created_count", "updated_count", "unchanged_count", "skipped_count")
    named = {name.removesuffix("_count").removesuffix("_rows"): getattr(job, name) for name in names}
    named |= {"failed": job.error_count, "duplicates": job.duplicate_count}
    return {name: count for name, count in named.items() if count}
