"""What becomes an event, for whom, and exactly how often."""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import datetime

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob

from imports import control, retention, runner, services, sweeper
from imports.api.serializers import JobSerializer
from imports.engine.errors import SourceUnavailable
from imports.webhooks import endpoints
from imports.webhooks.events import record
from imports.webhooks.models import WebhookEvent
from irisx.accounts.tenancy import ALL, tenant_scope
from irisx.refusals import Invalid
from tests.factories import confirm, contacts_of, import_csv, make_job, reload, upload

pytestmark = pytest.mark.django_db

URL = "https://example.com/hook"
OTHER_URL = "https://example.org/own"


@pytest.fixture
def sent(deliveries):
    """Return event and address of each delivery, oldest first."""
    return lambda: [(delivery.event, delivery.address) for delivery in deliveries()]


def waiting_tasks() -> int:
    return ProcrastinateJob.objects.filter(task_name="imports.deliver_webhooks", status="todo").count()


def test_an_import_that_ends_is_told_once_as_the_api_shows_it(acme, listen, deliveries):
    listen(URL)

    job = import_csv(acme)

    (delivery,) = deliveries()
    payload = json.loads(delivery.body)
    assert (delivery.event, delivery.status, delivery.job_id) == ("completed", "waiting", job.pk)
    assert payload.keys() == {"type", "timestamp", "data"}
    assert payload["type"] == "import.completed"
    assert datetime.fromisoformat(payload["timestamp"]) == delivery.due_at
    with tenant_scope(acme):
        shown = JobSerializer(job).data
    assert payload["data"] == json.loads(json.dumps(shown, default=str))
    assert payload["data"]["created_count"] == 2
    assert waiting_tasks() == 1


def test_an_import_that_fails_is_told(acme, listen, sent):
    listen(URL)
    job = reload(confirm(upload(acme)))
    job = runner.claim(job.pk, job.epoch)

    with tenant_scope(acme):
        services.fail(job.pk, epoch=job.epoch, error=SourceUnavailable())
        services.fail(job.pk, epoch=job.epoch, error=SourceUnavailable())

    assert sent() == [("failed", URL)]


def test_an_import_that_is_retried_is_told_of_both_its_ends(acme, listen, sent):
    listen(URL)
    job = reload(confirm(upload(acme)))
    job = runner.claim(job.pk, job.epoch)
    with tenant_scope(acme):
        services.fail(job.pk, epoch=job.epoch, error=SourceUnavailable())

    control.retry(job)
    runner.run_to_end(job.pk)

    assert sent() == [("failed", URL), ("completed", URL)]


@pytest.mark.parametrize("is_started", [False, True])
def test_an_import_that_is_cancelled_is_told_once(acme, listen, sent, is_started):
    listen(URL)
    job = upload(acme)
    if is_started:
        confirm(job)

    control.cancel(job)
    control.cancel(job)

    assert sent() == [("cancelled", URL)]


def test_an_import_that_is_cancelled_while_it_runs_is_told_once(acme, listen, sent):
    listen(URL)
    job = confirm(upload(acme, "Email\n" + "".join(f"p{n}@example.com\n" for n in range(1000))))

    def cancel(job):
        if job.processed_rows == 300:
            control.cancel(job)

    runner.run_to_end(job.pk, watch=cancel)

    assert sent() == [("cancelled", URL)]


def test_an_upload_that_nobody_started_for_a_week_is_told(acme, listen, sent, settings):
    listen(URL)
    upload(acme)
    settings.UPLOADED_FILES_KEPT_DAYS = -1

    retention.purge()
    retention.purge()

    assert sent() == [("cancelled", URL)]


def test_a_runner_that_lost_its_job_tells_nothing(acme, listen, sent):
    listen(URL)
    job = reload(confirm(upload(acme)))
    job = runner.claim(job.pk, job.epoch)

    with tenant_scope(acme):
        assert not services.complete(job.pk, epoch=job.epoch - 1)

    assert sent() == []


def test_an_end_that_is_rolled_back_is_told_to_nobody(acme, listen, sent):
    listen(URL)
    job = reload(confirm(upload(acme)))
    job = runner.claim(job.pk, job.epoch)

    class PowerCut(Exception):
        pass

    with suppress(PowerCut), tenant_scope(ALL):
        assert services.fail(job.pk, epoch=job.epoch, error=SourceUnavailable())
        assert len(sent()) == 1
        raise PowerCut

    assert (sent(), waiting_tasks()) == ([], 0)
    runner.run_to_end(_left(job).pk)
    assert sent() == [("completed", URL)]
    assert len(contacts_of(acme)) == 2


def _left(job):
    """Have a claimed job taken over, as if its runner had died."""
    with tenant_scope(job.tenant_id):
        type(job).objects.filter(pk=job.pk).update(backend_pid=2**31 - 1)
    sweeper.sweep()
    return job


# For whom ------------------------------------------------------------------------------------------------------------


def test_only_the_own_tenants_addresses_are_told(acme, globex, listen, sent):
    listen(URL, tenant=globex)

    import_csv(acme)

    assert sent() == []
    assert waiting_tasks() == 0


def test_an_address_is_told_the_events_it_wants(acme, listen, sent):
    listen(URL, events=["failed", "corrected"])
    listen(OTHER_URL, events=["completed"])

    job = import_csv(acme)
    with tenant_scope(acme):
        record(job.pk, WebhookEvent.CORRECTED)

    assert sent() == [("completed", OTHER_URL), ("corrected", URL)]


def test_an_address_that_is_switched_off_is_not_told(acme, listen, sent):
    endpoint = listen(URL)
    with tenant_scope(acme):
        endpoints.change(endpoint, enabled=False)

    import_csv(acme)

    assert sent() == []


def test_a_jobs_own_address_is_told_besides(acme, listen, sent):
    listen(URL)

    import_csv(acme, webhook_url=OTHER_URL)

    assert sent() == [("completed", URL), ("completed", OTHER_URL)]


@pytest.mark.parametrize(
    ("events", "expected"), [("failed,cancelled", []), ("completed", ["completed"]), ("corrected", ["corrected"])]
)
def test_a_jobs_own_address_is_told_the_events_it_wants(acme, sent, events, expected):
    job = import_csv(acme, webhook_url=OTHER_URL, webhook_events=events)
    with tenant_scope(acme):
        record(job.pk, WebhookEvent.CORRECTED)

    assert [event for event, _ in sent()] == expected


def test_a_jobs_own_address_is_told_of_its_end_by_default(acme):
    assert upload(acme, webhook_url=OTHER_URL).webhook_events == ["completed", "failed", "cancelled"]


@pytest.mark.parametrize(
    "url", ["https://10.0.0.1/", "https://user:secret@example.com/", "https://[::ffff:127.0.0.1]/", "https://0x7f.1/"]
)
def test_a_jobs_own_address_is_checked_when_it_is_saved(acme, url):
    with pytest.raises(Invalid) as refused:
        upload(acme, webhook_url=url)

    assert (refused.value.code, refused.value.details) == ("url_not_allowed", {"field": "webhook_url"})


def test_nobody_is_told_where_nobody_wants_to_know(acme, sent):
    with tenant_scope(acme):
        record(make_job(acme, status="cancelled").pk, WebhookEvent.CANCELLED)

    assert (sent(), waiting_tasks()) == ([], 0)
