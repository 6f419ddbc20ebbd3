"""Whose turn it is, and what comes of a try.

A delivery that is taken is due again a while later. Who dies with it, after sending and before noting so, leaves it
to be sent again, under the same id: what arrives twice can be told, what never arrives cannot.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import NamedTuple
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.db.models import F
from django.utils import timezone

from imports.cursors import engine_cursor
from imports.webhooks import endpoints, schedule, signing
from imports.webhooks.models import WebhookDelivery, WebhookEndpoint, WebhookSecret
from irisx.accounts.tenancy import ALL, tenant_scope
from irisx.encryption import CannotDecrypt
from irisx.outbound import Answer, NotReached

logger = logging.getLogger(__name__)

Status = WebhookDelivery.Status

# Longer than a try may take, so that nobody else begins one meanwhile.
LEASE = timedelta(seconds=60)
ANSWER_KEPT_CHARACTERS = 1024
GONE = 410
_CLAIM_LOCK = 0x3B0C


class Due(NamedTuple):
    """A delivery that could be sent now."""

    id: UUID
    tenant_id: int
    lane: UUID
    due_at: datetime
    has_failed: bool  # the last one to its address
    sending: int  # of its lane, by all workers
    tenant_sending: int  # of its tenant, by all workers


@dataclass(frozen=True, slots=True)
class Taken:
    """A delivery that is ours to send, for LEASE."""

    id: UUID
    tenant_id: int
    endpoint_id: UUID | None
    url: str
    body: str
    attempts: int  # with this one
    signed_with: signing.SigningSecrets | None  # None: no key decrypts the tenant's secret
    has_failed: bool


# Taking turns --------------------------------------------------------------------------------------------------------


def turns(due: Iterable[Due], *, places: int, places_for_failing: int) -> list[Due]:
    """Choose what is sent next: one of each lane before a second of any, the longest due first.

    An address that works gets several at once. One that failed gets one, and those that failed together at most
    `places_for_failing`: each of them may hold its place for the whole of the time limit. So may those that are only
    slow, or fail for the first time; a tenant has a part of the places, however many addresses it has.
    """
    rounds: list[tuple[int, Due]] = []
    seen: defaultdict[UUID, int] = defaultdict(int)
    for delivery in due:
        a_lane = 1 if delivery.has_failed else settings.WEBHOOKS_AT_ONCE_PER_ADDRESS
        if delivery.sending + seen[delivery.lane] < a_lane:
            rounds.append((seen[delivery.lane], delivery))
            seen[delivery.lane] += 1
    chosen: list[Due] = []
    of_tenant: defaultdict[int, int] = defaultdict(int)
    for _, delivery in sorted(rounds, key=lambda turn: (turn[0], turn[1].due_at)):
        if len(chosen) == places:
            break
        if delivery.tenant_sending + of_tenant[delivery.tenant_id] >= settings.WEBHOOKS_AT_ONCE_PER_TENANT:
            continue
        if delivery.has_failed:
            if places_for_failing <= 0:
                continue
            places_for_failing -= 1
        of_tenant[delivery.tenant_id] += 1
        chosen.append(delivery)
    return chosen


def take(*, places: int, places_for_failing: int) -> list[Taken]:
    """Take what is to be sent next, and count a try of each. Two who take at once never take the same."""
    now = timezone.now()
    with tenant_scope(ALL):
        # One at a time, or two workers would each fill an address' places.
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_CLAIM_LOCK])
        chosen = {
            delivery.id: delivery for delivery in turns(_due(now), places=places, places_for_failing=places_for_failing)
        }
        if not chosen:
            return []
        mine = _still_wanted(
            # Who holds a row is deleting its endpoint or switching it off; nobody waits for that.
            WebhookDelivery.objects.select_for_update(skip_locked=True, of=("self",), no_key=True)
            .select_related("endpoint")
            .filter(pk__in=chosen, due_at__lte=now)
        )
        WebhookDelivery.objects.filter(pk__in=[delivery.pk for delivery in mine]).update(
            status=Status.SENDING, due_at=now + LEASE, attempts=F("attempts") + 1, last_attempt_at=now
        )
        signed_with = _secrets_of({delivery.tenant_id for delivery in mine})
        return [
            Taken(
                id=delivery.pk,
                tenant_id=delivery.tenant_id,
                endpoint_id=delivery.endpoint_id,
                url=delivery.address,
                body=delivery.body,
                attempts=delivery.attempts + 1,
                signed_with=signed_with[delivery.tenant_id],
                has_failed=chosen[delivery.pk].has_failed,
            )
            for delivery in mine
        ]


def _still_wanted(deliveries: Iterable[WebhookDelivery]) -> list[WebhookDelivery]:
    """Return those whose address is not switched off. The others were on their way then, and their worker was lost."""
    wanted = []
    for delivery in deliveries:
        if delivery.endpoint is None or delivery.endpoint.is_enabled:
            wanted.append(delivery)
        else:
            WebhookDelivery.objects.filter(pk=delivery.pk).update(status=Status.WAITING)
            endpoints.fail_waiting(delivery.endpoint)
    return wanted


def _due(now: datetime) -> list[Due]:
    parameters = {"now": now, "a_lane": settings.WEBHOOKS_AT_ONCE_PER_ADDRESS}
    with engine_cursor() as cursor:
        return [Due(*row) for row in cursor.execute(_due_sql(), parameters)]


@cache
def _due_sql() -> bytes:
    return Path(__file__).with_name("due.sql").read_bytes()


def _secrets_of(tenant_ids: set[int]) -> dict[int, signing.SigningSecrets | None]:
    found: dict[int, signing.SigningSecrets | None] = {}
    for tenant_id, stored in signing.stored_of(tenant_ids).items():
        try:
            found[tenant_id] = signing.opened(stored)
        except CannotDecrypt:
            logger.error("Tenant %s: no key of FIELD_ENCRYPTION_KEYS decrypts its webhook secret.", tenant_id)
            found[tenant_id] = None
    return found


# What comes of a try -------------------------------------------------------------------------------------------------


def settle(taken: Taken, outcome: Answer | NotReached) -> None:
    """Note what came of a try, and when the next one is. Does nothing if the delivery was taken from us meanwhile."""
    now = timezone.now()
    status = outcome.status if isinstance(outcome, Answer) else None
    is_success = status is not None and 200 <= status < 300
    due_at = None if is_success or status == GONE else _next_try(taken, outcome, now)
    with tenant_scope(taken.tenant_id):
        endpoint = _locked_endpoint(taken)
        mine = WebhookDelivery.objects.filter(
            tenant_id=taken.tenant_id, pk=taken.id, status=Status.SENDING, attempts=taken.attempts
        )
        noted = mine.update(
            status=Status.DELIVERED if is_success else Status.FAILED if due_at is None else Status.WAITING,
            due_at=due_at,
            finished_at=now if due_at is None else None,
            response_status=status,
            response_body=_kept(outcome.body) if isinstance(outcome, Answer) else "",
            error="" if is_success else _what_failed(outcome),
        )
        # Of an address that is no longer the endpoint's, the outcome says nothing about the new one.
        if noted and endpoint and endpoint.url == taken.url:
            _note_health(endpoint, now, is_success=is_success, is_gone=status == GONE)
        if noted and endpoint and not endpoint.is_enabled:
            endpoints.fail_waiting(endpoint)


def _locked_endpoint(taken: Taken) -> WebhookEndpoint | None:
    """Return the endpoint, as it is until the transaction ends; None for a job's own address.

    It is locked before its deliveries, as by those who delete or disable it: the other order would be a deadlock.
    """
    if taken.endpoint_id is None:
        return None
    locked = WebhookEndpoint.objects.select_for_update(no_key=True)
    return locked.filter(tenant_id=taken.tenant_id, pk=taken.endpoint_id).first()


def _next_try(taken: Taken, outcome: Answer | NotReached, now: datetime) -> datetime | None:
    header = outcome.headers.get("Retry-After") if isinstance(outcome, Answer) else None
    return schedule.next_try(taken.attempts, now=now, not_before=schedule.retry_after(header, now=now))


def _note_health(endpoint: WebhookEndpoint, now: datetime, *, is_success: bool, is_gone: bool) -> None:
    """Keep since when an endpoint fails; switch one off that is gone, or failed for days."""
    failing_since = None if is_success else endpoint.failing_since or now
    if failing_since != endpoint.failing_since:
        endpoint.failing_since = failing_since
        endpoint.save(update_fields=["failing_since"])
    if is_gone:
        endpoints.disable(endpoint, WebhookEndpoint.DisabledReason.GONE)
    elif failing_since and failing_since <= now - settings.WEBHOOK_DISABLED_AFTER:
        endpoints.disable(endpoint, WebhookEndpoint.DisabledReason.FAILING)


def _kept(body: bytes) -> str:
    """Return what is kept of an answer: its beginning, as text that PostgreSQL can hold."""
    return body[: 4 * ANSWER_KEPT_CHARACTERS].decode(errors="replace")[:ANSWER_KEPT_CHARACTERS].replace("\0", "�")


def _what_failed(outcome: Answer | NotReached) -> str:
    if isinstance(outcome, NotReached):
        return str(outcome)
    if 300 <= outcome.status < 400:
        return f"The answer was a redirect ({outcome.status}). Redirects are not followed: give the final address."
    if outcome.status == GONE:
        return "The answer was 410 Gone, so nothing is sent there any more."
    return f"The answer was {outcome.status}; only 200 to 299 is success."


# Keeping house -------------------------------------------------------------------------------------------------------


def purge(*, batch_rows: int = 10_000) -> None:
    """Erase deliveries that ended long ago, in batches, and secrets that sign no more. It may run twice."""
    now = timezone.now()
    old = WebhookDelivery.objects.filter(finished_at__lt=now - timedelta(days=settings.WEBHOOK_DELIVERIES_KEPT_DAYS))
    while True:
        with tenant_scope(ALL):
            gone, _ = WebhookDelivery.objects.filter(
                pk__in=list(old.values_list("pk", flat=True)[:batch_rows])
            ).delete()
        if gone < batch_rows:
            break
    with tenant_scope(ALL):
        WebhookSecret.objects.filter(previous_until__lt=now).update(previous_secret="", previous_until=None)
