"""The outbox: what happened to an import becomes deliveries, in the transaction in which it happened."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.utils import timezone
from rest_framework.utils.encoders import JSONEncoder

from imports.analytics.summaries import summarize_task
from imports.models import ImportJob
from imports.webhooks.models import TEST, WebhookDelivery, WebhookEndpoint, WebhookEvent, lane_of
from irisx.queue import defer

if TYPE_CHECKING:
    from datetime import datetime

    from procrastinate.tasks import Task

# KEY SHARE: one that was deleted before we commit would take the end of the import along. It hinders deletion alone,
# where Django's own locks would have imports that end wait for each other.
_ENDPOINTS_TO_TELL = """
SELECT * FROM webhook_endpoints
WHERE tenant_id = %(tenant_id)s AND disabled_reason = '' AND %(event)s = ANY(events)
FOR KEY SHARE
"""


def record(job_id: UUID, event: WebhookEvent) -> None:
    """Have the event told to all who want to know. Part of the transaction that it is about: rolled back, it never was.

    Call it once the job's row says what happened, inside the tenant's scope.
    """
    defer(summarize_task(), job_id=str(job_id))
    job = ImportJob.objects.get(pk=job_id)
    now = timezone.now()
    endpoints = WebhookEndpoint.objects.raw(_ENDPOINTS_TO_TELL, {"tenant_id": job.tenant_id, "event": event})
    deliveries = [_delivery(job, event, now, endpoint=endpoint, lane=endpoint.pk) for endpoint in endpoints]
    if job.webhook_url and event in job.webhook_events:
        deliveries.append(_delivery(job, event, now, url=job.webhook_url, lane=lane_of(job.tenant_id, job.webhook_url)))
    if not deliveries:
        return
    body = _body(job, event, now)
    for delivery in deliveries:
        delivery.body = body
    WebhookDelivery.objects.bulk_create(deliveries)
    defer(deliver_task(), timestamp=int(now.timestamp()))


def _delivery(job: ImportJob, event: WebhookEvent, now: datetime, **address: Any) -> WebhookDelivery:
    return WebhookDelivery(tenant_id=job.tenant_id, job_id=job.pk, event=event, due_at=now, **address)


def record_test(endpoint: WebhookEndpoint) -> WebhookDelivery:
    """Have a message that tells of nothing sent to an endpoint, the way that all others go. In the tenant's scope."""
    now = timezone.now()
    delivery = WebhookDelivery(
        tenant_id=endpoint.tenant_id, endpoint=endpoint, lane=endpoint.pk, event=TEST, due_at=now
    )
    delivery.body = _as_text({"type": delivery.type, "timestamp": now, "data": {"endpoint_id": endpoint.pk}})
    delivery.save(force_insert=True)
    defer(deliver_task(), timestamp=int(now.timestamp()))
    return delivery


def _body(job: ImportJob, event: WebhookEvent, now: datetime) -> str:
    # Looked up late: the API's shapes need models that need this package's.
    from imports.api.serializers import JobSerializer

    return _as_text({"type": f"import.{event}", "timestamp": now, "data": JobSerializer(job).data})


def _as_text(payload: dict[str, Any]) -> str:
    return json.dumps(payload, cls=JSONEncoder, ensure_ascii=False, separators=(",", ":"))


def deliver_task() -> Task[Any, Any, Any]:
    """Return the task that sends what is due. Looked up late: the task's module imports services, which import this."""
    from imports.tasks import deliver_webhooks

    return deliver_webhooks
