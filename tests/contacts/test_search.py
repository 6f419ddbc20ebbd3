"""Contacts are found by the beginnings of what is known of them, whichever way the search goes."""

from __future__ import annotations

import pytest

from contacts import search, services
from contacts.models import Contact
from imports import provenance
from irisx.accounts.models import Tenant
from irisx.accounts.tenancy import tenant_scope
from tests.factories import import_csv, make_contact, make_list

pytestmark = pytest.mark.django_db


@pytest.fixture
def people(acme, globex) -> dict:
    ann = make_contact(acme, first_name="Ann Marie", last_name="Lee", email="ml@example.com", phone="+12125550143")
    bea = make_contact(acme, first_name="Bea", last_name="Annis", email="b'ann@example.com", phone="+4930901820")
    mei = make_contact(acme, first_name="美咲", last_name="高橋", email="ann.m@example.com")
    odd = make_contact(acme, first_name="O'Neill\\:*", last_name="", email="100%@example.com")
    make_contact(globex, first_name="Ann", email="ann@globex.example", phone="+12125550143")
    return {ann.pk: "ann", bea.pk: "bea", mei.pk: "mei", odd.pk: "odd"}


def found(tenant: Tenant, people: dict, text: str) -> str:
    with tenant_scope(tenant):
        page = search.page_of([Contact.objects.for_tenant(tenant)], tenant, search=text, limit=10)
    assert page.total == len(page.contacts) or not page.is_counted
    return " ".join(people[contact.pk] for contact in page.contacts)


# Where more is found than counted, contacts are looked through instead: both ways find the same.
@pytest.mark.parametrize("counted_to", [10_000, 0])
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "odd mei bea ann"),
        ("ann", "mei bea ann"),
        ("ANN", "mei bea ann"),
        ("  ann   marie ", "ann"),
        ("ann marie le", "ann"),
        ("marie", ""),  # in the middle of a name
        ("lee", "ann"),
        ("lee ann", ""),
        ("annis", "bea"),
        ("bea a", "bea"),
        ("高", "mei"),
        ("高橋", "mei"),
        ("美咲 高橋", "mei"),
        ("o'neill\\:*", "odd"),
        ("o'", "odd"),
        ("'", ""),
        ("%", ""),
        ("100%", "odd"),
        ("100_", ""),
        ("ML@EXAMPLE", "ann"),
        ("b'ann@", "bea"),
        ("example.com", ""),
        ("+1 (212) 555", "ann"),
        ("0049 30 9018", "bea"),
        ("(212) 555-0143", "ann"),  # as dialled in the tenant's own country
        ("212 555 0143 9", ""),
        ("zzz", ""),
    ],
)
def test_search_looks_at_beginnings(acme, people, monkeypatch, counted_to, text, expected):
    monkeypatch.setattr(search, "COUNTED_TO", counted_to)

    assert found(acme, people, text) == expected


def test_search_goes_on_after_a_contact(acme):
    for number in range(7):
        make_contact(acme, first_name="Ann", email=f"{number}@example.com")

    def page(**where) -> search.ContactPage:
        with tenant_scope(acme):
            return search.page_of([Contact.objects.for_tenant(acme)], acme, search="ann", limit=3, **where)

    first = page()
    second = page(after=first.contacts[-1].pk)
    third = page(offset=6)

    assert [contact.email[0] for contact in (*first.contacts, *second.contacts, *third.contacts)] == list("6543210")
    assert (first.has_more, second.has_more, third.has_more) == (True, True, False)
    assert (first.total, second.total, third.total) == (7, 7, 7)


@pytest.mark.parametrize(("counted_to", "looked_through"), [(100, 100), (2, 100), (2, 3)])
def test_pages_are_those_of_a_plain_query(acme, monkeypatch, counted_to, looked_through):
    monkeypatch.setattr(search, "COUNTED_TO", counted_to)
    monkeypatch.setattr(search, "_LOOKED_THROUGH", looked_through)
    # The Anns are old, and so are most on the list; the import changed some of both, and made one more Ann.
    old = [make_contact(acme, first_name="Ann", email=f"ann@{number}.example") for number in range(7)]
    new = [make_contact(acme, last_name="Bell", email=f"bell@{number}.example") for number in range(16)]
    people = make_list(acme)
    services.add_members(people, [contact.pk for contact in [*old, new[3]]])
    rows = "".join(f"{contact.email},Buyer\n" for contact in [*old[2:], new[5]])
    job = import_csv(acme, f"Email,Title\n{rows}ann@new.example,Buyer\n", duplicate_strategy="update")

    with tenant_scope(acme):
        contacts = Contact.objects.for_tenant(acme)
        for sets in ([contacts], [contacts.on_list(people)], provenance.touched_by(contacts, acme, job)):
            chosen = sorted(
                (contact for some in sets for contact in some), key=lambda contact: contact.pk, reverse=True
            )
            for text in ("", "ann", "bell", "ann@"):
                expected = [contact.pk for contact in chosen if begins(contact, text)]
                assert len(expected) > 1 or text == "bell"
                for place in range(0, len(expected) + 1, 4):

                    def page(text=text, sets=sets, **where):
                        found = search.page_of(sets, acme, search=text, limit=3, **where)
                        return [contact.pk for contact in found.contacts], found.has_more

                    rest = expected[place:]
                    assert page(offset=place) == (rest[:3], len(rest) > 3)
                    after = expected[place - 1] if place else None
                    assert page(after=after, offset=1) == (rest[1:4], len(rest) > 4)


def begins(contact: Contact, text: str) -> bool:
    values = (contact.email, contact.first_name.lower(), contact.last_name.lower())
    return any(value.startswith(text) for value in values)
