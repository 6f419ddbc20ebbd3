"""Webhooks as their page lists them: addresses, and what was sent to them with which answer."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from imports.models import ImportJob
from imports.webhooks.models import WebhookDelivery, WebhookEndpoint
from imports.webhooks.schedule import PAUSES
from irisx.accounts.models import Tenant
from portals.templatetags.portal import when
from portals.webhook_forms import EVENTS
from portals.wording import Badge

Status = WebhookDelivery.Status

_BADGES = {
    Status.WAITING: Badge("Waiting", "clock"),
    Status.SENDING: Badge("Sending", "loader-circle", "is-live", spins=True),
    Status.DELIVERED: Badge("Delivered", "circle-check", "is-ok"),
    Status.FAILED: Badge("Failed", "circle-x", "is-bad"),
}
_WILL_TRY_AGAIN = Badge("Will try again", "clock", "is-warn")
_ON = Badge("Switched on", "circle-check", "is-ok")
_PAUSED = Badge("Paused", "circle-pause")
_SWITCHED_OFF = Badge("Switched off", "circle-x", "is-bad")


class EndpointLine(NamedTuple):
    """An address."""

    endpoint: WebhookEndpoint
    events: str
    badge: Badge
    reason: str  # why we switched it off; "" if we did not


class DeliveryLine(NamedTuple):
    """A message to an address."""

    delivery: WebhookDelivery
    about: str  # the import, "a test", "an import that was deleted"
    job: ImportJob | None  # None: deleted, or it is a test
    badge: Badge
    answer: str  # "200", "503; again 22 Nov 17:32"
    tries: str  # "1", "2 of 10"
    can_resend: bool


def endpoint_lines(endpoints: Collection[WebhookEndpoint]) -> list[EndpointLine]:
    """Return the addresses as lines. No query."""
    return [_endpoint_line(endpoint) for endpoint in endpoints]


def _endpoint_line(endpoint: WebhookEndpoint) -> EndpointLine:
    words = [label for event, label in EVENTS.items() if event in endpoint.events]
    events = "Every event" if len(words) == len(EVENTS) else ", ".join(words)
    if endpoint.is_enabled:
        return EndpointLine(endpoint, events, _ON, "")
    if endpoint.disabled_reason == WebhookEndpoint.DisabledReason.BY_USER:
        return EndpointLine(endpoint, events, _PAUSED, "")
    return EndpointLine(endpoint, events, _SWITCHED_OFF, f"Because {endpoint.get_disabled_reason_display()}.")


def delivery_lines(deliveries: Collection[WebhookDelivery], tenant: Tenant) -> list[DeliveryLine]:
    """Return messages, with their endpoints loaded, as lines. One query."""
    jobs = ImportJob.objects.for_tenant(tenant).in_bulk({delivery.job_id for delivery in deliveries} - {None})
    return [
        DeliveryLine(
            delivery,
            "a test" if delivery.is_test else str(jobs.get(delivery.job_id, "an import that was deleted")),
            jobs.get(delivery.job_id),
            _WILL_TRY_AGAIN if _waits_after_a_try(delivery) else _BADGES[Status(delivery.status)],
            _answer(delivery),
            f"{delivery.attempts} of {len(PAUSES)}" if delivery.status == Status.WAITING else str(delivery.attempts),
            delivery.status != Status.SENDING and (delivery.endpoint is None or delivery.endpoint.is_enabled),
        )
        for delivery in deliveries
    ]


def _waits_after_a_try(delivery: WebhookDelivery) -> bool:
    return delivery.status == Status.WAITING and delivery.attempts > 0


def _answer(delivery: WebhookDelivery) -> str:
    parts = [str(delivery.response_status) if delivery.response_status else "", delivery.error]
    # The sentence names the status itself, where there is one.
    words = parts[1] or parts[0]
    if _waits_after_a_try(delivery):
        words = f"{words.rstrip('.')}; again {when(delivery.due_at)}"
    return words
