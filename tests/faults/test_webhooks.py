"""Webhooks as a worker sends them: killed and told to end in the middle, with receivers that never answer."""

from __future__ import annotations

import time
from threading import Event

import pytest
from django.utils import timezone
from standardwebhooks import Webhook

from imports.tasks import deliver_webhooks
from imports.webhooks import endpoints, signing
from imports.webhooks.events import record
from imports.webhooks.models import WebhookDelivery, WebhookEvent
from irisx.accounts.tenancy import ALL, tenant_scope
from irisx.queue import defer
from tests.factories import confirm, make_webhook_delivery, make_webhook_endpoint, upload
from tests.faults import points
from tests.faults.imports import is_finished
from tests.faults.threads import run_at_once
from tests.receivers import hangs, receiver
from tests.waiting import wait_until

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def hook():
    with receiver() as made:
        yield made


def statuses() -> list[str]:
    with tenant_scope(ALL):
        return list(WebhookDelivery.objects.order_by("id").values_list("status", flat=True))


def queue_task() -> None:
    """Spare the test the seconds until the worker looks by itself."""
    with tenant_scope(ALL):
        defer(deliver_webhooks, timestamp=0)


def end_lease() -> None:
    """Spare the test the minute until what a dead worker had is due again."""
    with tenant_scope(ALL):
        WebhookDelivery.objects.filter(status="sending").update(due_at=timezone.now())
    queue_task()


def test_an_import_that_a_worker_ends_is_told_at_once(workers, acme, hook):
    make_webhook_endpoint(acme, url=hook.url)
    workers.start_worker()

    job = confirm(upload(acme))

    wait_until(lambda: statuses() == ["delivered"])
    (request,) = hook.requests
    with tenant_scope(acme):
        payload = Webhook(signing.secrets_of(acme).secret).verify(request.body, request.headers)
    assert (payload["type"], payload["data"]["id"]) == ("import.completed", str(job.pk))


def test_a_worker_that_is_killed_after_sending_and_before_noting_so_leaves_it_to_be_sent_again(workers, acme, hook):
    with tenant_scope(acme):
        secret = signing.secrets_of(acme).secret
    make_webhook_delivery(acme, endpoint=make_webhook_endpoint(acme, url=hook.url))
    queue_task()
    with points.closed("a webhook's outcome") as point:
        worker = workers.start_worker()
        session = point.wait_for_somebody()
        worker.kill()
        point.end_session(session)
    assert statuses() == ["sending"]

    wait_until(lambda: time.time() > int(hook.requests[0].headers["webhook-timestamp"]) + 1)
    end_lease()
    workers.start_worker()
    wait_until(lambda: statuses() == ["delivered"])

    first, second = hook.requests
    for request in (first, second):
        Webhook(secret).verify(request.body, request.headers)
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    assert first.headers["webhook-timestamp"] < second.headers["webhook-timestamp"]


def test_receivers_that_never_answer_hold_up_neither_imports_nor_other_tenants_webhooks(workers, acme, globex, hook):
    with receiver(hangs) as dead:
        for _ in range(10):
            endpoint = make_webhook_endpoint(acme, url=dead.url)
            for _ in range(10):
                make_webhook_delivery(acme, endpoint=endpoint)
        make_webhook_endpoint(globex, url=hook.url)
        queue_task()
        workers.start_worker()
        wait_until(lambda: len(dead.requests) == 25)

        jobs = [confirm(upload(globex)) for _ in range(3)]

        wait_until(lambda: all(map(is_finished, jobs)) and len(hook.requests) == 3)
        # All this while the dead ones had what they get, and no more.
        assert len(dead.requests) == 25


def test_an_import_ends_whoever_deletes_its_endpoint_meanwhile(acme):
    endpoint = make_webhook_endpoint(acme, url="https://example.com/")
    job = upload(acme)
    is_recorded, is_about_to_delete = Event(), Event()

    def end():
        with tenant_scope(acme):
            record(job.pk, WebhookEvent.CANCELLED)
            is_recorded.set()
            is_about_to_delete.wait(10)

    def delete():
        is_recorded.wait(10)
        with tenant_scope(acme):
            is_about_to_delete.set()
            endpoints.delete(endpoint)

    assert run_at_once(end, delete) == [None, None]
    assert statuses() == []


def test_a_worker_that_is_told_to_end_does_so_and_another_sends_what_it_had(workers, acme, hook):
    endpoint = make_webhook_endpoint(acme, url=hook.url)
    make_webhook_delivery(acme, endpoint=endpoint)
    queue_task()
    answer, hook.behaves = hook.behaves, hangs
    worker = workers.start_worker()
    wait_until(lambda: hook.requests)

    worker.terminate()

    assert statuses() == ["sending"]
    hook.behaves = answer
    end_lease()
    workers.start_worker()
    wait_until(lambda: statuses() == ["delivered"])
