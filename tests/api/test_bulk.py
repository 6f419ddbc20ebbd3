"""Contacts sent as JSON: one call, no confirmation, the same import as from a file."""

from __future__ import annotations

import json

import pytest

from contacts.models import ContactList, ContactListMember, CustomField
from imports import runner
from imports.models import ImportJob
from irisx.accounts.tenancy import ALL, tenant_scope
from tests.factories import contacts_of, counts, error_log, make_contact, reload

pytestmark = pytest.mark.django_db

BULK = "/v1/imports/bulk"


@pytest.fixture
def client(api, alice):
    return api(alice)


def send(client, contacts, **options):
    return client.post(BULK, {"contacts": contacts, **options}, format="json")


def imported(client, contacts, **options) -> ImportJob:
    """Send contacts, do the worker's part, and return the job as it ended."""
    answer = send(client, contacts, **options)
    assert answer.status_code == 202, answer.content
    return reload(runner.run_to_end(answer.json()["id"]))


def send_text(client, text: str):
    return client.generic("POST", BULK, text.encode(), content_type="application/json")


def stored() -> tuple[int, int]:
    with tenant_scope(ALL):
        return ImportJob.objects.count(), CustomField.objects.count()


# What becomes of contacts --------------------------------------------------------------------------------------------


def test_contacts_become_a_job_without_confirmation(client, acme, alice):
    answer = send(client, [{"email": "ana@example.com", "first_name": "Ana"}, {"phone": "+1 212 555 0143"}])

    job = answer.json()
    assert answer.status_code == 202
    assert (job["source_type"], job["status"], job["total_rows"]) == ("json", "processing", 2)
    assert job["field_mapping"] == {"email": "email", "first_name": "first_name", "phone": "phone"}
    assert job["filename"] == "2 contacts by API"
    assert "preview" not in job
    done = reload(runner.run_to_end(job["id"]))
    assert done.user == alice
    assert counts(done) == {"total": 2, "processed": 2, "created": 2}
    assert [(c.first_name, c.email, c.phone) for c in contacts_of(acme)] == [
        ("Ana", "ana@example.com", ""),
        ("", "", "+12125550143"),
    ]


def test_rows_are_numbered_by_their_place_in_the_list(client):
    job = imported(client, [{"email": "ana@example.com"}, {"email": "nobody"}, {"first_name": "Cleo"}])

    assert counts(job) == {"total": 3, "processed": 3, "created": 1, "failed": 2}
    assert error_log(job) == [(2, "error", "invalid_email", "email"), (3, "error", "no_contact_point", "")]
    rows = client.get(f"/v1/imports/{job.pk}/rows?outcome=failed").json()["results"]
    assert [(row["row"], row["values"]) for row in rows] == [
        (2, {"email": "nobody", "first_name": ""}),
        (3, {"email": "", "first_name": "Cleo"}),
    ]


def test_import_options_stand_beside_the_contacts(client, acme):
    make_contact(acme, email="ana@example.com", first_name="Anna")
    with tenant_scope(acme):
        customers = ContactList.objects.create(tenant=acme, name="Customers")

    job = imported(
        client,
        [{"email": "ana@example.com", "first_name": "Ana", "phone": "030 901820"}],
        duplicate_strategy="update",
        duplicate_match_fields=["email"],
        list_id=str(customers.pk),
        default_country="DE",
        webhook_url="https://example.com/hook",
        webhook_events=["failed"],
        external_id="nightly 7",
    )

    (ana,) = contacts_of(acme)
    assert (ana.first_name, ana.phone) == ("Ana", "+4930901820")
    assert counts(job) == {"total": 1, "processed": 1, "updated": 1, "duplicates": 1}
    assert (job.external_id, job.webhook_url, job.webhook_events) == (
        "nightly 7",
        "https://example.com/hook",
        ["failed"],
    )
    with tenant_scope(acme):
        assert ContactListMember.objects.filter(contact_list=customers).count() == 1


def test_external_id_is_taken_once(client, acme):
    assert send(client, [{"email": "ana@example.com"}], external_id="nightly 7").status_code == 202

    answer = send(client, [{"email": "ben@example.com"}], external_id="nightly 7")

    assert (answer.status_code, answer.json()["code"]) == (409, "external_id_taken")
    assert stored()[0] == 1


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("duplicate_strategy", "merge"),
        ("duplicate_strategy", []),
        ("duplicate_match_fields", []),
        ("duplicate_match_fields", {"email": True}),
        ("list_id", 7),
        ("list_id", {}),
        ("default_country", "Atlantis"),
        ("hold_invalid", "perhaps"),
        ("webhook_url", ["https://example.com"]),
        ("webhook_events", "lunch"),
        ("external_id", 7),
    ],
)
def test_options_that_cannot_be_are_refused(client, option, value):
    answer = send(client, [{"email": "ana@example.com"}], **{option: value})

    assert (answer.status_code, answer.json()["code"], answer.json()["field"]) == (400, "invalid_option", option)
    assert stored() == (0, 0)


# Keys ----------------------------------------------------------------------------------------------------------------


def test_unknown_keys_become_custom_fields(client, acme):
    job = imported(client, [{"email": "ana@example.com", "Shoe size": 38, "größe": "M"}, {"phone": "+12125550143"}])

    assert job.field_mapping == {
        "email": "email",
        "Shoe size": "custom:shoe_size",
        "größe": "custom:groe",
        "phone": "phone",
    }
    with tenant_scope(acme):
        made = list(CustomField.objects.order_by("key").values_list("key", "label", "type"))
    assert made == [("groe", "größe", "text"), ("shoe_size", "Shoe size", "text")]
    assert contacts_of(acme)[0].attributes == {"shoe_size": "38", "groe": "M"}
    assert contacts_of(acme)[1].attributes == {}


def test_custom_fields_are_found_again_by_key_label_and_letters(client, acme):
    with tenant_scope(acme):
        CustomField.objects.create(tenant=acme, key="size", label="Shoe size (EU)", type="number")

    for key in ("size", "custom:size", "Shoe size (EU)", "shoeSizeEU"):
        assert imported(client, [{"phone": "+12125550143", key: "38.5"}]).field_mapping[key] == "custom:size"
    assert stored()[1] == 1


def test_known_fields_are_found_whatever_their_keys_look_like(client, acme):
    contact = {
        "E-mail": "ana@example.com",
        "firstName": "Ana",
        "LAST NAME": "Ames",
        "postalCode": "10001",
        "Tags": "a;b",
    }

    imported(client, [contact])

    (ana,) = contacts_of(acme)
    assert (ana.email, ana.first_name, ana.last_name) == ("ana@example.com", "Ana", "Ames")
    assert ana.attributes == {"postal_code": "10001", "tags": ["a", "b"]}
    assert stored()[1] == 0


def test_a_field_is_given_to_the_key_that_is_called_just_so(client, acme):
    job = imported(client, [{"Email": "other@example.com", "email": "ana@example.com", "": "nothing"}])

    assert job.field_mapping == {"Email": "custom:email_2", "email": "email", "": None}
    (ana,) = contacts_of(acme)
    assert (ana.email, ana.attributes) == ("ana@example.com", {"email_2": "other@example.com"})


def test_nothing_is_assigned_but_fields(client, acme, globex):
    job = imported(
        client,
        [{"email": "ana@example.com", "id": "7", "tenant_id": str(globex.pk), "created_at": "2001-01-01"}],
        tenant=globex.pk,
        tenant_id=globex.pk,
        id="7",
        status="completed",
        is_staff=True,
        total_rows=99,
    )

    assert (job.tenant, job.total_rows) == (acme, 1)
    (ana,) = contacts_of(acme)
    assert contacts_of(globex) == []
    assert ana.created_at.year > 2001
    assert ana.attributes == {"id": "7", "tenant_id": str(globex.pk), "created_at": "2001-01-01"}


# Values --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "stored"),
    [
        ("12.50", "12.50"),
        ("7", "7"),
        ("12345678901234567890123", "12345678901234567890123"),
        ("12345678901234567.89", "12345678901234567.89"),
        ("1.10", "1.10"),
        ("1e3", "1000"),
        ("-0", "0"),
        ("true", "true"),
        ("false", "false"),
        ('"  text "', "text"),
        (r'"\ud83d\ude00"', "😀"),
    ],
)
def test_numbers_and_truths_are_kept_as_text(client, acme, value, stored):
    answer = send_text(client, f'{{"contacts": [{{"email": "ana@example.com", "note": {value}}}]}}')

    runner.run_to_end(answer.json()["id"])
    assert contacts_of(acme)[0].attributes == {"note": stored}


def test_null_and_blank_wipe_nothing(client, acme):
    make_contact(acme, email="ana@example.com", first_name="Ana", company="Acme")

    job = imported(
        client, [{"email": "ana@example.com", "first_name": None, "company": ""}], duplicate_strategy="update"
    )

    assert counts(job) == {"total": 1, "processed": 1, "unchanged": 1, "duplicates": 1}
    assert (contacts_of(acme)[0].first_name, contacts_of(acme)[0].company) == ("Ana", "Acme")


def test_tags_may_be_a_list(client, acme):
    imported(client, [{"email": "ana@example.com", "tags": ["vip", "north, east", 7]}])

    assert contacts_of(acme)[0].attributes == {"tags": ["vip", "north", "east", "7"]}


def test_objects_and_lists_are_left_out_with_a_warning(client, acme):
    address = {"street": "1 Main St", "tags": [1.5, {"deep": None}]}

    job = imported(client, [{"email": "ana@example.com", "address": address, "tags": [["vip"]]}, {"email": ["b@c.de"]}])

    assert contacts_of(acme)[0].attributes == {}
    assert counts(job) == {"total": 2, "processed": 2, "created": 1, "failed": 1}
    assert error_log(job) == [
        (1, "warning", "invalid_value", "custom:address"),
        (1, "warning", "invalid_value", "tags"),
        (2, "error", "invalid_email", "email"),
    ]
    lines = client.get(f"/v1/imports/{job.pk}/errors?format=json").json()["results"]
    assert json.loads(lines[0]["values"]["address"]) == {"street": "1 Main St", "tags": ["1.5", {"deep": None}]}
    assert lines[0]["message"].startswith('“address” is “{"street": "1 Main St"')
    assert lines[2]["values"]["email"] == '["b@c.de"]'


def test_objects_and_lists_hold_the_row_back_if_that_is_wanted(client, acme):
    job = imported(client, [{"email": "ana@example.com", "address": {}}], hold_invalid=True)

    assert error_log(job) == [(1, "error", "held_invalid", "custom:address")]
    assert contacts_of(acme) == []


def test_each_row_with_something_left_out_says_so_in_a_large_call(client):
    contacts = [{"email": f"ana{number}@example.com", "address": {"no": number}} for number in range(1_500)]

    job = imported(client, contacts)

    assert counts(job) == {"total": 1_500, "processed": 1_500, "created": 1_500}
    assert [line[0] for line in error_log(job)] == list(range(1, 1_501))


# What is refused -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("{", "malformed_json"),
        ("", "invalid_value"),
        ("[]", "invalid_value"),
        ('"contacts"', "invalid_value"),
        ("{}", "invalid_value"),
        ('{"contacts": null}', "invalid_value"),
        ('{"contacts": {"email": "ana@example.com"}}', "invalid_value"),
        ('{"contacts": []}', "empty"),
        ('{"contacts": [{"email": "ana@example.com"}, "ben@example.com"]}', "invalid_value"),
        ('{"contacts": [[]]}', "invalid_value"),
        ('{"contacts": [{"email": NaN}]}', "malformed_json"),
        ('{"contacts": [{"email": -Infinity}]}', "malformed_json"),
        ('{"contacts": [{"email": 1e400}]}', "malformed_json"),
        ('{"contacts": [{"email": 1e-999999999999999999999}]}', "malformed_json"),
        ('{"contacts": [{"email": ' + "9" * 5_000 + "}]}", "malformed_json"),
        ('{"contacts": [{"email": "a@example.com", "email": "b@example.com"}]}', "malformed_json"),
        (r'{"contacts": [{"email": "\u0000"}]}', "malformed_json"),
        (r'{"contacts": [{"email": "\ud800"}]}', "malformed_json"),
        (r'{"contacts": [{"\udfff": "x"}]}', "malformed_json"),
        ('{"contacts": [{"email": ' + "[" * 100_000 + "]" * 100_000 + "}]}", "malformed_json"),
        ('{"contacts": [{"email": ' + '{"a":' * 100 + "1" + "}" * 102 + "]}", "malformed_json"),
        ('{"contacts": ' + "[" * 100_000, "malformed_json"),
        ('{"contacts": [{"' + "k" * 201 + '": 1}]}', "invalid_value"),
    ],
)
def test_what_is_no_list_of_contacts_is_refused(client, body, code):
    answer = send_text(client, body)

    assert (answer.status_code, answer.json()["code"]) == (400, code)
    assert stored() == (0, 0)


def test_what_is_no_object_is_named_by_its_place(client):
    answer = send(client, [{"email": "ana@example.com"}, None])

    assert answer.json() == {
        "error": "contacts: number 2 is no object with keys and values.",
        "code": "invalid_value",
        "field": "contacts",
        "row": 2,
    }


def test_ten_thousand_contacts_are_taken_and_one_more_is_not(client, acme):
    contacts = [{"email": f"ana{number}@example.com", "notes": "x" * 300} for number in range(10_000)]

    job = imported(client, contacts)
    refused = send(client, [*contacts, {"email": "one@example.com"}])

    assert counts(job) == {"total": 10_000, "processed": 10_000, "created": 10_000}
    assert (refused.status_code, refused.json()["code"], refused.json()["limit"]) == (400, "too_many_contacts", 10_000)
    assert stored()[0] == 1


def test_more_different_keys_than_a_table_has_columns_are_refused(client, settings):
    answer = send(client, [{f"key {number}": number} for number in range(settings.BULK_MAX_KEYS + 1)])

    assert (answer.status_code, answer.json()["code"]) == (400, "too_many_keys")
    assert answer.json()["row"] == settings.BULK_MAX_KEYS + 1
    assert stored() == (0, 0)


def test_body_up_to_twenty_megabytes_is_taken(client, settings):
    start = '{"contacts": [{"email": "ana@example.com"}'
    exactly = start + " " * (settings.BULK_MAX_BYTES - len(start) - 2) + "]}"

    assert send_text(client, exactly).status_code == 202
    answer = send_text(client, exactly + " ")

    assert (answer.status_code, answer.json()["code"]) == (413, "request_too_large")
    assert answer.json()["limit"] == 20 * 1024 * 1024
    assert stored()[0] == 1


@pytest.mark.parametrize("content_type", ["text/csv", "application/x-www-form-urlencoded", "multipart/form-data"])
def test_body_of_another_type_is_refused(client, content_type):
    answer = client.generic("POST", BULK, b"{}", content_type=content_type)

    assert (answer.status_code, answer.json()["code"]) == (415, "unsupported_media_type")


def test_too_many_open_imports_are_too_many(client, settings):
    settings.OPEN_IMPORTS_PER_TENANT = 1
    assert send(client, [{"email": "ana@example.com"}]).status_code == 202

    answer = send(client, [{"email": "ben@example.com"}])

    assert (answer.status_code, answer.json()["code"]) == (429, "quota_exceeded")
    assert stored()[0] == 1


def test_nothing_is_kept_of_a_call_that_fails_at_the_end(client, monkeypatch, tmp_path):
    from contacts import services as contact_services

    def fail(*args, **kwargs):
        raise RuntimeError("at the worst moment")

    monkeypatch.setattr(contact_services, "add_custom_fields", fail)

    assert send(client, [{"email": "ana@example.com"}]).status_code == 500
    assert stored() == (0, 0)
    assert [path for path in (tmp_path / "files").rglob("*") if path.is_file()] == []
