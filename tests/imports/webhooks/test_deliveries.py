"""What is sent, how often, and what becomes of it: receivers that behave badly, and workers that die."""

from __future__ import annotations

import json
import threading
from datetime import UTC, datetime, timedelta
from uuid import NAMESPACE_URL, UUID, uuid4, uuid5

import pytest
import time_machine
from django.core import mail
from django.db import connection
from django.db.models import Count
from django.test.utils import CaptureQueriesContext
from procrastinate.contrib.django.models import ProcrastinateJob
from standardwebhooks import WebhookVerificationError

from imports.tasks import mail_webhook_disabled
from imports.webhooks import deliveries as outbox
from imports.webhooks import dispatcher, endpoints, schedule, signing
from imports.webhooks.deliveries import Due, turns
from imports.webhooks.models import WebhookDelivery, WebhookEndpoint, lane_of
from irisx import outbound
from irisx.accounts.models import User
from irisx.accounts.tenancy import ALL, tenant_scope
from irisx.outbound import Answer, NotReached
from irisx.refusals import Conflict
from tests.conftest import PASSWORD
from tests.factories import import_csv
from tests.receivers import answers, drips, floods, hangs, receiver, resets, self_signed

pytestmark = pytest.mark.django_db

START = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


@pytest.fixture
def clock():
    """A clock that stands still until it is shifted."""
    with time_machine.travel(START, tick=False) as traveller:
        yield traveller


def outcome(delivery: WebhookDelivery) -> tuple[str, int, int | None, str]:
    return delivery.status, delivery.attempts, delivery.response_status, delivery.error


def make_deliveries(endpoint: WebhookEndpoint | None, number: int, **values) -> None:
    """Fill the outbox as so many imports would; without an endpoint, those of a tenant that have a url and a lane."""
    if endpoint:
        values |= {"tenant": endpoint.tenant, "endpoint": endpoint, "lane": endpoint.pk}
    now = datetime.now(UTC)
    with tenant_scope(values["tenant"]):
        WebhookDelivery.objects.bulk_create(
            WebhookDelivery(job_id=uuid4(), event="completed", body="{}", due_at=now, **values) for _ in range(number)
        )


# Delivered -----------------------------------------------------------------------------------------------------------


def test_what_arrives_is_what_happened_and_is_signed(acme, hook, listen, dispatch, deliveries, verified):
    listen(hook.url)
    job = import_csv(acme)

    dispatch()

    (request,) = hook.requests
    payload = verified(request)
    assert (payload["type"], payload["data"]["id"], payload["data"]["created_count"]) == (
        "import.completed",
        str(job.pk),
        2,
    )
    assert request.headers["content-type"] == "application/json"
    (delivery,) = deliveries()
    assert outcome(delivery) == ("delivered", 1, 204, "")
    assert (request.headers["webhook-id"], delivery.due_at) == (str(delivery.pk), None)
    assert delivery.finished_at is not None


def test_a_receiver_with_another_tenants_secret_takes_nothing(acme, globex, hook, listen, dispatch, verified):
    listen(hook.url)
    import_csv(acme)
    dispatch()

    with tenant_scope(globex):
        theirs = signing.secrets_of(globex).secret
    with pytest.raises(WebhookVerificationError):
        verified(hook.requests[0], theirs)


def test_a_jobs_own_address_gets_it_signed_by_the_same_secret(acme, hook, dispatch, deliveries, verified):
    import_csv(acme, webhook_url=hook.url)

    dispatch()

    assert verified(hook.requests[0])["type"] == "import.completed"
    assert outcome(deliveries()[0]) == ("delivered", 1, 204, "")


def test_what_is_delivered_is_not_sent_again(acme, hook, listen, dispatch, clock):
    listen(hook.url)
    import_csv(acme)
    for _ in range(3):
        dispatch()
        clock.shift(timedelta(days=1))

    assert len(hook.requests) == 1


def test_what_waits_goes_to_the_address_as_it_is_now(acme, hook, listen, dispatch):
    endpoint = listen("http://127.0.0.1:9/")
    import_csv(acme)
    with tenant_scope(acme):
        endpoints.change(endpoint, url=hook.url)

    dispatch()

    assert len(hook.requests) == 1


# Refused and out of reach --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("behaves", "status", "error"),
    [
        (answers(500, b"Oh\0no \xff"), 500, "The answer was 500; only 200 to 299 is success."),
        (answers(404), 404, "The answer was 404; only 200 to 299 is success."),
        (resets, None, "The connection was closed before an answer came."),
        (drips, None, "There was no whole answer within 0.3 seconds."),
        (hangs, None, "There was no whole answer within 0.3 seconds."),
    ],
)
def test_what_is_no_success_is_tried_again(acme, hook, listen, dispatch, deliveries, settings, behaves, status, error):
    settings.OUTBOUND_TIMEOUT_SECONDS = 0.3
    hook.behaves = behaves
    listen(hook.url)
    import_csv(acme)

    dispatch()

    (delivery,) = deliveries()
    assert outcome(delivery) == ("waiting", 1, status, error)
    assert timedelta(seconds=4.5) <= delivery.due_at - delivery.last_attempt_at <= timedelta(seconds=10)


def test_a_redirect_is_a_failure_and_not_followed(acme, hook, listen, dispatch, deliveries):
    with receiver() as canary:
        hook.behaves = answers(302, Location=canary.url)
        listen(hook.url)
        import_csv(acme)
        dispatch()
        assert canary.connections == 0

    assert outcome(deliveries()[0]) == (
        "waiting",
        1,
        302,
        "The answer was a redirect (302). Redirects are not followed: give the final address.",
    )


def test_a_certificate_that_nobody_vouches_for_is_a_failure(acme, listen, dispatch, deliveries, tmp_path):
    with receiver(certificate=self_signed(tmp_path)) as hook:
        listen(hook.url)
        import_csv(acme)
        dispatch()
        assert hook.requests == []

    assert outcome(deliveries()[0])[2:] == (None, "The certificate is not valid: self-signed certificate.")


def test_an_address_that_leads_inwards_since_it_was_saved_is_a_failure(
    acme, hook, listen, dispatch, deliveries, settings
):
    listen(hook.url)
    import_csv(acme)
    settings.OUTBOUND_ALLOWED_NETWORKS = []

    dispatch()

    assert hook.connections == 0
    assert outcome(deliveries()[0]) == (
        "waiting",
        1,
        None,
        "The address leads into a network that is not for webhooks.",
    )


def test_of_a_large_answer_a_kilobyte_is_kept_and_it_is_success_all_the_same(acme, hook, listen, dispatch, deliveries):
    hook.behaves = floods
    listen(hook.url)
    import_csv(acme)

    dispatch()

    (delivery,) = deliveries()
    assert outcome(delivery) == ("delivered", 1, 200, "")
    assert len(delivery.response_body) == 1024


def test_of_an_answer_that_is_no_text_what_can_be_kept_is_kept(acme, hook, listen, dispatch, deliveries):
    hook.behaves = answers(500, b"Oh\0no \xff \xc3\xa9")
    listen(hook.url)
    import_csv(acme)

    dispatch()

    assert deliveries()[0].response_body == "Oh�no � é"


def test_a_secret_that_cannot_be_read_does_not_stop_the_others(
    acme, globex, hook, listen, dispatch, deliveries, settings
):
    for tenant in (acme, globex):
        listen(hook.url, tenant=tenant)
        import_csv(tenant)
    with tenant_scope(acme):
        signing.secrets_of(acme)
    settings.FIELD_ENCRYPTION_KEYS = ["b25seS13aGlsZS10aGUtaW1hZ2UtaXMtYnVpbHQtLS0="]

    dispatch()

    assert [delivery.status for delivery in deliveries()] == ["waiting", "delivered"]
    assert len(hook.requests) == 1


def test_what_is_taken_of_many_tenants_takes_no_query_for_each(acme, globex, listen):
    def taken_with_queries(*tenants):
        for tenant in tenants:
            make_deliveries(listen("https://example.com/", tenant=tenant), 1)
            with tenant_scope(tenant):
                signing.secrets_of(tenant)
        with CaptureQueriesContext(connection) as queries:
            assert len(take()) == len(tenants)
        return len(queries)

    assert taken_with_queries(acme) == taken_with_queries(acme, globex)


# The schedule --------------------------------------------------------------------------------------------------------


def test_ten_tries_with_one_id_and_a_new_timestamp_each_then_no_more(
    acme, hook, listen, dispatch, deliveries, clock, verified, settings
):
    settings.WEBHOOK_DISABLED_AFTER = timedelta(days=30)
    hook.behaves = answers(500)
    listen(hook.url)
    import_csv(acme)
    pauses = []
    while not pauses or deliveries()[0].due_at:
        dispatch()
        verified(hook.requests[-1])
        (delivery,) = deliveries()
        pauses.append(delivery.due_at and delivery.due_at - datetime.now(UTC))
        clock.move_to(delivery.due_at or START)

    hours = [pause.total_seconds() / 3600 for pause in pauses[:-1]]
    expected = [5 / 3600, 5 / 60, 0.5, 2, 5, 10, 14, 20, 24]
    assert hours == pytest.approx(expected, rel=0.101)
    assert outcome(deliveries()[0])[:2] == ("failed", 10)
    assert len({request.headers["webhook-id"] for request in hook.requests}) == 1
    assert len({request.headers["webhook-timestamp"] for request in hook.requests}) == 10
    assert len({request.body for request in hook.requests}) == 1


def test_nothing_is_sent_before_it_is_due(acme, hook, listen, dispatch, deliveries, clock):
    hook.behaves = answers(500)
    listen(hook.url)
    import_csv(acme)
    dispatch()
    clock.move_to(deliveries()[0].due_at - timedelta(seconds=1))
    dispatch()
    assert len(hook.requests) == 1

    clock.shift(timedelta(seconds=1))
    hook.behaves = answers(200)
    dispatch()
    assert outcome(deliveries()[0]) == ("delivered", 2, 200, "")


@pytest.mark.parametrize(
    ("header", "due_at"),
    [
        ("120", START + timedelta(minutes=2)),
        ("Tue, 24 Nov 2026 12:10:00 GMT", START + timedelta(minutes=10)),
        ("99999999", START + timedelta(hours=24)),
    ],
)
def test_a_receiver_that_asks_for_time_gets_it(acme, hook, listen, dispatch, deliveries, clock, header, due_at):
    hook.behaves = answers(429, Retry_After=header)
    listen(hook.url)
    import_csv(acme)

    dispatch()

    assert deliveries()[0].due_at == due_at


# Switched off --------------------------------------------------------------------------------------------------------


@pytest.fixture
def mails():
    """Do what the worker would with mails that wait, and return all that were sent."""

    def sent():
        for task in ProcrastinateJob.objects.filter(task_name="imports.mail_webhook_disabled", status="todo"):
            mail_webhook_disabled(**task.args)
        return mail.outbox

    return sent


def endpoint_of(endpoint: WebhookEndpoint) -> WebhookEndpoint:
    with tenant_scope(ALL):
        return WebhookEndpoint.objects.get(pk=endpoint.pk)


def test_an_address_that_is_gone_is_switched_off_at_once(acme, alice, hook, listen, dispatch, deliveries, mails):
    hook.behaves = answers(410)
    endpoint = listen(hook.url)
    make_deliveries(endpoint, 10)

    dispatch()

    assert endpoint_of(endpoint).disabled_reason == "gone"
    # As many as were on their way at the same time; the others were never sent.
    assert len(hook.requests) == 5
    assert {delivery.status for delivery in deliveries()} == {"failed"}
    assert [outcome(delivery) for delivery in deliveries() if not delivery.attempts] == [
        ("failed", 0, None, "The address was switched off before this was sent.")
    ] * 5
    (sent,) = mails()
    assert (sent.to, sent.subject) == (["alice@acme.example"], "Nothing is sent to 127.0.0.1 any more")
    assert "410 Gone" in sent.body


def test_an_address_that_fails_for_three_days_is_switched_off_and_its_people_are_told(
    acme, alice, bob, hook, listen, dispatch, deliveries, clock, mails, monkeypatch
):
    # All pauses together are 3 days and 3 hours; chance makes them less than 3 days once in 25 times.
    monkeypatch.setattr(schedule, "JITTER", 0)
    User.objects.create_user("former@acme.example", PASSWORD, tenant=acme, is_active=False)
    hook.behaves = answers(500)
    endpoint = listen(hook.url)
    import_csv(acme)
    while (due_at := deliveries()[0].due_at) is not None:
        assert endpoint_of(endpoint).is_enabled
        clock.move_to(due_at)
        dispatch()

    assert endpoint_of(endpoint).disabled_reason == "failing"
    assert datetime.now(UTC) - START >= timedelta(days=3)
    assert [delivery.status for delivery in deliveries()] == ["failed"]
    (sent,) = mails()
    assert sent.to == ["alice@acme.example"]
    assert "for 3 days" in sent.body
    assert "The answer was 500" in sent.body
    assert "\nhttp://127.0.0.1:8000/webhooks/\n" in sent.body


def test_a_success_between_begins_the_three_days_anew(acme, hook, listen, dispatch, clock):
    endpoint = listen(hook.url)
    for behaves in (answers(500), answers(200), answers(500)):
        hook.behaves = behaves
        import_csv(acme)
        dispatch()
        clock.shift(timedelta(days=2))

    assert endpoint_of(endpoint).is_enabled
    assert endpoint_of(endpoint).failing_since == START + timedelta(days=4)


def test_nobody_is_told_what_they_did_themselves(acme, alice, listen, deliveries, mails):
    endpoint = listen("https://example.com/")
    make_deliveries(endpoint, 1)
    with tenant_scope(acme):
        endpoints.change(endpoint, enabled=False)

    assert endpoint_of(endpoint).disabled_reason == "by_user"
    assert [delivery.status for delivery in deliveries()] == ["failed"]
    assert mails() == []


def test_switched_on_again_an_address_has_a_clean_slate(acme, hook, listen, dispatch):
    hook.behaves = answers(410)
    endpoint = listen(hook.url)
    make_deliveries(endpoint, 1)
    dispatch()
    endpoint = endpoint_of(endpoint)
    with tenant_scope(acme):
        endpoints.change(endpoint, enabled=True)

    fresh = endpoint_of(endpoint)
    assert (fresh.is_enabled, fresh.failing_since) == (True, None)


def test_what_an_address_answers_that_was_replaced_meanwhile_says_nothing_of_the_new_one(acme, listen, deliveries):
    endpoint = listen("https://example.com/old")
    make_deliveries(endpoint, 1)
    (under_way,) = take()
    with tenant_scope(acme):
        endpoints.change(endpoint, url="https://example.com/new")

    outbox.settle(under_way, Answer(410, {}, b""))

    assert (endpoint_of(endpoint).is_enabled, endpoint_of(endpoint).failing_since) == (True, None)
    assert deliveries()[0].status == "failed"


def test_a_new_address_does_not_inherit_for_how_long_the_old_one_failed(acme, listen):
    endpoint = listen("https://example.com/old")
    with tenant_scope(acme):
        WebhookEndpoint.objects.filter(pk=endpoint.pk).update(failing_since=START)
        endpoints.change(endpoint, events=["failed"])
    assert endpoint_of(endpoint).failing_since == START

    with tenant_scope(acme):
        endpoints.change(endpoint, url="https://example.com/new")
    assert endpoint_of(endpoint).failing_since is None


def test_a_change_undoes_nothing_that_happened_since_the_endpoint_was_read(acme, listen):
    endpoint = listen("https://example.com/")
    read_before = endpoint_of(endpoint)
    with tenant_scope(acme):
        endpoints.change(endpoint, url="https://example.com/new")
        endpoints.disable(endpoint, "gone")
        endpoints.change(read_before, events=["failed"], enabled=True)

    fresh = endpoint_of(endpoint)
    assert (fresh.url, fresh.events, fresh.is_enabled) == ("https://example.com/new", ["failed"], True)


def test_a_jobs_own_address_that_is_gone_ends_that_delivery(acme, hook, dispatch, deliveries):
    hook.behaves = answers(410)
    import_csv(acme, webhook_url=hook.url)

    dispatch()

    assert outcome(deliveries()[0])[:3] == ("failed", 1, 410)


# Sent again ----------------------------------------------------------------------------------------------------------


def resend(delivery: WebhookDelivery) -> None:
    with tenant_scope(delivery.tenant_id):
        endpoints.resend(delivery)


def test_a_delivery_is_sent_again_under_its_id(acme, hook, listen, dispatch, deliveries, verified):
    listen(hook.url)
    import_csv(acme)
    dispatch()

    resend(deliveries()[0])
    dispatch()

    first, second = hook.requests
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    assert verified(second) == json.loads(first.body)
    assert outcome(deliveries()[0]) == ("delivered", 1, 204, "")


def test_a_delivery_that_failed_for_good_has_all_its_tries_again(acme, hook, listen, dispatch, deliveries):
    endpoint = listen(hook.url)
    make_deliveries(endpoint, 1)
    with tenant_scope(acme):
        WebhookDelivery.objects.update(status="failed", due_at=None, finished_at=START, attempts=10)
    hook.behaves = answers(500)

    resend(deliveries()[0])
    dispatch()

    assert outcome(deliveries()[0])[:2] == ("waiting", 1)


def test_what_is_under_way_or_switched_off_is_not_sent_again(acme, listen, deliveries):
    endpoint = listen("https://example.com/")
    make_deliveries(endpoint, 1, status="sending")
    with pytest.raises(Conflict) as refused:
        resend(deliveries()[0])
    assert refused.value.code == "being_sent"

    with tenant_scope(acme):
        endpoints.change(endpoint, enabled=False)
    with pytest.raises(Conflict) as refused:
        resend(deliveries()[0])
    assert refused.value.code == "endpoint_disabled"


# Workers that die or freeze ------------------------------------------------------------------------------------------


def take():
    return outbox.take(places=100, places_for_failing=50)


def test_two_who_take_at_once_never_take_the_same(acme, listen):
    make_deliveries(listen("https://example.com/"), 10)

    first, second = take(), take()

    assert len(first) == 5
    assert second == []


def test_what_a_dead_worker_had_is_sent_again_after_its_lease(acme, hook, listen, dispatch, deliveries, clock):
    listen(hook.url)
    import_csv(acme)
    (lost,) = take()

    dispatch()
    assert hook.requests == []
    clock.shift(outbox.LEASE)
    dispatch()

    assert [request.headers["webhook-id"] for request in hook.requests] == [str(lost.id)]
    assert outcome(deliveries()[0]) == ("delivered", 2, 204, "")


@pytest.mark.parametrize("late", [Answer(500, {}, b""), Answer(410, {}, b""), NotReached("No answer.")])
def test_who_was_frozen_and_comes_late_changes_nothing(acme, hook, listen, dispatch, deliveries, clock, late):
    endpoint = listen(hook.url)
    import_csv(acme)
    (frozen,) = take()
    clock.shift(outbox.LEASE)
    dispatch()

    outbox.settle(frozen, late)

    assert outcome(deliveries()[0]) == ("delivered", 2, 204, "")
    assert endpoint_of(endpoint).is_enabled


def test_what_a_dead_worker_had_for_an_address_that_is_switched_off_is_not_sent(
    acme, hook, listen, dispatch, deliveries, clock
):
    endpoint = listen(hook.url)
    import_csv(acme)
    take()
    with tenant_scope(acme):
        endpoints.change(endpoint, enabled=False)
    clock.shift(outbox.LEASE)

    dispatch()

    assert hook.requests == []
    assert deliveries()[0].status == "failed"


def test_an_address_that_is_deleted_meanwhile_is_forgotten(acme, listen, deliveries):
    endpoint = listen("https://example.com/")
    import_csv(acme)
    (taken,) = take()
    with tenant_scope(acme):
        endpoints.delete(endpoint)

    outbox.settle(taken, Answer(200, {}, b""))

    assert deliveries() == []


def test_an_outcome_that_cannot_be_noted_stops_nobody_else(
    acme, globex, hook, listen, dispatch, deliveries, monkeypatch, caplog
):
    has_failed = threading.Event()

    def settle(taken, outcome):
        if taken.tenant_id == acme.pk:
            has_failed.set()
            raise OverflowError
        outbox.settle(taken, outcome)

    def answers_later(request):
        has_failed.wait(10)
        answers(204)(request)

    monkeypatch.setattr(dispatcher, "settle", settle)
    with receiver(answers_later) as later:
        make_deliveries(listen(hook.url), 1)
        make_deliveries(listen(later.url, tenant=globex), 1)
        dispatch()

    assert [delivery.status for delivery in deliveries()] == ["sending", "delivered"]
    assert "what came of it was not noted" in caplog.text


# Turns ---------------------------------------------------------------------------------------------------------------


def due(lane: str, number: int, *, tenant=1, has_failed=False, sending=0, tenant_sending=0, since=0) -> list[Due]:
    return [
        Due(
            id=UUID(int=n),
            tenant_id=tenant,
            lane=uuid5(NAMESPACE_URL, lane),
            due_at=START + timedelta(seconds=since + n),
            has_failed=has_failed,
            sending=sending,
            tenant_sending=tenant_sending,
        )
        for n in range(number)
    ]


def names(chosen: list[Due]) -> str:
    known = {uuid5(NAMESPACE_URL, name): name for name in "abcdef"}
    return "".join(known[delivery.lane] for delivery in chosen)


@pytest.mark.parametrize(
    ("waiting", "places", "expected"),
    [
        (due("a", 5) + due("b", 2, since=60) + due("c", 1, since=90), 100, "abcabaaa"),
        (due("a", 5) + due("b", 2, since=60) + due("c", 1, since=90), 4, "abca"),
        (due("a", 5, has_failed=True) + due("b", 2), 100, "abb"),
        (due("a", 5, has_failed=True, sending=1) + due("b", 1), 100, "b"),
        (due("a", 5, sending=3), 100, "aa"),
        (due("a", 5, sending=7), 100, ""),
        # The two that fail longest have the two places for such; the others wait, and hold nobody up.
        (
            [waiting for lane in "abcd" for waiting in due(lane, 1, has_failed=True)] + due("e", 2, since=60),
            100,
            "abee",
        ),
        # A tenant's ten places: eight are taken, whichever of its addresses they went to.
        (due("a", 3, tenant_sending=8) + due("b", 3, tenant_sending=8) + due("c", 2, tenant=2, since=60), 100, "abcc"),
        ([], 100, ""),
    ],
)
def test_turns(waiting, places, expected, settings):
    settings.WEBHOOKS_AT_ONCE_PER_TENANT = 10

    assert names(turns(waiting, places=places, places_for_failing=2)) == expected


def test_one_dead_address_with_ten_thousand_waiting_does_not_hold_up_another_tenants(
    acme, globex, hook, listen, dispatch, settings
):
    settings.OUTBOUND_TIMEOUT_SECONDS = 0.2
    with receiver(hangs) as dead:
        make_deliveries(listen(dead.url), 10_000)
        listen(hook.url, tenant=globex)
        import_csv(globex)
        before = []

        def note(request):
            before.append(len(dead.requests))
            settings.WEBHOOKS_AT_ONCE_PER_ADDRESS = 0  # seen enough: begin no more
            answers(204)(request)

        hook.behaves = note
        dispatch()

    # While the dead one had its first places, not after its 10,000.
    assert before[0] <= 5
    with tenant_scope(ALL):
        by_status = dict(WebhookDelivery.objects.values_list("status").annotate(Count("id")))
    assert by_status == {"delivered": 1, "waiting": 10_000}


def test_imports_with_an_address_each_on_one_dead_host_hold_up_no_other_tenant(
    acme, globex, hook, listen, dispatch, deliveries, settings
):
    settings.OUTBOUND_TIMEOUT_SECONDS = 0.2
    settings.WEBHOOKS_AT_ONCE = 10
    with receiver(hangs) as dead:
        for number in range(10):
            url = f"{dead.url}?import={number}"
            make_deliveries(None, 1, tenant=acme, url=url, lane=lane_of(acme.pk, url))
        make_deliveries(listen(hook.url, tenant=globex), 1)
        before = []

        def note(request):
            before.append(len(dead.requests))
            settings.WEBHOOKS_AT_ONCE_PER_ADDRESS = 0
            answers(204)(request)

        hook.behaves = note
        dispatch()

    assert before[0] <= 5


def test_what_a_tenant_has_under_way_counts_whatever_addresses_it_goes_to(acme, globex, listen, settings):
    settings.WEBHOOKS_AT_ONCE_PER_TENANT = 4
    for number in range(3):
        make_deliveries(listen(f"https://example.com/{number}"), 2)
    make_deliveries(listen("https://example.org/", tenant=globex), 1)

    first, second = take(), take()

    assert sorted(taken.tenant_id for taken in first) == sorted([acme.pk] * 4 + [globex.pk])
    assert second == []


def test_a_name_that_is_slow_to_be_found_holds_up_nobody_else(
    acme, globex, hook, listen, dispatch, settings, monkeypatch
):
    settings.OUTBOUND_TIMEOUT_SECONDS = 0.2
    real = outbound.look_up

    def look_up(host, port):
        return [hangs_until_closed()] if host == "slow.example" else real(host, port)

    def hangs_until_closed():
        hook.is_closing.wait()
        raise OSError

    monkeypatch.setattr(outbound, "look_up", look_up)
    listen("http://slow.example/")
    import_csv(acme)
    listen(hook.url.replace("127.0.0.1", "localhost"), tenant=globex)
    import_csv(globex)

    dispatch()

    assert len(hook.requests) == 1


# Keeping house -------------------------------------------------------------------------------------------------------


def test_deliveries_are_kept_for_a_month_after_their_end(acme, listen, deliveries, clock):
    endpoint = listen("https://example.com/")
    make_deliveries(endpoint, 3)
    clock.shift(timedelta(days=100))
    ended = datetime.now(UTC)
    waiting, old, recent = (delivery.pk for delivery in deliveries())
    with tenant_scope(acme):
        for key, days in ((old, 31), (recent, 29)):
            WebhookDelivery.objects.filter(pk=key).update(
                status="delivered", due_at=None, finished_at=ended - timedelta(days=days)
            )

    outbox.purge(batch_rows=1)

    assert {delivery.pk for delivery in deliveries()} == {waiting, recent}
