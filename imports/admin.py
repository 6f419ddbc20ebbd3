"""Imports and the worker's queue, for operators to look at: both change through services and the worker alone."""

from __future__ import annotations

import json

from django.contrib import admin
from procrastinate.contrib.django.admin import ProcrastinateJobAdmin
from procrastinate.contrib.django.models import ProcrastinateJob

from imports.models import ImportJob
from imports.webhooks.models import WebhookDelivery, WebhookEndpoint
from irisx.operators import ReadOnlyAdmin

COUNTS = (
    "total_rows",
    "processed_rows",
    "created_count",
    "updated_count",
    "unchanged_count",
    "skipped_count",
    "error_count",
)


@admin.register(ImportJob)
class ImportJobAdmin(ReadOnlyAdmin):
    list_display = ("filename", "tenant", "user", "status", "progress_percent", *COUNTS, "created_at")
    list_filter = ("status", "source_type", "created_at", ("tenant", admin.RelatedOnlyFieldListFilter))
    list_select_related = ("tenant", "user")
    search_fields = ("filename", "external_id")
    show_full_result_count = False
    ordering = ("-id",)  # ids rise with time, and have an index
    # Not shown: cells of the file (columns, field_mapping), and the webhook's address, which may hold a secret.
    fieldsets = (
        (None, {"fields": ("id", "tenant", "user", "filename", "source_type", "file_info", "external_id")}),
        ("State", {"fields": ("status", "progress_percent", "error_details", *COUNTS)}),
        ("Options", {"fields": ("duplicate_strategy", "duplicate_match_fields", "target_list", "options")}),
        ("Runner", {"fields": ("row_index", "run_no", "epoch", "attempts", "lease_until", "backend_pid")}),
        ("When", {"fields": ("created_at", "started_at", "completed_at", "deleted_at")}),
    )


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
    show_full_result_count = False
    ordering = ("-id",)
    # Not shown: what is sent and what is answered, which hold the tenant's data, and a job's own address.
    fields = (*list_display, "job_id", "last_attempt_at", "created_at", "finished_at")


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
