"""Making an import's summary once it has ended. In a task of its own: no import waits for its statistics."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db.models import Count

from imports.analytics.models import ImportSummary
from imports.models import ErrorLogEntry, ImportJob
from irisx.accounts.tenancy import ALL, tenant_scope

if TYPE_CHECKING:
    from procrastinate.tasks import Task


def summarize(job_id: UUID) -> None:
    """Store what a job's error log and its mapping come to. It may run twice; the later one counts."""
    with tenant_scope(ALL):
        job = ImportJob.objects.filter(pk=job_id).first()
        if job is None:  # purged, or its tenant deleted
            return
        ImportSummary.objects.update_or_create(
            import_job=job, defaults={"tenant": job.tenant, "errors": _errors(job), "columns": _columns(job)}
        )


def _errors(job: ImportJob) -> list[tuple[str, str, int]]:
    """Return why rows failed, the most common cause first. Rows that were mended failed all the same."""
    failed = ErrorLogEntry.objects.filter(
        tenant_id=job.tenant_id, import_job=job, level=ErrorLogEntry.Level.ERROR
    ).values_list("error_type", "field")
    return list(failed.annotate(rows=Count("*")).order_by("-rows", "error_type", "field"))


def _columns(job: ImportJob) -> list[tuple[int, int, int, str]]:
    """Return by confidence and basis how many columns were suggested a field, or none, and how many people changed."""
    if job.source_type == ImportJob.SourceType.JSON or not job.field_mapping:
        return []
    chosen = {column.header: column.field for column in job.mapping.columns}
    kinds = [(column["confidence"], column.get("basis") or "") for column in job.columns]
    columns = Counter(kinds)
    changed = Counter(
        kind for kind, column in zip(kinds, job.columns, strict=True) if chosen.get(column["header"]) != column["field"]
    )
    return [(kind[0], count, changed[kind], kind[1]) for kind, count in sorted(columns.items())]


def summarize_task() -> Task[Any, Any, Any]:
    """Return the task that makes a summary. Looked up late: the task's module imports what defers it."""
    from imports.tasks import summarize_import

    return summarize_import
