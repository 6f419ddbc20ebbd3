"""/v1/lists and /v1/fields."""

from __future__ import annotations

from uuid import uuid4

import pytest

from contacts import services
from tests.factories import contacts_of, make_contact

pytestmark = pytest.mark.django_db


@pytest.fixture
def alices(api, alice):
    return api(alice)


def refusal(answer) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


# Lists ---------------------------------------------------------------------------------------------------------------


def test_a_list_is_made_renamed_and_deleted(alices, acme):
    made = alices.post("/v1/lists", {"name": " Fair "}, format="json")
    url = f"/v1/lists/{made.json()['id']}"

    renamed = alices.patch(url, {"name": "Fair 2027"}, format="json").json()

    assert (made.status_code, made.json()["name"], made.json()["contact_count"]) == (201, "Fair", 0)
    assert renamed == {**made.json(), "name": "Fair 2027"} == alices.get(url).json()
    assert alices.delete(url).status_code == 204
    assert alices.get(url).status_code == 404


def test_lists_are_paged_by_name_with_their_counts(alices, acme, globex):
    news, fair = (services.create_list(acme, name) for name in ("News", "Fair"))
    services.create_list(globex, "Theirs")
    contact = make_contact(acme, email="a@example.com")
    services.add_members(news, [contact.pk])

    answer = alices.get("/v1/lists", {"limit": 5}).json()

    assert [(found["id"], found["contact_count"]) for found in answer["results"]] == [
        (str(fair.pk), 0),
        (str(news.pk), 1),
    ]
    assert (answer["page"], answer["limit"], answer["total"]) == (1, 5, 2)
    assert alices.get("/v1/lists", {"limit": 1, "page": 2}).json()["results"][0]["name"] == "News"


def test_members_are_added_and_removed(alices, acme, globex):
    fair = services.create_list(acme, "Fair")
    ids = [str(make_contact(acme, email=f"{name}@example.com").pk) for name in "abc"]
    theirs = str(make_contact(globex, email="a@example.com").pk)
    url = f"/v1/lists/{fair.pk}/contacts"

    assert alices.post(url, {"contact_ids": ids}, format="json").json()["contact_count"] == 3
    assert alices.post(url, {"contact_ids": ids}, format="json").json()["contact_count"] == 3
    assert alices.delete(url, {"contact_ids": ids[:1]}, format="json").json()["contact_count"] == 2
    assert alices.delete(f"{url}?contact_ids={ids[1]},{ids[0]}").json()["contact_count"] == 1
    assert refusal(alices.post(url, {"contact_ids": [theirs]}, format="json")) == (400, "unknown_contact")
    assert refusal(alices.delete(url, {"contact_ids": [theirs]}, format="json")) == (400, "unknown_contact")
    assert len(contacts_of(acme)) == 3


@pytest.mark.parametrize(
    ("body", "code"),
    [({}, "invalid_value"), ({"contact_ids": []}, "invalid_value"), ({"contact_ids": ["x"]}, "invalid_value")],
)
def test_members_must_be_named(alices, acme, body, code):
    fair = services.create_list(acme, "Fair")

    for send in (alices.post, alices.delete):
        assert refusal(send(f"/v1/lists/{fair.pk}/contacts", body, format="json")) == (400, code)


@pytest.mark.parametrize("name", ["", " ", "x" * 201, None])
def test_a_list_needs_a_name(alices, acme, name):
    assert refusal(alices.post("/v1/lists", {"name": name}, format="json")) == (400, "invalid_value")


def test_a_name_is_taken_once(alices, acme):
    services.create_list(acme, "Fair")
    news = services.create_list(acme, "News")

    assert refusal(alices.post("/v1/lists", {"name": "Fair"}, format="json")) == (409, "list_exists")
    assert refusal(alices.patch(f"/v1/lists/{news.pk}", {"name": "Fair"}, format="json")) == (409, "list_exists")
    assert alices.get(f"/v1/lists/{news.pk}").json()["name"] == "News"


def test_owner_and_id_in_the_body_are_not_looked_at(alices, acme, globex):
    chosen = str(uuid4())

    made = alices.post("/v1/lists", {"name": "Fair", "tenant": globex.pk, "id": chosen}, format="json").json()

    assert made["id"] != chosen
    assert alices.get(f"/v1/lists/{made['id']}").status_code == 200


# Fields --------------------------------------------------------------------------------------------------------------


def test_a_field_is_made_renamed_and_deleted(alices, acme):
    made = alices.post("/v1/fields", {"label": "Loyalty card no.", "type": "number"}, format="json")

    assert (made.status_code, made.json()) == (
        201,
        {"key": "loyalty_card_no", "label": "Loyalty card no.", "type": "number"},
    )
    assert alices.get("/v1/fields").json()["results"] == [made.json()]
    renamed = alices.patch("/v1/fields/loyalty_card_no", {"label": "Card"}, format="json")
    assert renamed.json() == {"key": "loyalty_card_no", "label": "Card", "type": "number"}
    assert alices.delete("/v1/fields/loyalty_card_no").status_code == 204
    assert refusal(alices.delete("/v1/fields/loyalty_card_no")) == (404, "not_found")


@pytest.mark.parametrize(
    ("body", "refused"),
    [
        ({"label": "Plan"}, (409, "field_exists")),
        ({"label": "Tariff", "key": "plan"}, (409, "field_exists")),
        ({"label": "Tariff", "key": "city"}, (409, "field_exists")),
        ({"label": "Tariff", "key": "Nope!"}, (400, "invalid_value")),
        ({"label": "Tariff", "type": "phone"}, (400, "invalid_value")),
        ({"label": ""}, (400, "invalid_value")),
        ({}, (400, "invalid_value")),
    ],
)
def test_a_field_that_cannot_be_is_refused(alices, acme, body, refused):
    alices.post("/v1/fields", {"label": "Plan"}, format="json")

    assert refusal(alices.post("/v1/fields", body, format="json")) == refused
    assert len(alices.get("/v1/fields").json()["results"]) == 1


def test_a_fields_type_stays_while_it_is_used(alices, acme):
    services.create_custom_field(acme, label="Plan")
    services.create_contact(acme, {"email": "a@example.com", "custom:plan": "Pro"})

    assert refusal(alices.patch("/v1/fields/plan", {"type": "number"}, format="json")) == (409, "field_in_use")


def test_another_tenants_field_is_not_found(alices, acme, globex):
    services.create_custom_field(globex, label="Plan")

    assert refusal(alices.patch("/v1/fields/plan", {"label": "x"}, format="json")) == (404, "not_found")
    assert refusal(alices.delete("/v1/fields/plan")) == (404, "not_found")
