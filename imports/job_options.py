"""A job's import options: as one value, checked, and put into its fields."""

from __future__ import annotations

from contacts import services as contact_services
from imports.models import ImportJob
from imports.options import ImportOptions
from irisx import outbound
from irisx.accounts.models import Tenant
from irisx.refusals import Conflict


def options_of(job: ImportJob) -> ImportOptions:
    """Return a job's import options as one value."""
    return ImportOptions.parse(
        {
            "duplicate_strategy": job.duplicate_strategy,
            "duplicate_match_fields": job.duplicate_match_fields,
            "list_id": job.target_list_id,
            "webhook_url": job.webhook_url,
            "webhook_events": job.webhook_events,
            "external_id": job.external_id,
            **job.options,
        }
    )


def check_options(tenant: Tenant, options: ImportOptions, *, job: ImportJob | None = None) -> None:
    """Raise Invalid or Conflict for options that cannot be."""
    if options.list_id is not None:
        contact_services.list_of(tenant, options.list_id)
    if options.webhook_url:
        outbound.check_url(options.webhook_url, field="webhook_url")
    if options.external_id:
        others = ImportJob.objects.for_tenant(tenant).filter(external_id=options.external_id)
        if (others.exclude(pk=job.pk) if job else others).exists():
            raise external_id_taken(options.external_id)


def external_id_taken(external_id: str) -> Conflict:
    """Return the refusal of an external id that another of the tenant's imports has."""
    return Conflict("external_id_taken", f"Another import has the external id “{external_id}”.", field="external_id")


# What set_options() sets, for those who save just that.
OPTION_FIELDS = (
    "duplicate_strategy",
    "duplicate_match_fields",
    "target_list_id",
    "webhook_url",
    "webhook_events",
    "external_id",
    "options",
)


def set_options(job: ImportJob, options: ImportOptions) -> None:
    """Put import options into a job's fields."""
    job.duplicate_strategy = options.duplicate_strategy
    job.duplicate_match_fields = list(options.duplicate_match_fields)
    job.target_list_id = options.list_id
    job.webhook_url = options.webhook_url
    job.webhook_events = list(options.webhook_events)
    job.external_id = options.external_id
    job.options = options.stored()
