"""Rows that were copied from a spreadsheet: sent as text, and an import like that of a file from there on."""

from __future__ import annotations

import pytest

from imports import runner
from tests.factories import contacts_of, counts, error_log, reload

pytestmark = pytest.mark.django_db

PASTED = "/v1/imports/pasted"
ROWS = 'First Name\tE-Mail\tNotes\nMaya\tmaya@example.com\t"two\nlines"\nDerek\tderek\t\n'


@pytest.fixture
def client(api, alice):
    return api(alice)


def paste(client, text, **more):
    return client.post(PASTED, {"text": text, **more}, format="json")


def test_pasted_rows_wait_for_their_mapping(client):
    answer = paste(client, ROWS, duplicate_strategy="update")

    job = answer.json()
    assert answer.status_code == 201, answer.content
    assert (job["source_type"], job["status"], job["filename"]) == ("pasted", "pending", "Pasted rows")
    assert (job["total_rows"], job["duplicate_strategy"]) == (2, "update")
    assert job["file_info"]["delimiter"] == "\t"
    assert [(column["header"], column["field"]) for column in job["preview"]["columns"]] == [
        ("First Name", "first_name"),
        ("E-Mail", "email"),
        ("Notes", "notes"),
    ]
    assert job["preview"]["rows"][0]["values"]["Notes"] == "two\nlines"


def test_pasted_rows_are_imported_as_those_of_a_file(client, acme):
    job_id = paste(client, ROWS).json()["id"]

    client.post(f"/v1/imports/{job_id}/confirm", {"accept_suggested": True}, format="json")
    job = reload(runner.run_to_end(job_id))

    assert counts(job) == {"total": 2, "processed": 2, "created": 1, "failed": 1}
    assert error_log(job) == [(3, "error", "invalid_email", "email")]
    assert [contact.email for contact in contacts_of(acme)] == ["maya@example.com"]


def test_pasted_rows_without_column_names_are_read_again_as_such(client):
    job_id = paste(client, "Name\tMail\nMaya\tmaya@example.com").json()["id"]

    answer = client.post(f"/v1/imports/{job_id}/inspect", {"header_row": 0}, format="json")

    job = answer.json()
    assert (answer.status_code, job["source_type"], job["total_rows"]) == (200, "pasted", 2)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"text": ""}, (400, "empty_file")),
        ({"text": " \n\t\n"}, (400, "empty_file")),
        ({"text": "Name\tE-Mail\n"}, (400, "empty_file")),
        ({}, (400, "invalid_value")),
        ({"text": ["a"]}, (400, "invalid_value")),
        ({"text": ROWS, "header_row": -1}, (400, "invalid_value")),
        ({"text": ROWS, "duplicate_strategy": "burn"}, (400, "invalid_option")),
        ({"text": '{"a": 1}'}, (415, "unsupported_type")),
    ],
)
def test_what_cannot_be_read_is_refused(client, body, said):
    answer = client.post(PASTED, body, format="json")

    assert (answer.status_code, answer.json()["code"]) == said
