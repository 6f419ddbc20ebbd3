"""What changes an import: upload, confirm, start, end, delete. Each checks, then changes, in one transaction.

A status changes by a conditional update, so that of two who try, one wins.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone
from procrastinate.tasks import Task

from contacts import services as contact_services
from contacts.fields import CUSTOM_PREFIX
from imports import header_choices, inspection, notices, reading, saved_mappings, storage, suggestions
from imports.connectors import contact_objects
from imports.engine.errors import EngineError
from imports.engine.readers import ReadingOptions, SourceSummary
from imports.engine.schema import FieldMapping
from imports.error_log import IsErrorLog, job_id_in
from imports.job_options import OPTION_FIELDS, check_options, external_id_taken, options_of, set_options
from imports.models import ImportJob, ImportRequest
from imports.options import MATCH_FIELDS, ImportOptions
from imports.progress import publisher
from imports.suggestions import Suggested
from imports.webhooks import events
from imports.webhooks.models import WebhookEvent
from irisx import files
from irisx.accounts.models import Tenant, User
from irisx.accounts.tenancy import tenant_scope, try_lock_tenant
from irisx.ids import uuid7
from irisx.queue import defer
from irisx.refusals import Conflict, Invalid, TooMany

Status = ImportJob.Status

# A started job that no worker has taken up so long gets a second task; of two, the first claims and the other finds
# nothing to do. (A task is lost when a worker dies between fetching it and claiming the job.)
WAITING_LEASE = timedelta(seconds=4 * settings.LEASE_SECONDS)

# No chunk takes so long. Whoever wants to start an import waits so long for another of the tenant's; behind a worker
# that hangs it would be for half a minute.
CHUNK_SECONDS = 1.0


# From a file to a pending job ----------------------------------------------------------------------------------------


def create_job(
    tenant: Tenant,
    *,
    user: User | None,
    filename: str,
    path: Path,
    options: ImportOptions,
    reading_options: ReadingOptions | None = None,
    source_type: str = "",
    job_id: UUID | None = None,
) -> ImportJob:
    """Read an uploaded file and return its pending job, with preview and suggested mapping to be had.

    Call outside of any tenant_scope(): a child process reads the file. If anything fails, nothing is stored.
    `source_type` is where the file comes from, "" for what its content says. `job_id` is the id that the job is to
    have; by default a new one.
    Raises SourceRejected for a file that cannot be imported, Invalid or Conflict for options that cannot be, and
    IsErrorLog for the error log of an import, which corrections.files.accept_upload() takes.
    """
    check_new_job(tenant, options)
    job = ImportJob(
        id=job_id or uuid7(), tenant=tenant, user=user, filename=_shown_name(filename), source_type=source_type
    )
    set_options(job, options)
    with storage.scratch_folder() as folder:
        rows_path = folder / "rows"
        summary = reading.read_in_child(path, rows_path, reading_options or ReadingOptions(), is_snapshot=job.is_remote)
        if (log_of := job_id_in(summary)) is not None:
            raise IsErrorLog(log_of)
        suggested = suggestions.of_source(summary, tenant=tenant, use_ai_mapping=options.use_ai_mapping)
        with _kept(job, source=path, rows=rows_path), tenant_scope(tenant):
            _set_source(job, summary, suggested)
            job.save(force_insert=True)
    return job


def create_bulk_job(
    tenant: Tenant,
    *,
    user: User | None,
    contacts: list[dict[str, Any]],
    options: ImportOptions,
    filename: str = "",
    job_id: UUID | None = None,
) -> ImportJob:
    """Queue an import of contacts that a program sent (as contact_objects.checked() returns them).

    `filename` is what it is called, "" for the number of contacts.
    There is nothing to confirm: keys name fields, and unknown ones become custom fields. Call outside of any
    tenant_scope(): the rows go to the store for files. If anything fails, nothing is stored.
    Raises Invalid or Conflict for options that cannot be.
    """
    check_new_job(tenant, options)
    with tenant_scope(tenant):
        fields = contact_services.fields_of(tenant)
    plural = "" if len(contacts) == 1 else "s"
    name = filename or f"{len(contacts):,} contact{plural} by API"
    job = ImportJob(id=job_id or uuid7(), tenant=tenant, user=user, filename=name)
    set_options(job, options)
    with storage.scratch_folder() as folder:
        rows_path = folder / "rows"
        table = contact_objects.write_rows(contacts, rows_path, fields)
        with _kept(job, rows=rows_path), tenant_scope(tenant):
            job.source_type = ImportJob.SourceType.JSON
            job.file_info = {"type": "json", "encoding": None, "delimiter": None, "sheet": None, "header_row": None}
            job.total_rows = table.total_rows
            job.columns = inspection.columns_of_objects(table)
            job.warnings = inspection.warnings_as_json(table.warnings)
            job.field_mapping = job.suggested_mapping.as_json()
            job.status = Status.QUEUED
            job.save(force_insert=True)
            contact_services.add_custom_fields(tenant, table.new_fields)
            start_next(tenant, wait_seconds=CHUNK_SECONDS)
            job.refresh_from_db()
    return job


@contextmanager
def _kept(job: ImportJob, *, rows: Path, source: Path | None = None) -> Iterator[None]:
    """Store a new job's files, and take them back if the job does not come to be."""
    kept: list[str] = []
    try:
        if source is not None:
            job.file_path = storage.keep(source, job_id=job.pk, kind="source")
            kept.append(job.file_path)
        job.rows_path = storage.keep(rows, job_id=job.pk, kind="rows")
        kept.append(job.rows_path)
        yield
    except BaseException as error:
        files.remove(*kept)
        if isinstance(error, IntegrityError) and "external_id" in str(error):
            raise external_id_taken(job.external_id) from error
        raise


def check_new_job(tenant: Tenant, options: ImportOptions) -> None:
    """Raise TooMany, Invalid or Conflict for an import that cannot be, before anything is read for it."""
    with tenant_scope(tenant):
        _check_quota(tenant)
        check_options(tenant, options)


def _check_quota(tenant: Tenant) -> None:
    """Raise TooMany if so many of the tenant's imports wait that one more would only fill the disk."""
    limit = settings.OPEN_IMPORTS_PER_TENANT
    waiting = ImportJob.objects.for_tenant(tenant).filter(status__in=[Status.PENDING, *ImportJob.OPEN]).count()
    if waiting >= limit:
        raise TooMany(
            "quota_exceeded",
            f"{limit} imports of yours are not at their end. Start, cancel or delete some of them, then upload again.",
            limit=limit,
        )


def reread(job: ImportJob, *, reading_options: ReadingOptions, newer: Path | None = None) -> ImportJob:
    """Read a pending job's file again, in another way. Call outside of any tenant_scope().

    `newer` is a file to take in its place. Raises SourceRejected, leaving the job as it was, if the file cannot be
    read that way.
    """
    if job.status != Status.PENDING:
        raise Conflict("already_started", "This import was started already; its file is not read again.")
    old = {"rows_path": job.rows_path, "file_path": job.file_path}
    new: dict[str, str] = {}
    try:
        with storage.scratch_folder() as folder, _file_of(job, newer) as source:
            rows_path = folder / "rows"
            summary = reading.read_in_child(source, rows_path, reading_options, is_snapshot=job.is_remote)
            new["rows_path"] = storage.keep(rows_path, job_id=job.pk, kind="rows")
            if newer:
                new["file_path"] = storage.keep(newer, job_id=job.pk, kind="source")
        suggested = suggestions.of_source(summary, tenant=job.tenant, use_ai_mapping=options_of(job).use_ai_mapping)
        with tenant_scope(job.tenant_id):
            _set_source(job, summary, suggested)
            if (source := job.file_info.get("source")) is not None:
                # Whoever reads the same again is to find the same row of headers.
                source["header_row"] = reading_options.header_row
            changed = ImportJob.objects.filter(pk=job.pk, status=Status.PENDING, rows_path=old["rows_path"]).update(
                **new, **{name: getattr(job, name) for name in _SOURCE_FIELDS}
            )
            if not changed:
                raise Conflict("already_started", "The import was started meanwhile; its file is not read again.")
    except BaseException:
        files.remove(*new.values())
        raise
    for name, path in new.items():
        setattr(job, name, path)
    files.remove(*(old[name] for name in new))
    return job


def _file_of(job: ImportJob, newer: Path | None) -> AbstractContextManager[Path]:
    return nullcontext(newer) if newer else storage.local_copy(job.file_path)


_SOURCE_FIELDS = ("source_type", "file_info", "columns", "warnings", "total_rows", "ai_confidence", "used_mapping")


def _set_source(job: ImportJob, summary: SourceSummary, suggested: Suggested) -> None:
    """Put what reading found into the job's fields, with a suggested field for each column."""
    if job.source_type != ImportJob.SourceType.PASTED:
        job.source_type = summary.type
    job.file_info = summary.file_info
    job.total_rows = summary.total_rows
    job.columns = suggested.columns
    job.ai_confidence = suggested.confidence
    job.used_mapping = suggested.used_mapping
    job.warnings = [*inspection.warnings_of(summary, job.columns), *suggested.warnings]


def _shown_name(filename: str) -> str:
    """Return a file's name as people see it: without folders and control characters, at most 500 characters."""
    name = filename.replace("\\", "/").rsplit("/", 1)[-1]
    return "".join(letter for letter in name if letter.isprintable())[:500] or "unnamed"


# From pending to queued ----------------------------------------------------------------------------------------------


def check_mapping(job: ImportJob, mapping: FieldMapping) -> None:
    """Raise Invalid unless the mapping names the job's columns and known fields, each field once."""
    headers = {column["header"] for column in job.columns}
    for column in mapping.columns:
        if column.header not in headers:
            raise Invalid("unknown_column", f"The file has no column “{column.header}”.", column=column.header)
    saved_mappings.check_targets(job.tenant, mapping)


def keep_draft(
    job: ImportJob, *, field_mapping: FieldMapping | None = None, options: ImportOptions | None = None
) -> None:
    """Keep what was chosen so far on a pending job, so that every page and browser shows the same.

    An unfinished mapping may be kept. Raises Conflict once the job is started, Invalid for options that cannot be.
    """
    with tenant_scope(job.tenant_id):
        if options is not None:
            check_options(job.tenant, options, job=job)
            set_options(job, options)
        if field_mapping is not None:
            job.field_mapping = field_mapping.as_json()
        kept = ImportJob.objects.filter(pk=job.pk, status=Status.PENDING, deleted_at=None).update(
            **{name: getattr(job, name) for name in (*OPTION_FIELDS, "field_mapping")}
        )
        if not kept:
            raise Conflict("already_started", "This import was started already.")


def confirm(
    job: ImportJob,
    *,
    field_mapping: FieldMapping,
    confirmed_by: User | None,
    options: ImportOptions | None = None,
    save_mapping_as: str = "",
) -> None:
    """Queue a pending job under the given mapping. Raises Invalid or Conflict before changing anything."""
    with tenant_scope(job.tenant_id):
        check_mapping(job, field_mapping)
        if not field_mapping.targets & set(MATCH_FIELDS):
            raise Invalid("required_field_not_mapped", "Required field 'email' or 'phone' not mapped")
        if options is not None:
            check_options(job.tenant, options, job=job)
            set_options(job, options)
        _queue(job, field_mapping, job.user or confirmed_by)
        header_choices.learn(job, field_mapping)
        if job.schedule_id is not None:
            from imports.schedules import held  # looked up late: it calls this

            job.field_mapping = field_mapping.as_json()
            held.agree(job)
        contact_services.add_custom_fields(
            job.tenant,
            {
                column.field.removeprefix(CUSTOM_PREFIX): column.header
                for column in field_mapping.columns
                if column.field and column.field.startswith(CUSTOM_PREFIX)
            },
        )
        if save_mapping_as.strip():
            saved_mappings.remember(
                job.tenant,
                user=confirmed_by,
                name=save_mapping_as.strip(),
                mapping=field_mapping,
                headers=[column["header"] for column in job.columns],
            )
        start_next(job.tenant, wait_seconds=CHUNK_SECONDS)
        job.refresh_from_db()


def _queue(job: ImportJob, mapping: FieldMapping, user: User | None) -> None:
    pending = ImportJob.objects.filter(pk=job.pk, status=Status.PENDING, deleted_at=None)
    # The mapping is about the columns that this reading of the file found, not about those of another since.
    queued = pending.filter(rows_path=job.rows_path).update(
        status=Status.QUEUED,
        field_mapping=mapping.as_json(),
        user=user,
        **{name: getattr(job, name) for name in OPTION_FIELDS},
    )
    if queued:
        return
    if pending.exists():
        raise Conflict("file_read_again", "The file was read in another way meanwhile. Check its columns again.")
    raise Conflict("already_started", "This import was started already.")


# What starts next ----------------------------------------------------------------------------------------------------


def start_next(tenant: Tenant | int, *, wait_seconds: float = 0) -> None:
    """Start the tenant's queued jobs as far as its cap of running ones allows: their tasks are deferred.

    Called at confirm, at every end, with each slice, and by the sweeper; inside the tenant's scope. Where somebody
    writes for the tenant longer than `wait_seconds`, a worker that hangs perhaps, it does nothing, and is called again
    when their slice is over.
    """
    tenant_id = tenant.pk if isinstance(tenant, Tenant) else tenant
    if not try_lock_tenant(tenant_id, wait_seconds=wait_seconds):
        return
    jobs = ImportJob.objects.filter(tenant_id=tenant_id, deleted_at=None)
    free = settings.RUNNING_IMPORTS_PER_TENANT - jobs.filter(status=Status.PROCESSING).count()
    for job_id, epoch in jobs.filter(status=Status.QUEUED).order_by("pk").values_list("pk", "epoch")[: max(0, free)]:
        now = timezone.now()
        started = ImportJob.objects.filter(pk=job_id, status=Status.QUEUED, epoch=epoch).update(
            status=Status.PROCESSING,
            lease_until=now + WAITING_LEASE,
            backend_pid=None,
            pace_since=None,
            pace_from=F("row_index"),
        )
        if started:
            defer(slice_task(), job_id=str(job_id), epoch=epoch)


def slice_task() -> Task[Any, Any, Any]:
    """Return the task that works on a job for a while. Looked up late: the task's module imports this one."""
    from imports.tasks import run_slice

    return run_slice


# Ends ----------------------------------------------------------------------------------------------------------------


def fail(job_id: UUID, *, epoch: int, error: EngineError) -> bool:
    """End a job that cannot go on, if the caller still holds it. Rows that are done stay. Return whether it did."""
    return _end(job_id, epoch, Status.FAILED, error_details={"code": error.code, "error": error.message})


def complete(job_id: UUID, *, epoch: int) -> bool:
    """End a job whose last row is done. Part of the transaction of its last chunk."""
    return _end(job_id, epoch, Status.COMPLETED)


def _end(job_id: UUID, epoch: int, status: str, **changes: Any) -> bool:
    tenant_id = ImportJob.objects.filter(pk=job_id).values_list("tenant_id", flat=True).first()
    if tenant_id is None:
        return False  # its tenant was deleted meanwhile
    ended = ImportJob.objects.filter(pk=job_id, epoch=epoch, status=Status.PROCESSING).update(
        status=status, completed_at=timezone.now(), lease_until=None, backend_pid=None, **changes
    )
    if ended:
        # Who lost the job leaves requests alone: they are for the runner that has it.
        ImportRequest.objects.filter(job_id=job_id).delete()
        events.record(job_id, WebhookEvent(status))
        notices.record(ImportJob.objects.get(pk=job_id), WebhookEvent(status))
        start_next(tenant_id)
    return bool(ended)


# Those who watch -----------------------------------------------------------------------------------------------------


def tell_watchers(job: ImportJob) -> None:
    """Send the job's snapshot to those who watch it, once what changed is committed."""

    # The place in line is looked up.
    on_commit_in_scope(job.tenant_id, lambda: publisher.publish(job))


def on_commit_in_scope(tenant_id: int, act: Callable[[], None]) -> None:
    """Have something done in the tenant's scope once the present transaction is committed."""

    def act_in_scope() -> None:
        with tenant_scope(tenant_id):
            act()

    transaction.on_commit(act_in_scope)


# Out of sight, and back ----------------------------------------------------------------------------------------------


def delete(job: ImportJob) -> None:
    """Take a job out of everyone's sight; its contacts stay. Its rows and files are purged later."""
    with tenant_scope(job.tenant_id):
        deleted = (
            ImportJob.objects.filter(pk=job.pk, deleted_at=None)
            .exclude(status__in=[Status.QUEUED, Status.PROCESSING])
            .update(deleted_at=timezone.now())
        )
        if not deleted and ImportJob.objects.filter(pk=job.pk, deleted_at=None).exists():
            raise Conflict("import_is_running", "This import is still running. Cancel it first, then delete it.")


def discard(job: ImportJob) -> None:
    """Take a pending job back as if it had never been uploaded: row and files are gone at once."""
    with tenant_scope(job.tenant_id):
        gone, _ = ImportJob.objects.filter(pk=job.pk, status=Status.PENDING).delete()
    if gone:
        files.remove(job.file_path, job.rows_path)


def restore(job: ImportJob) -> None:
    """Bring a deleted job back, as long as it was not purged. Raises Conflict if its external id was given anew."""
    with tenant_scope(job.tenant_id):
        if job.external_id:
            check_options(job.tenant, options_of(job), job=job)
        ImportJob.objects.filter(pk=job.pk).update(deleted_at=None)
