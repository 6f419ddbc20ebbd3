"""Webhooks: addresses, the secret, and what was sent."""

from __future__ import annotations

import json

import pytest
from django.utils import timezone

from imports.webhooks import signing
from imports.webhooks.models import WebhookDelivery, WebhookEndpoint, WebhookEvent
from irisx.accounts.tenancy import tenant_scope
from tests.factories import make_job, make_webhook_delivery, make_webhook_endpoint

EVIL = "<svg onload=alert(1)>"


def endpoints_of(tenant) -> list[WebhookEndpoint]:
    with tenant_scope(tenant):
        return list(WebhookEndpoint.objects.filter(tenant=tenant))


def failed(tenant, **values) -> WebhookDelivery:
    ended = {"status": "failed", "due_at": None, "finished_at": timezone.now(), "attempts": 10}
    return make_webhook_delivery(tenant, **{**ended, **values})


def test_an_address_is_added_for_some_events(alices, acme):
    assert "No address is told yet." in alices.get("/webhooks/").content.decode()

    alices.post("/webhooks/", {"url": "https://example.com/hook", "events": ["failed"]})

    (endpoint,) = endpoints_of(acme)
    assert (endpoint.url, endpoint.events) == ("https://example.com/hook", ["failed"])
    assert "Import failed" in alices.get("/webhooks/").context["endpoints"][0].events


def test_an_address_can_be_told_of_every_event_there_is(alices, acme):
    form = alices.get("/webhooks/").context["form"]

    assert {event for event, _ in form.fields["events"].choices} == set(WebhookEvent)


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"url": "", "events": ["failed"]}, "url"),
        ({"url": "ftp://example.com", "events": ["failed"]}, "url"),
        ({"url": "javascript:alert(1)", "events": ["failed"]}, "url"),
        ({"url": "https://example.com"}, "events"),
    ],
)
def test_what_cannot_be_told_is_said_at_its_field(alices, acme, given, field):
    assert alices.post("/webhooks/", given).context["form"].errors[field]
    assert endpoints_of(acme) == []


def test_an_address_is_paused_and_switched_on_again(alices, acme):
    endpoint = make_webhook_endpoint(acme)

    alices.post(f"/webhooks/{endpoint.pk}/switch/")
    assert endpoints_of(acme)[0].disabled_reason == "by_user"
    assert "Paused" in alices.get("/webhooks/").content.decode()

    alices.post(f"/webhooks/{endpoint.pk}/switch/", {"on": "1"})
    assert endpoints_of(acme)[0].is_enabled


def test_an_address_that_was_switched_off_says_why(alices, acme):
    make_webhook_endpoint(acme, disabled_reason="gone")

    assert "Because it answered 410 Gone." in alices.get("/webhooks/").content.decode()


def test_an_address_is_deleted_after_a_question(alices, acme):
    endpoint = make_webhook_endpoint(acme)
    assert "nothing any more?" in alices.get(f"/webhooks/{endpoint.pk}/delete/").content.decode()

    alices.post(f"/webhooks/{endpoint.pk}/delete/")

    assert endpoints_of(acme) == []


def test_the_secret_is_shown_only_when_asked_for(alices, acme):
    with tenant_scope(acme):
        secret = signing.secrets_of(acme).secret
    assert secret not in alices.get("/webhooks/").content.decode()
    assert alices.get("/webhooks/secret/").status_code == 405

    response = alices.post("/webhooks/secret/")

    assert response.context["secret"].secret == secret
    assert "no-store" in response["Cache-Control"]


def test_a_rotated_secret_and_the_one_before_are_both_valid(alices, acme):
    with tenant_scope(acme):
        before = signing.secrets_of(acme).secret

    shown = alices.post("/webhooks/secret/", {"rotate": "1"}).context["secret"]

    assert shown.secret != before
    assert shown.valid == [shown.secret, before]


def test_messages_say_state_answer_and_tries(alices, acme):
    job = make_job(acme, filename="leads.csv")
    failed(acme, job_id=job.pk, response_status=500, error="The answer was 500.", response_body=EVIL)
    make_webhook_delivery(acme, attempts=2, error="No answer.")

    waiting, ended = alices.get("/webhooks/").context["deliveries"]

    assert (waiting.badge.words, waiting.tries) == ("Will try again", "2 of 10")
    assert waiting.answer.startswith("No answer; again ")
    assert (ended.badge.words, ended.answer, ended.tries, str(ended.job)) == (
        "Failed",
        "The answer was 500.",
        "10",
        "leads.csv",
    )


def test_what_an_address_answered_is_text(alices, acme):
    delivery = failed(
        acme, response_body=EVIL, body=EVIL, endpoint=make_webhook_endpoint(acme, url=f"https://a/{EVIL}")
    )

    for page in ("/webhooks/", f"/webhooks/messages/{delivery.pk}/", f"/webhooks/{delivery.endpoint_id}/delete/"):
        response = alices.get(page)
        assert response.status_code == 200
        assert EVIL not in response.content.decode()


def test_a_message_is_sent_again_unless_its_address_is_off(alices, acme):
    delivery = failed(acme)

    alices.post(f"/webhooks/messages/{delivery.pk}/resend/")

    with tenant_scope(acme):
        delivery.refresh_from_db()
    assert (delivery.status, delivery.attempts) == ("waiting", 0)
    off = failed(acme, endpoint=make_webhook_endpoint(acme, disabled_reason="gone"))
    refused = alices.post(f"/webhooks/messages/{off.pk}/resend/", follow=True).content.decode()
    assert "The address is switched off." in refused


def test_a_test_is_sent_on_the_way_of_all_messages_and_shown(alices, acme):
    endpoint = make_webhook_endpoint(acme, events=["failed"])

    page = alices.post(f"/webhooks/{endpoint.pk}/test/", follow=True)

    with tenant_scope(acme):
        sent = WebhookDelivery.objects.get(tenant=acme)
    body = json.loads(sent.body)
    assert (body["type"], body["data"]) == ("webhook.test", {"endpoint_id": str(endpoint.pk)})
    assert (sent.status, sent.job_id, sent.lane) == ("waiting", None, endpoint.pk)
    assert page.redirect_chain[-1][0] == f"/webhooks/messages/{sent.pk}/"
    assert "A test is on its way to example.com." in page.content.decode()
    assert alices.get("/webhooks/").context["deliveries"][0].about == "a test"


def test_an_address_that_is_off_is_not_tested(alices, acme):
    endpoint = make_webhook_endpoint(acme, disabled_reason="by_user")

    page = alices.post(f"/webhooks/{endpoint.pk}/test/", follow=True).content.decode()

    assert "The address is switched off." in page
    assert "Send a test" not in page


def test_another_tenants_addresses_and_messages_are_not_found(alices, globex):
    theirs = failed(globex)

    for page in ("test", "switch", "delete"):
        assert alices.post(f"/webhooks/{theirs.endpoint_id}/{page}/").status_code == 404
    assert alices.post(f"/webhooks/messages/{theirs.pk}/resend/").status_code == 404
    assert alices.get(f"/webhooks/messages/{theirs.pk}/").status_code == 404
