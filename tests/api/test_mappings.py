"""Saved field mappings: kept, changed, and applied to the next file."""

from __future__ import annotations

from uuid import uuid4

import pytest

from contacts.models import CustomField
from imports.engine.mapping import fingerprint
from imports.models import ImportJob, SavedFieldMapping
from irisx.accounts.tenancy import ALL, tenant_scope
from tests.factories import reload

pytestmark = pytest.mark.django_db

MAPPINGS = "/v1/imports/mappings"
LEADS = {"name": "Q4 leads", "mapping": {"Kontakt": "email", "Rufnummer": "phone", "Stufe": None}}
FILE = "Kontakt,Rufnummer,Stufe\nana@example.com,030 901820,gold\n"


@pytest.fixture
def client(api, alice):
    return api(alice)


def create(client, **fields):
    return client.post(MAPPINGS, {**LEADS, **fields}, format="json")


def said(answer):
    return answer.status_code, answer.json()["code"]


def columns(job) -> list[tuple]:
    return [(column["header"], column["field"], column["confidence"], column["reason"]) for column in job["mapping"]]


# Kept and changed ----------------------------------------------------------------------------------------------------


def test_mapping_is_created_shown_changed_and_deleted(client, alice):
    answer = create(client, description="From the fair")

    saved = answer.json()
    assert answer.status_code == 201
    assert list(saved) == ["id", "name", "description", "mapping", "is_default", "fingerprint", "created_at"]
    assert (saved["name"], saved["description"], saved["is_default"]) == ("Q4 leads", "From the fair", False)
    assert saved["mapping"] == LEADS["mapping"]
    assert saved["fingerprint"] == fingerprint(["Kontakt", "Rufnummer", "Stufe"])
    url = f"{MAPPINGS}/{saved['id']}"
    assert client.get(url).json() == saved
    changed = client.patch(url, {"name": "Q1 leads", "description": ""}, format="json")
    assert (changed.status_code, changed.json()) == (200, {**saved, "name": "Q1 leads", "description": ""})
    changed = client.patch(url, {"mapping": {"Mail": "email"}}, format="json").json()
    assert changed == {
        **saved,
        "name": "Q1 leads",
        "description": "",
        "mapping": {"Mail": "email"},
        "fingerprint": fingerprint(["Mail"]),
    }
    assert client.delete(url).status_code == 204
    assert client.get(url).status_code == 404
    with tenant_scope(ALL):
        assert SavedFieldMapping.objects.count() == 0


def test_mappings_are_listed_by_name_in_pages(client):
    for name in ("b", "c", "a"):
        create(client, name=name)

    first = client.get(f"{MAPPINGS}?limit=2").json()

    assert [saved["name"] for saved in first["results"]] == ["a", "b"]
    assert (first["page"], first["limit"], first["total"]) == (1, 2, 3)
    assert [saved["name"] for saved in client.get(f"{MAPPINGS}?limit=2&page=2").json()["results"]] == ["c"]


def test_headers_say_which_file_it_is_for(client):
    saved = create(client, mapping={"Kontakt": "email"}, headers=["Kontakt", "", "Stufe"]).json()

    assert saved["fingerprint"] == fingerprint(["Kontakt", "", "Stufe"])


def test_one_mapping_is_the_default(client):
    first = create(client, is_default=True).json()
    second = create(client, name="Others", is_default=True).json()

    assert client.get(f"{MAPPINGS}/{first['id']}").json()["is_default"] is False
    client.patch(f"{MAPPINGS}/{first['id']}", {"is_default": True}, format="json")
    assert client.get(f"{MAPPINGS}/{second['id']}").json()["is_default"] is False


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"name": ""}, (400, "invalid_value")),
        ({"name": " "}, (400, "invalid_value")),
        ({"name": "x" * 201}, (400, "invalid_value")),
        ({"name": ["x"]}, (400, "invalid_value")),
        ({"mapping": {}}, (400, "invalid_value")),
        ({"mapping": ["email"]}, (400, "invalid_value")),
        ({"mapping": None}, (400, "invalid_value")),
        ({"mapping": {"Kontakt": 7}}, (400, "invalid_value")),
        ({"mapping": {"Kontakt": {"field": "email", "date_order": "ydm"}}}, (400, "invalid_value")),
        ({"mapping": {"Kontakt": "is_staff"}}, (400, "unknown_field")),
        ({"mapping": {"Kontakt": "custom:Not A Key"}}, (400, "unknown_field")),
        ({"mapping": {"Kontakt": "email", "Mail": "email"}}, (400, "field_mapped_twice")),
        ({"is_default": "perhaps"}, (400, "invalid_value")),
        ({"headers": "Kontakt"}, (400, "invalid_value")),
        ({"headers": [{}]}, (400, "invalid_value")),
        ({"description": None}, (400, "invalid_value")),
    ],
)
def test_mapping_that_cannot_be_is_refused(client, fields, expected):
    assert said(create(client, **fields)) == expected
    saved = create(client).json()
    assert said(client.patch(f"{MAPPINGS}/{saved['id']}", fields, format="json")) == expected
    assert client.get(MAPPINGS).json()["results"] == [saved]


def test_name_is_taken_once(client, api, bob):
    create(client)
    other = create(client, name="Others").json()

    assert said(create(client)) == (409, "mapping_exists")
    assert said(client.patch(f"{MAPPINGS}/{other['id']}", {"name": "Q4 leads"}, format="json")) == (
        409,
        "mapping_exists",
    )
    assert client.patch(f"{MAPPINGS}/{other['id']}", {"name": "Others"}, format="json").status_code == 200
    assert create(api(bob)).status_code == 201


def test_headers_come_with_the_mapping(client):
    saved = create(client).json()

    assert said(client.patch(f"{MAPPINGS}/{saved['id']}", {"headers": ["a"]}, format="json")) == (400, "invalid_value")


def test_nothing_is_assigned_but_what_may_be(client, globex, acme):
    saved = create(client, id=str(uuid4()), tenant=globex.pk, tenant_id=globex.pk, created_at="2001-01-01").json()
    client.patch(f"{MAPPINGS}/{saved['id']}", {"tenant": globex.pk, "fingerprint": "x", "user": 1}, format="json")

    with tenant_scope(ALL):
        stored = SavedFieldMapping.objects.get()
    assert (stored.tenant, stored.created_at.year > 2001, stored.fingerprint) == (acme, True, saved["fingerprint"])


def test_there_may_not_be_any_number_of_them(client, settings):
    settings.SAVED_MAPPINGS_PER_TENANT = 1
    create(client)

    assert said(create(client, name="Others")) == (409, "too_many_mappings")


# Applied -------------------------------------------------------------------------------------------------------------


def test_file_with_the_same_columns_gets_the_whole_mapping(client, upload):
    create(client)

    job = upload(client, "KONTAKT!,rufnummer,Stufe\nana@example.com,030 901820,gold\n").json()

    assert columns(job) == [
        ("KONTAKT!", "email", 100, "Same as in “Q4 leads”"),
        ("rufnummer", "phone", 100, "Same as in “Q4 leads”"),
        ("Stufe", None, 0, "Same as in “Q4 leads”"),
    ]


def test_what_the_mapping_does_not_name_stays_out(client, upload):
    create(client, mapping={"Email": "email"}, headers=["Email", "Phone"])

    assert columns(upload(client, "Email,Phone\nana@example.com,030 901820\n").json()) == [
        ("Email", "email", 100, "Same as in “Q4 leads”"),
        ("Phone", None, 0, "Same as in “Q4 leads”"),
    ]


def test_what_is_said_beside_the_field_is_applied_too(client, upload):
    create(
        client,
        mapping={
            "Kontakt": "email",
            "Rufnummer": {"field": "phone", "country": "DE"},
            "Stufe": {"field": "birthday", "date_order": "dmy"},
        },
    )

    job = upload(client, "Kontakt,Rufnummer,Stufe\nana@example.com,030 901820,03/04/1990\n").json()

    assert job["preview"]["rows"][0]["record"] == {
        "email": "ana@example.com",
        "phone": "+4930901820",
        "birthday": "1990-04-03",
    }
    client.post(f"/v1/imports/{job['id']}/confirm", {"accept_suggested": True}, format="json")
    assert reload(ImportJob(pk=job["id"])).field_mapping == {
        "Kontakt": "email",
        "Rufnummer": {"field": "phone", "country": "DE"},
        "Stufe": {"field": "birthday", "date_order": "dmy"},
    }


def test_mapping_saved_at_the_start_of_an_import_is_applied_to_the_next(client, upload):
    job = upload(client, FILE).json()
    mapping = {"Kontakt": "email", "Rufnummer": "custom:line"}
    client.post(
        f"/v1/imports/{job['id']}/confirm",
        {"field_mapping": mapping, "save_mapping_as": "Lines"},
        format="json",
    )

    assert columns(upload(client, FILE).json()) == [
        ("Kontakt", "email", 100, "Same as in “Lines”"),
        ("Rufnummer", "custom:line", 100, "Same as in “Lines”"),
        ("Stufe", None, 0, "Same as in “Lines”"),
    ]


def test_default_says_what_it_knows_of_other_files(client, upload):
    create(client, name="Usual", is_default=True, mapping={"Kontakt": "phone", "Stufe": None, "Ort": "company"})

    job = upload(client, "Email,Kontakt,Stufe,City\nana@example.com,030 901820,gold,Rome\n").json()

    assert columns(job)[1:3] == [
        ("Kontakt", "phone", 100, "Same as in “Usual”"),
        ("Stufe", None, 0, "Same as in “Usual”"),
    ]
    assert [column["field"] for column in job["mapping"]] == ["email", "phone", None, "city"]


def test_mapping_saved_for_just_these_columns_goes_before_the_default(client, upload):
    create(client, name="Usual", is_default=True, mapping={"Kontakt": "phone"})
    create(client)

    assert columns(upload(client, FILE).json())[0] == ("Kontakt", "email", 100, "Same as in “Q4 leads”")


def test_field_that_was_deleted_since_is_not_suggested(client, upload, acme):
    with tenant_scope(acme):
        CustomField.objects.create(tenant=acme, key="tier", label="Tier")
    create(client, mapping={"Kontakt": "email", "Rufnummer": None, "Stufe": "custom:tier"})
    with tenant_scope(acme):
        CustomField.objects.all().delete()

    assert columns(upload(client, FILE).json())[2] == (
        "Stufe",
        None,
        0,
        "Its field in “Q4 leads” is there no more",
    )


def test_mappings_of_others_are_not_applied(client, upload, api, bob):
    create(api(bob), is_default=True)

    assert "Q4 leads" not in upload(client, FILE).content.decode()
