"""Cells that no table should have, through the whole import: their row says what is wrong, the others come in."""

from __future__ import annotations

import pytest

from tests.factories import contacts_of, counts, error_log, import_csv

pytestmark = pytest.mark.django_db

LETTERS = 50_000


@pytest.mark.parametrize(
    ("half", "encoding"),
    [
        (b"\xed\xa0\xbd", "utf-8"),  # as Java writes half a character
        ("\ud83d".encode("utf-16-le", "surrogatepass"), "utf-16-le"),
    ],
)
def test_half_a_character_is_said_and_costs_no_row(acme, half, encoding):
    before, after = "Name,Email\nAna", ",ana@example.com\nBo,bo@example.com\n"

    job = import_csv(acme, before.encode(encoding) + half + after.encode(encoding))

    assert counts(job) == {"total": 2, "processed": 2, "created": 2}
    assert [contact.first_name for contact in contacts_of(acme)] == ["Ana\N{REPLACEMENT CHARACTER}", "Bo"]
    assert [(warning["code"], warning["row"]) for warning in job.warnings] == [("undecodable_characters", 2)]


@pytest.mark.parametrize(
    "address",
    ["a" * LETTERS, "a" * LETTERS + "@example.com", "a@" + "a." * (LETTERS // 2), "<" * LETTERS],
    ids=lambda address: address[-12:],
)
def test_an_address_of_fifty_thousand_letters_fails_its_row_alone(acme, address):
    job = import_csv(acme, f"Name,Email\nAna,ana@example.com\nLong,{address}\nBo,bo@example.com\n")

    assert counts(job) == {"total": 3, "processed": 3, "created": 2, "failed": 1}
    assert error_log(job) == [(3, "error", "invalid_email", "email")]
    assert [contact.email for contact in contacts_of(acme)] == ["ana@example.com", "bo@example.com"]
