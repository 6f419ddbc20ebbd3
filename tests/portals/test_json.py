"""Contacts pasted as JSON: checked first, then imported as POST /v1/imports/bulk does."""

from __future__ import annotations

import json

import pytest

from contacts.models import ContactList
from imports import runner
from imports.models import ImportJob
from irisx.accounts.tenancy import ALL, tenant_scope
from tests.factories import contacts_of, reload

JSON_WAY = "/imports/new/?via=json"
OPTIONS = {"duplicate_strategy": "skip", "duplicate_match_fields": "email,phone"}
TWO = [{"email": "ann@example.com", "firstName": "Ann", "Plan": "Gold"}, {"email": "bea@example.com", "Plan": ""}]


def send(client, text: object, **more):
    body = text if isinstance(text, str) else json.dumps(text)
    return client.post(JSON_WAY, {**OPTIONS, "contacts": body, **more})


def jobs() -> list[ImportJob]:
    with tenant_scope(ALL):
        return list(ImportJob.objects.all())


def test_a_check_says_what_each_key_becomes_and_writes_nothing(alices):
    response = send(alices, TWO)

    check = response.context["check"]
    assert check.count == 2
    assert [key[:] for key in check.keys] == [
        ("email", "E-mail", False, ["ann@example.com", "bea@example.com"]),
        ("firstName", "First name", False, ["Ann"]),
        ("Plan", "Plan", True, ["Gold"]),
    ]
    assert "Import 2 contacts" in response.content.decode()
    assert jobs() == []


def test_import_starts_at_once_under_a_name_that_tells_where_it_came_from(alices, acme):
    response = send(alices, {"contacts": TWO}, **{"import": "1"})

    (job,) = jobs()
    assert response.url == f"/imports/{job.pk}/progress/"
    assert (job.source_type, job.filename) == ("json", "2 contacts as JSON")
    runner.run_to_end(job.pk)
    assert reload(job).created_count == 2
    assert contacts_of(acme)[0].attributes == {"plan": "Gold"}
    page = alices.get(f"/imports/{job.pk}/result/").content.decode()
    assert "Sent by Alice" in page
    assert "Uploaded" not in page


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (
            '[\n  {"email": "a@example.com"},\n  {"email": "b@example.com", "first_name": "Tom" "company": "X"}\n]',
            "Line 3, column 50: a comma is missing before this.",
        ),
        ('[{"email": "a@example.com"},]', "Line 1, column 29: there is a comma too many before “]”."),
        ('[{"email": "a@example.com",}]', "there is a comma too many before “}”."),
        ('[{"email": "a@example.com"}', "Line 1, column 28: the text ends here, but a bracket or brace is still open."),
        ("[{'email': 'a@example.com'}]", "texts stand in double quotes, not in single ones."),
        ('[{"email": "a@example.com}]', "the text that begins here has no closing double quote."),
        ('[{"email" "a@example.com"}]', "a colon is missing after the key."),
        ('[{"email": a@example.com}]', "a value is missing here; texts stand in double quotes."),
        ('{"email": "a@example.com"} {"email": "b"}', "the list ends before here;"),
        ('[{"email": "a", "email": "b"}]', "the key “email” is there twice in one object."),
        ("email,name\na@example.com,Ann", "Line 1, column 1: a value is missing here"),
        ("[1]", "number 1 is no object with keys and values."),
        ("[]", "There are no contacts in the list."),
        ('{"contacts": [], "list_id": "x"}', "Beside “contacts” the text has “list_id”."),
        ("", "Paste a list of contacts."),
        ("[" * 60 + "]" * 60, "it is nested deeper than 50 levels."),
    ],
)
def test_what_is_wrong_is_said_with_its_place(alices, text, sentence):
    response = send(alices, text, **{"import": "1"})

    assert sentence in " ".join(response.context["form"].errors["contacts"])
    assert jobs() == []


def test_contacts_without_a_contact_point_are_warned_of(alices):
    assert "No key is an e-mail address or a phone number." in send(alices, [{"name": "Ann"}]).content.decode()


def test_names_and_values_of_keys_are_text(alices):
    evil = "<svg onload=alert(1)>"

    assert evil not in send(alices, [{"email": "a@example.com", evil: evil}]).content.decode()


def test_a_new_list_is_made_with_the_import_or_not_at_all(alices, acme, settings):
    send(alices, TWO, new_list="Fair")  # a check
    settings.OPEN_IMPORTS_PER_TENANT = 0
    refused = send(alices, TWO, new_list="Fair", **{"import": "1"})
    assert "imports of yours are not at their end" in refused.content.decode()
    with tenant_scope(acme):
        assert not ContactList.objects.filter(tenant=acme).exists()

    settings.OPEN_IMPORTS_PER_TENANT = 5
    send(alices, TWO, new_list="Fair", **{"import": "1"})

    (job,) = jobs()
    with tenant_scope(acme):
        assert ContactList.objects.get(tenant=acme, name="Fair").pk == job.target_list_id


def test_a_list_and_a_new_list_are_not_both_taken(alices, acme):
    with tenant_scope(acme):
        fair = ContactList.objects.create(tenant=acme, name="Fair")

    page = send(alices, TWO, list_id=str(fair.pk), new_list="Other").content.decode()

    assert "Choose a list or name a new one, not both." in page


def test_the_call_for_programs_holds_no_token(alices):
    page = alices.get(JSON_WAY).content.decode()

    assert "curl -X POST http://testserver/v1/imports/bulk" in page
    assert "Bearer $IRISX_TOKEN" in page
