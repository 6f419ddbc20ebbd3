"""/v1/webhooks: addresses, what was sent to them, and the secret."""

from __future__ import annotations

from uuid import uuid4

import pytest
from asgiref.sync import async_to_sync
from standardwebhooks import Webhook

from imports.webhooks.dispatcher import Dispatcher
from imports.webhooks.models import WebhookDelivery, WebhookEndpoint, WebhookSecret
from irisx.accounts.tenancy import ALL, tenant_scope
from tests.factories import import_csv
from tests.receivers import answers, receiver

pytestmark = pytest.mark.django_db

URL = "https://example.com/hook"
EVENTS = ["completed", "failed", "cancelled", "corrected", "held"]


@pytest.fixture
def ours(api, alice):
    return api(alice)


@pytest.fixture
def make_endpoint(ours):
    def make(**body) -> dict:
        answer = ours.post("/v1/webhooks", {"url": URL, **body}, format="json")
        assert answer.status_code == 201, answer.content
        return answer.json()

    return make


def dispatch() -> None:
    async_to_sync(Dispatcher().run)()


def test_an_endpoint_from_beginning_to_end(ours):
    made = ours.post("/v1/webhooks", {"url": URL}, format="json")
    assert made.status_code == 201
    endpoint = made.json()
    assert endpoint == {
        "id": endpoint["id"],
        "url": URL,
        "events": EVENTS,
        "enabled": True,
        "disabled_reason": None,
        "created_at": endpoint["created_at"],
    }
    address = f"/v1/webhooks/{endpoint['id']}"
    assert ours.get(address).json() == endpoint
    assert ours.get("/v1/webhooks").json() == {"results": [endpoint], "page": 1, "limit": 20, "total": 1}

    changed = ours.patch(address, {"events": ["failed"], "enabled": False}, format="json")
    assert changed.status_code == 200
    assert changed.json() == {**endpoint, "events": ["failed"], "enabled": False, "disabled_reason": "by_user"}
    assert ours.patch(address, {"enabled": True}, format="json").json() == {**endpoint, "events": ["failed"]}

    assert ours.delete(address).status_code == 204
    assert ours.get(address).status_code == 404
    assert ours.get("/v1/webhooks").json()["total"] == 0


def test_an_event_may_be_named_as_it_is_sent(make_endpoint):
    named = ["import.completed", "failed", "completed"]
    assert make_endpoint(events=named)["events"] == ["completed", "failed"]


@pytest.mark.parametrize(
    ("body", "code", "field"),
    [
        ({}, "invalid_value", "url"),
        ({"url": ""}, "invalid_value", "url"),
        ({"url": None}, "invalid_value", "url"),
        ({"url": ["https://example.com"]}, "invalid_value", "url"),
        ({"url": "https://example.com/" + "x" * 1000}, "invalid_value", "url"),
        ({"url": "https://10.0.0.1/"}, "url_not_allowed", "url"),
        ({"url": "https://[64:ff9b::7f00:1]/"}, "url_not_allowed", "url"),
        ({"url": "https://user:secret@example.com/"}, "url_not_allowed", "url"),
        ({"url": "file:///etc/passwd"}, "url_not_allowed", "url"),
        ({"url": URL, "events": []}, "invalid_value", "events"),
        ({"url": URL, "events": ["lunch"]}, "invalid_value", "events.0"),
        ({"url": URL, "events": [{"a": 1}]}, "invalid_value", "events.0"),
        ({"url": URL, "events": "completed"}, "invalid_value", "events"),
        ([], "malformed", None),
    ],
)
def test_what_is_no_endpoint_is_refused(ours, body, code, field):
    answer = ours.post("/v1/webhooks", body, format="json")

    assert (answer.status_code, answer.json()["code"], answer.json().get("field")) == (400, code, field)
    assert ours.get("/v1/webhooks").json()["total"] == 0


@pytest.mark.parametrize("body", [{"url": "https://10.0.0.1/"}, {"events": []}, {"enabled": "perhaps"}, {"url": None}])
def test_a_change_that_is_refused_changes_nothing(ours, make_endpoint, body):
    endpoint = make_endpoint()
    address = f"/v1/webhooks/{endpoint['id']}"

    assert ours.patch(address, body, format="json").status_code == 400
    assert ours.get(address).json() == endpoint


def test_a_tenant_has_so_many_endpoints_and_no_more(ours, make_endpoint, settings):
    settings.WEBHOOK_ENDPOINTS_PER_TENANT = 1
    make_endpoint()

    refused = ours.post("/v1/webhooks", {"url": URL}, format="json")

    assert (refused.status_code, refused.json()["code"], refused.json()["limit"]) == (409, "too_many_endpoints", 1)


# Deliveries ----------------------------------------------------------------------------------------------------------


def test_deliveries_are_listed_and_can_be_sent_again(acme, ours, make_endpoint):
    with receiver(answers(500, b"Oh no")) as hook:
        endpoint = make_endpoint(url=hook.url)
        job = import_csv(acme)
        dispatch()

        page = ours.get(f"/v1/webhooks/{endpoint['id']}/deliveries").json()
        (delivery,) = page["results"]
        assert page["total"] == 1
        assert delivery == {
            "id": hook.requests[0].headers["webhook-id"],
            "type": "import.completed",
            "import_id": str(job.pk),
            "endpoint_id": endpoint["id"],
            "url": hook.url,
            "status": "waiting",
            "attempts": 1,
            "next_attempt_at": delivery["next_attempt_at"],
            "last_attempt_at": delivery["last_attempt_at"],
            "response_status": 500,
            "response_body": "Oh no",
            "error": "The answer was 500; only 200 to 299 is success.",
            "created_at": delivery["created_at"],
            "finished_at": None,
        }
        assert delivery["next_attempt_at"] > delivery["last_attempt_at"]

        hook.behaves = answers(204)
        sent_again = ours.post(f"/v1/webhooks/deliveries/{delivery['id']}/resend")
        assert (sent_again.status_code, sent_again.json()["attempts"]) == (202, 0)
        dispatch()

    assert [request.headers["webhook-id"] for request in hook.requests] == [delivery["id"]] * 2
    (delivered,) = ours.get(f"/v1/webhooks/{endpoint['id']}/deliveries?status=delivered").json()["results"]
    assert (delivered["status"], delivered["response_status"], delivered["next_attempt_at"]) == ("delivered", 204, None)


def test_deliveries_to_an_imports_own_address_are_listed_with_the_others(acme, ours, make_endpoint):
    make_endpoint()
    first = import_csv(acme)
    second = import_csv(acme, webhook_url="https://example.org/own")

    assert ours.get("/v1/webhooks/deliveries").json()["total"] == 3
    of_first = ours.get(f"/v1/webhooks/deliveries?import_id={first.pk}").json()["results"]
    of_second = ours.get(f"/v1/webhooks/deliveries?import_id={second.pk}").json()["results"]
    assert [delivery["url"] for delivery in of_first] == [URL]
    assert {delivery["url"]: bool(delivery["endpoint_id"]) for delivery in of_second} == {
        URL: True,
        "https://example.org/own": False,
    }


@pytest.mark.parametrize("query", ["status=lost", "import_id=1", "limit=101"])
def test_a_filter_that_is_none_is_refused(ours, query):
    assert ours.get(f"/v1/webhooks/deliveries?{query}").status_code == 400


def test_what_is_switched_off_is_not_sent_again(acme, ours, make_endpoint):
    endpoint = make_endpoint()
    import_csv(acme)
    ours.patch(f"/v1/webhooks/{endpoint['id']}", {"enabled": False}, format="json")
    (delivery,) = ours.get("/v1/webhooks/deliveries").json()["results"]
    assert (delivery["status"], delivery["error"]) == ("failed", "The address was switched off before this was sent.")

    refused = ours.post(f"/v1/webhooks/deliveries/{delivery['id']}/resend")

    assert (refused.status_code, refused.json()["code"]) == (409, "endpoint_disabled")


# The secret ----------------------------------------------------------------------------------------------------------


def test_the_secret_can_be_read_and_rotated(acme, ours, make_endpoint):
    first = ours.get("/v1/webhooks/secret")
    assert first.json() == ours.get("/v1/webhooks/secret").json()
    assert first.json()["previous_until"] is None
    assert first["Cache-Control"] == "no-store"

    second = ours.post("/v1/webhooks/secret/rotate")
    assert second.status_code == 200
    assert second.json()["secret"] != first.json()["secret"]
    assert second.json()["previous_until"] is not None
    assert ours.get("/v1/webhooks/secret").json() == second.json()

    with receiver() as hook:
        make_endpoint(url=hook.url)
        import_csv(acme)
        dispatch()
    for answer in (first, second):
        Webhook(answer.json()["secret"]).verify(hook.requests[0].body, hook.requests[0].headers)


def test_a_secret_that_no_key_decrypts_is_said_to_be_so_and_can_be_replaced(ours, settings):
    ours.get("/v1/webhooks/secret")
    settings.FIELD_ENCRYPTION_KEYS = ["b25seS13aGlsZS10aGUtaW1hZ2UtaXMtYnVpbHQtLS0="]

    lost = ours.get("/v1/webhooks/secret")
    replaced = ours.post("/v1/webhooks/secret/rotate")

    assert (lost.status_code, lost.json()["code"]) == (503, "secret_unreadable")
    assert (replaced.status_code, replaced.json()["previous_until"]) == (200, None)
    assert ours.get("/v1/webhooks/secret").json() == replaced.json()


# Whose they are ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("method", "address", "body"),
    [
        ("get", "/v1/webhooks/{endpoint}", None),
        ("patch", "/v1/webhooks/{endpoint}", {"enabled": False}),
        ("delete", "/v1/webhooks/{endpoint}", None),
        ("get", "/v1/webhooks/{endpoint}/deliveries", None),
        ("post", "/v1/webhooks/deliveries/{delivery}/resend", None),
    ],
)
def test_what_is_another_tenants_is_answered_as_if_it_were_not(
    acme, api, bob, ours, make_endpoint, method, address, body
):
    endpoint = make_endpoint()
    import_csv(acme)
    (delivery,) = ours.get("/v1/webhooks/deliveries").json()["results"]
    theirs = getattr(api(bob), method)
    before = (ours.get("/v1/webhooks").json(), ours.get("/v1/webhooks/deliveries").json())

    foreign = theirs(address.format(endpoint=endpoint["id"], delivery=delivery["id"]), body, format="json")
    unknown = theirs(address.format(endpoint=uuid4(), delivery=uuid4()), body, format="json")

    assert (foreign.status_code, foreign.json()) == (unknown.status_code, unknown.json())
    assert foreign.status_code == 404
    assert (ours.get("/v1/webhooks").json(), ours.get("/v1/webhooks/deliveries").json()) == before


def test_lists_and_secrets_are_the_own_tenants(acme, api, bob, ours, make_endpoint):
    make_endpoint()
    import_csv(acme)
    theirs = api(bob)

    assert theirs.get("/v1/webhooks").json()["total"] == 0
    assert theirs.get("/v1/webhooks/deliveries").json()["total"] == 0
    assert theirs.get("/v1/webhooks/secret").json() != ours.get("/v1/webhooks/secret").json()
    secret = ours.get("/v1/webhooks/secret").json()
    theirs.post("/v1/webhooks/secret/rotate")
    assert ours.get("/v1/webhooks/secret").json() == secret


def test_a_tenant_that_is_deleted_takes_all_of_it_along(acme, make_endpoint, ours):
    make_endpoint()
    import_csv(acme)
    ours.get("/v1/webhooks/secret")

    with tenant_scope(acme):
        acme.delete()

    with tenant_scope(ALL):
        assert [model.objects.count() for model in (WebhookEndpoint, WebhookDelivery, WebhookSecret)] == [0, 0, 0]
