"""A value is stored in the same form whichever way it comes in, so that one person is found by whatever is written."""

from __future__ import annotations

import json

import pytest
from django.contrib import admin

from contacts import fields, services
from contacts.models import Contact
from imports import runner
from irisx.accounts.authentication import issue_tokens
from tests.factories import contacts_of, counts, import_csv, make_contact

pytestmark = pytest.mark.django_db

# Each way in takes texts of one contact, by field key.


def by_file(tenant, user, client, texts):
    lines = [",".join('"{}"'.format(cell.replace('"', '""')) for cell in row) for row in (texts, texts.values())]
    import_csv(tenant, "\n".join(lines), mapping={key: key for key in texts})


def by_bulk_call(tenant, user, client, texts):
    answer = post(client, user, "/v1/imports/bulk", {"contacts": [texts]})
    assert answer.status_code == 202, answer.content
    runner.run_to_end(answer.json()["id"])


def by_contacts_api(tenant, user, client, texts):
    columns = {key: text for key, text in texts.items() if fields.BY_KEY[key].is_column}
    attributes = {key: text for key, text in texts.items() if key not in columns}
    answer = post(client, user, "/v1/contacts", {**columns, "attributes": attributes})
    assert answer.status_code == 201, answer.content


def by_hand(tenant, user, client, texts):
    """As the portals do."""
    services.create_contact(tenant, texts)


def post(client, user, path, body):
    token = issue_tokens(user)["access"]
    headers = {"Authorization": f"Bearer {token}"}
    return client.post(path, json.dumps(body), content_type="application/json", headers=headers)


# Field → text as people write it, and what is stored of it.
WRITTEN = {
    "first_name": ("  Zoe\u0308  Ann ", "Zo\u00eb Ann"),
    "email": ("Ana Ames <Ana\uff20mu\u0308nchen.Example>", "ana@m\u00fcnchen.example"),
    "phone": ("0049 1511 2345678", "+4915112345678"),
    "company": ("Cobalt &  Finch\u00a0LLC", "Cobalt & Finch LLC"),
    "title": ("Head of\nMarketing", "Head of Marketing"),
    "country": ("Deutschland", "DE"),
    "website": ("Example.com/A", "https://example.com/A"),
    "birthday": ("14 March 1986", "1986-03-14"),
    "notes": (" one\r\ntwo ", "one\ntwo"),
    "tags": ("vip; Vip, fair", ["vip", "fair"]),
    "do_not_contact": ("x", True),
}


@pytest.mark.parametrize("way", [by_file, by_bulk_call, by_contacts_api, by_hand])
def test_values_are_stored_in_one_form_whichever_way_they_come_in(acme, alice, client, way):
    way(acme, alice, client, {key: text for key, (text, _) in WRITTEN.items()})

    (contact,) = contacts_of(acme)
    assert {key: contact.value(key) for key in WRITTEN} == {key: stored for key, (_, stored) in WRITTEN.items()}


def test_nobody_writes_contacts_past_the_normal_form_in_django_admin():
    assert not admin.site.is_registered(Contact)


SPELLINGS = [
    "jo\u0308rg@m\u00fcnchen.example",
    "J\u00d6RG@M\u00dcNCHEN.example",
    " j\u00f6rg@mu\u0308nchen.example ",
    "\u201cj\u00f6rg@m\u00fcnchen.example\u201d",
    "J\u00f6rg <j\u00f6rg\uff20m\u00fcnchen.example>",
]


@pytest.mark.parametrize(("strategy", "rest"), [("skip", "skipped"), ("update", "unchanged")])
def test_one_address_in_many_spellings_is_one_contact(acme, strategy, rest):
    job = import_csv(acme, "Email\n" + "".join(f"{text}\n" for text in SPELLINGS), duplicate_strategy=strategy)

    assert counts(job) == {"total": 5, "processed": 5, "created": 1, rest: 4, "duplicates": 4}
    assert [contact.email for contact in contacts_of(acme)] == ["j\u00f6rg@m\u00fcnchen.example"]


def test_addresses_that_differ_in_their_dots_are_different_people(acme):
    make_contact(acme, email="ana.ames@example.com")

    job = import_csv(acme, "Email\nanaames@example.com\nana.ames@example.com\n")

    assert counts(job) == {"total": 2, "processed": 2, "created": 1, "skipped": 1, "duplicates": 1}
