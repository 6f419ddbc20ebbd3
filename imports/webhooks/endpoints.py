"""What changes addresses and their deliveries: people, programs, and addresses that fail. Inside the tenant's scope."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from imports.webhooks.events import deliver_task, record_test
from imports.webhooks.models import WebhookDelivery, WebhookEndpoint
from irisx import mail, outbound
from irisx.accounts.models import Tenant, User
from irisx.accounts.tenancy import ALL, lock_tenant, tenant_scope
from irisx.queue import defer
from irisx.refusals import Conflict, NotFound

if TYPE_CHECKING:
    from uuid import UUID

Status = WebhookDelivery.Status
DisabledReason = WebhookEndpoint.DisabledReason


def create(tenant: Tenant, *, url: str, events: Sequence[str]) -> WebhookEndpoint:
    """Have a tenant's imports told to one more address. Raises Invalid or Conflict."""
    outbound.check_url(url, field="url")
    limit = settings.WEBHOOK_ENDPOINTS_PER_TENANT
    lock_tenant(tenant)  # or two who count at once would both find a place
    if WebhookEndpoint.objects.filter(tenant=tenant).count() >= limit:
        raise Conflict("too_many_endpoints", f"There are {limit} addresses already. Delete one first.", limit=limit)
    return WebhookEndpoint.objects.create(tenant=tenant, url=url, events=_each_once(events))


def change(
    endpoint: WebhookEndpoint,
    *,
    url: str | None = None,
    events: Sequence[str] | None = None,
    enabled: bool | None = None,
) -> None:
    """Change what is given. Switched on or led elsewhere, it has a clean slate; switched off, nothing waits for it.

    What waits goes to a new address, too. Raises Invalid, and NotFound if it was deleted meanwhile.
    """
    if url is not None:
        outbound.check_url(url, field="url")
    _lock(endpoint, no_key=True)
    if url is not None and url != endpoint.url:
        endpoint.url, endpoint.failing_since = url, None
    if events is not None:
        endpoint.events = _each_once(events)
    if enabled is True and not endpoint.is_enabled:
        endpoint.disabled_reason, endpoint.failing_since = "", None
    endpoint.save(update_fields=["url", "events", "disabled_reason", "failing_since"])
    if enabled is False:
        disable(endpoint, DisabledReason.BY_USER)


def delete(endpoint: WebhookEndpoint) -> None:
    """Forget an address and its deliveries. Raises NotFound if it was deleted meanwhile."""
    # Before its deliveries: an import that ends now either adds its own before, or finds no endpoint any more.
    _lock(endpoint, no_key=False)
    endpoint.delete()


def _lock(endpoint: WebhookEndpoint, *, no_key: bool) -> None:
    """Read an endpoint again, as it is until the transaction ends; `no_key` lets imports add deliveries meanwhile."""
    try:
        endpoint.refresh_from_db(from_queryset=WebhookEndpoint.objects.select_for_update(no_key=no_key))
    except WebhookEndpoint.DoesNotExist as error:
        raise NotFound("not_found", "The address was deleted meanwhile.") from error


def _each_once(events: Sequence[str]) -> list[str]:
    return list(dict.fromkeys(events))


def disable(endpoint: WebhookEndpoint, reason: str) -> None:
    """Send nothing there any more. What waited is failed, and can be sent again by hand.

    If it was not a person who did it, the tenant's people get a mail. Twice does nothing.
    """
    disabled = WebhookEndpoint.objects.filter(tenant_id=endpoint.tenant_id, pk=endpoint.pk, disabled_reason="").update(
        disabled_reason=reason
    )
    if not disabled:
        return
    endpoint.disabled_reason = reason
    fail_waiting(endpoint)
    if reason != DisabledReason.BY_USER:
        _queue_mails(endpoint)


def fail_waiting(endpoint: WebhookEndpoint) -> None:
    """End what waits for an address that is switched off. Tries that failed keep their reason."""
    waiting = WebhookDelivery.objects.filter(tenant_id=endpoint.tenant_id, endpoint=endpoint, status=Status.WAITING)
    waiting.filter(attempts=0).update(error="The address was switched off before this was sent.")
    waiting.update(status=Status.FAILED, due_at=None, finished_at=timezone.now())


def send_test(endpoint: WebhookEndpoint) -> WebhookDelivery:
    """Have a message sent that tells of nothing, signed as all others. Raises Conflict, and NotFound if it is gone."""
    _lock(endpoint, no_key=True)
    if not endpoint.is_enabled:
        raise Conflict("endpoint_disabled", "The address is switched off. Switch it on first, then test it.")
    return record_test(endpoint)


def resend(delivery: WebhookDelivery) -> None:
    """Send a delivery again, now, under the same id; the schedule of its tries begins anew. Raises Conflict."""
    if delivery.endpoint is not None and not delivery.endpoint.is_enabled:
        raise Conflict("endpoint_disabled", "The address is switched off. Switch it on first, then send this again.")
    due = WebhookDelivery.objects.filter(tenant_id=delivery.tenant_id, pk=delivery.pk).exclude(status=Status.SENDING)
    if not due.update(status=Status.WAITING, due_at=timezone.now(), attempts=0, finished_at=None):
        raise Conflict("being_sent", "It is being sent right now. Look at what comes of it first.")
    delivery.refresh_from_db()
    defer(deliver_task(), timestamp=int(timezone.now().timestamp()))


def _queue_mails(endpoint: WebhookEndpoint) -> None:
    """Have each of the tenant's people mailed that an address was switched off."""
    from imports.tasks import mail_webhook_disabled

    people = User.objects.filter(tenant_id=endpoint.tenant_id, is_active=True).order_by("pk")
    for user_id in people.values_list("pk", flat=True):
        defer(mail_webhook_disabled, endpoint_id=str(endpoint.pk), user_id=user_id)


def mail_disabled(endpoint_id: UUID, user_id: int) -> None:
    """Tell somebody by mail that an address was switched off; unless it is on again, or one of the two is gone."""
    with tenant_scope(ALL):
        endpoint = WebhookEndpoint.objects.select_related("tenant").filter(pk=endpoint_id).first()
        if endpoint is None or endpoint.is_enabled:
            return
        tried = WebhookDelivery.objects.filter(tenant=endpoint.tenant, endpoint=endpoint).exclude(last_attempt_at=None)
        last = tried.order_by("-last_attempt_at").first()
        user = User.objects.filter(pk=user_id, tenant=endpoint.tenant, is_active=True).first()
    if user is None:
        return
    context = {
        "endpoint": endpoint,
        "is_gone": endpoint.disabled_reason == DisabledReason.GONE,
        "days": settings.WEBHOOK_DISABLED_AFTER.days,
        "kept_days": settings.WEBHOOK_DELIVERIES_KEPT_DAYS,
        "last": last,
        "link": settings.SITE_URL + reverse("customer:webhooks"),
    }
    subject = f"Nothing is sent to {endpoint.host} any more"
    mail.send(user.email, subject=subject, template="webhook_disabled", context=context)
