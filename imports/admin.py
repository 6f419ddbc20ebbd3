"""Imports, what belongs to them, and the worker's queue, for operators. They change through services alone."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TypeVar
from uuid import UUID

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from procrastinate.contrib.django.admin import ProcrastinateJobAdmin
from procrastinate.contrib.django.models import ProcrastinateJob

from imports import control, platform
from imports.connectors.models import AirtableConnection, GoogleConnection
from imports.corrections.models import CorrectionRun
from imports.models import ErrorLogEntry, ImportJob, SavedFieldMapping
from imports.schedules.models import ImportSchedule
from imports.webhooks import endpoints
from imports.webhooks.models import WebhookDelivery, WebhookEndpoint
from irisx.operators import ReadOnlyAdmin
from irisx.refusals import Refusal

COUNTS = (
    "total_rows",
    "processed_rows",
    "created_count",
    "updated_count",
    "unchanged_count",
    "skipped_count",
    "error_count",
)


Row = TypeVar("Row", ErrorLogEntry, CorrectionRun)


def uuid_of(text: str) -> UUID | None:
    """Return what was searched for as an id, None if it is none."""
    try:
        return UUID(text.strip())
    except ValueError:
        return None


def of_import(rows: QuerySet[Row], search_term: str) -> QuerySet[Row]:
    """Return those of the rows that belong to the import whose id was searched for; all of them for no search."""
    if not search_term:
        return rows
    job_id = uuid_of(search_term)
    job = ImportJob.objects.filter(pk=job_id).first() if job_id else None
    # With the tenant, which the indexes begin with.
    return rows.filter(tenant_id=job.tenant_id, import_job=job) if job else rows.none()


@admin.register(ImportJob)
class ImportJobAdmin(ReadOnlyAdmin):
    """Imports. Their states are read-only; actions change them as the portals do, through services."""

    list_display = ("filename", "tenant", "user", "status", "progress_percent", *COUNTS, "created_at")
    list_filter = ("status", "source_type", "created_at", ("tenant", admin.RelatedOnlyFieldListFilter))
    list_select_related = ("tenant", "user")
    search_fields = ("filename", "external_id")
    ordering = ("-id",)  # ids rise with time, and have an index
    # Not shown: cells of the file (columns, field_mapping), and the webhook's address, which may hold a secret.
    fieldsets = (
        (None, {"fields": ("id", "tenant", "user", "filename", "source_type", "file_info", "external_id")}),
        ("State", {"fields": ("status", "progress_percent", "error_details", *COUNTS)}),
        ("Options", {"fields": ("duplicate_strategy", "duplicate_match_fields", "target_list", "options")}),
        ("Runner", {"fields": ("row_index", "run_no", "epoch", "attempts", "lease_until", "backend_pid")}),
        ("When", {"fields": ("created_at", "started_at", "completed_at", "deleted_at")}),
    )
    actions = ["put_back", "cancel", "fail"]

    def has_operate_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("imports.change_importjob")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[ImportJob], search_term: str
    ) -> tuple[QuerySet[ImportJob], bool]:
        if job_id := uuid_of(search_term):
            return queryset.filter(pk=job_id), False
        return super().get_search_results(request, queryset, search_term)

    @admin.action(description="Put back in the queue (stuck or failed)", permissions=["operate"])
    def put_back(self, request: HttpRequest, jobs: QuerySet[ImportJob]) -> None:
        self._act(request, jobs, lambda job: platform.put_back(job.pk), "in the queue again")

    @admin.action(description="Cancel", permissions=["operate"])
    def cancel(self, request: HttpRequest, jobs: QuerySet[ImportJob]) -> None:
        self._act(request, jobs, control.cancel, "cancelled")

    @admin.action(description="Fail (end a running import where it stands)", permissions=["operate"])
    def fail(self, request: HttpRequest, jobs: QuerySet[ImportJob]) -> None:
        self._act(request, jobs, lambda job: platform.fail(job.pk), "failed")

    def _act(
        self, request: HttpRequest, jobs: QuerySet[ImportJob], act: Callable[[ImportJob], None], done: str
    ) -> None:
        """Do to each of the imports what was chosen, and say of which it could not be done, and why."""
        count = 0
        for job in jobs.select_related("tenant"):
            try:
                act(job)
                count += 1
            except Refusal as refusal:
                self.message_user(request, f"{job.pk}: {refusal.message}", messages.WARNING)
        if count:
            self.message_user(
                request, f"{count} {'import is' if count == 1 else 'imports are'} {done}.", messages.SUCCESS
            )


@admin.register(ErrorLogEntry)
class ErrorLogAdmin(ReadOnlyAdmin):
    """Lines of the imports' error logs. The search takes an import's whole id."""

    list_display = (
        "row_number",
        "level",
        "error_type",
        "field",
        "tenant",
        "import_job_id",
        "created_at",
        "resolved_at",
    )
    list_filter = ("level", ("tenant", admin.RelatedOnlyFieldListFilter))
    list_select_related = ("tenant",)
    search_fields = ("import_job_id",)
    search_help_text = "The whole id of an import"
    ordering = ("-id",)
    # Not shown: the sentence and the row, which hold what stood in the file.
    fields = ("id", *list_display)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[ErrorLogEntry], search_term: str
    ) -> tuple[QuerySet[ErrorLogEntry], bool]:
        return of_import(queryset, search_term), False


@admin.register(CorrectionRun)
class CorrectionRunAdmin(ReadOnlyAdmin):
    """Imports of corrected rows into the imports that they come from. The search takes an import's whole id."""

    list_display = (
        "created_at",
        "tenant",
        "import_job_id",
        "run_no",
        "user",
        "status",
        "total_rows",
        "mended_rows",
        "already_resolved",
        "completed_at",
    )
    list_filter = ("status", "created_at", ("tenant", admin.RelatedOnlyFieldListFilter))
    list_select_related = ("tenant", "user")
    search_fields = ("import_job_id",)
    search_help_text = "The whole id of an import"
    ordering = ("-id",)
    fields = ("id", *list_display, "error_details", "row_index", "epoch", "attempts", "lease_until", "backend_pid")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[CorrectionRun], search_term: str
    ) -> tuple[QuerySet[CorrectionRun], bool]:
        return of_import(queryset, search_term), False


@admin.register(SavedFieldMapping)
class SavedFieldMappingAdmin(ReadOnlyAdmin):
    list_display = ("name", "tenant", "user", "is_default", "created_at")
    list_filter = ("is_default", ("tenant", admin.RelatedOnlyFieldListFilter))
    list_select_related = ("tenant", "user")
    search_fields = ("name",)
    ordering = ("-id",)
    fields = ("id", *list_display, "description", "mapping")


@admin.register(ImportSchedule)
class ImportScheduleAdmin(ReadOnlyAdmin):
    list_display = ("name", "tenant", "user", "connector", "frequency", "next_run_at", "paused_at", "needs_renewal")
    list_filter = ("connector", "frequency", "needs_renewal", ("tenant", admin.RelatedOnlyFieldListFilter))
    list_select_related = ("tenant", "user")
    search_fields = ("name",)
    ordering = ("-id",)
    # Not shown: the source, which names a document.
    fields = ("id", *list_display, "cron", "run_job_id", "run_lease_until", "created_at")


@admin.register(GoogleConnection, AirtableConnection)
class ConnectionAdmin(ReadOnlyAdmin):
    """Whose access to another service is kept. The tokens are shown to nobody."""

    list_display = ("user", "tenant", "needs_reconnect", "connected_at")
    list_filter = ("needs_reconnect", ("tenant", admin.RelatedOnlyFieldListFilter))
    list_select_related = ("tenant", "user")
    search_fields = ("user__email",)
    ordering = ("-id",)
    fields = ("id", *list_display)


@admin.register(WebhookEndpoint)
class WebhookEndpointAdmin(ReadOnlyAdmin):
    # Of the address only the host: the rest may hold a secret.
    list_display = ("host", "tenant", "events", "disabled_reason", "failing_since", "created_at")
    list_filter = ("disabled_reason", ("tenant", admin.RelatedOnlyFieldListFilter))
    list_select_related = ("tenant",)
    ordering = ("-id",)
    fields = ("id", *list_display)


@admin.register(WebhookDelivery)
class WebhookDeliveryAdmin(ReadOnlyAdmin):
    list_display = ("id", "tenant", "endpoint", "event", "status", "attempts", "due_at", "response_status", "error")
    list_filter = ("status", "event", "created_at", ("tenant", admin.RelatedOnlyFieldListFilter))
    list_select_related = ("tenant", "endpoint")
    ordering = ("-id",)
    actions = ["send_again"]
    # Not shown: what is sent and what is answered, which hold the tenant's data, and a job's own address.
    fields = (*list_display, "job_id", "last_attempt_at", "created_at", "finished_at")

    def has_operate_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("imports.change_webhookdelivery")

    @admin.action(description="Send again", permissions=["operate"])
    def send_again(self, request: HttpRequest, deliveries: QuerySet[WebhookDelivery]) -> None:
        for delivery in deliveries:
            try:
                endpoints.resend(delivery)
            except Refusal as refusal:
                self.message_user(request, f"{delivery.pk}: {refusal.message}", messages.WARNING)
            else:
                self.message_user(request, f"{delivery.pk} is on its way again.", messages.SUCCESS)


admin.site.unregister(ProcrastinateJob)


@admin.register(ProcrastinateJob)
class QueuedTaskAdmin(ProcrastinateJobAdmin):
    """Procrastinate's own, without its buttons: a task that is taken out of the queue leaves its import waiting."""

    actions = []

    # The rest of what Procrastinate shows is drawn with inline styles, which our policy refuses.
    list_display = ["pk", "task_name", "pretty_args", "status", "queue_name", "attempts", "scheduled_at"]

    list_filter = ["status", "queue_name", "task_name"]

    @admin.display(description="Arguments")
    def pretty_args(self, instance: ProcrastinateJob) -> str:
        return json.dumps(instance.args)
