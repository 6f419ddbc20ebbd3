"""Exports of what a search found, with columns in an order of one's own; and contacts in an order that people chose."""

from __future__ import annotations

import csv
import io
import uuid

import pytest

from contacts import exports, search
from contacts.exports import jobs
from contacts.models import Contact
from contacts.ordering import Order
from irisx.accounts.tenancy import tenant_scope
from irisx.refusals import Invalid
from tests.factories import import_csv, make_contact, make_list


def exported(tenant, **chosen) -> list[list[str]]:
    with exports.as_file(tenant, exports.Selection(**chosen)) as file:
        return list(csv.reader(io.StringIO(file.read().decode())))


def test_what_a_search_finds_goes_out(acme, globex):
    ann = make_contact(acme, first_name="Ann", email="ann@example.com")
    make_contact(acme, first_name="Bea", email="bea@example.com")
    make_contact(globex, first_name="Ann", email="ann@globex.example")

    assert exported(acme, search=" ANN ", fields=("email", "irisx_id")) == [
        ["Email", "IRISX ID"],
        ["ann@example.com", str(ann.pk)],
    ]
    assert exported(acme, search="50%", fields=("email",)) == [["Email"]]


def test_the_contacts_of_one_import_go_out(acme):
    import_csv(acme, "Email\nold@example.com\nann@example.com\n")
    job = import_csv(acme, "Email,City\nann@example.com,Oslo\nnew@example.com,\n", duplicate_strategy="update")

    lines = exported(acme, import_id=job.pk, fields=("email",))

    assert lines == [["Email"], ["ann@example.com"], ["new@example.com"]]


def test_an_import_of_another_tenant_is_unknown(acme, globex):
    theirs = import_csv(globex, "Email\nann@example.com\n")
    for import_id in (theirs.pk, uuid.uuid4()):
        with pytest.raises(Invalid, match="no import"):
            exported(acme, import_id=import_id)


def test_columns_keep_the_order_that_was_asked_for_or_the_one_of_programs(acme):
    assert exported(acme, fields=("phone", "email"), keeps_order=True) == [["Phone", "Email"]]
    assert exported(acme, fields=("phone", "email")) == [["Email", "Phone"]]


def test_a_search_and_a_list_narrow_together(acme):
    fair = make_list(acme, "Fair")
    ann = make_contact(acme, first_name="Ann", email="ann@example.com")
    make_contact(acme, first_name="Anna", email="anna@example.com")
    with tenant_scope(acme):
        fair.memberships.create(tenant=acme, contact=ann)

    assert exported(acme, search="ann", list_id=fair.pk, fields=("email",)) == [["Email"], ["ann@example.com"]]


def test_a_job_remembers_what_was_chosen(acme, alice):
    selection = exports.Selection(fields=("phone",), keeps_order=True, search="ann", import_id=uuid.uuid4())
    with tenant_scope(acme):
        job = jobs.ExportJob(format="csv", fields=["phone"], keeps_order=True, search="ann")
        job.import_id = selection.import_id

    assert jobs.selection_of(job) == selection


# Order ---------------------------------------------------------------------------------------------------------------


@pytest.fixture
def people(acme):
    make_contact(acme, first_name="bea", last_name="Adams", email="bea@example.com", attributes={"city": "Oslo"})
    make_contact(acme, first_name="Ann", last_name="adams", email="ann@example.com", attributes={"city": "bergen"})
    make_contact(acme, email="cyd@example.com", company="Zoo")
    make_contact(acme, first_name="Dan", email="dan@example.com", attributes={"city": "Oslo"})


def in_pages(tenant, order: Order, limit: int) -> list[str]:
    """Walk through all pages, and return the first letters of the addresses."""
    letters, after = [], None
    with tenant_scope(tenant):
        while True:
            contacts = Contact.objects.for_tenant(tenant)
            page = search.page_of([contacts], tenant, after=after, limit=limit, order=order)
            letters += [contact.email[0] for contact in page.contacts]
            if not page.has_more:
                return letters
            after = page.contacts[-1].pk


@pytest.mark.parametrize(
    ("by", "is_descending", "letters"),
    [
        ("name", False, "dabc"),
        ("name", True, "badc"),
        ("email", False, "abcd"),
        ("email", True, "dcba"),
        ("city", False, "adbc"),
        ("city", True, "dbac"),
        ("company", False, "cdab"),
        ("no such key", False, "dcab"),
    ],
)
@pytest.mark.parametrize("limit", [1, 3, 10])
def test_pages_follow_an_order_with_blanks_last(acme, people, by, is_descending, letters, limit):
    assert "".join(in_pages(acme, Order(by, is_descending), limit)) == letters


def test_more_than_can_be_sorted_comes_newest_first(acme, people, monkeypatch):
    monkeypatch.setattr(search, "COUNTED_TO", 3)
    with tenant_scope(acme):
        page = search.page_of([Contact.objects.for_tenant(acme)], acme, limit=10, order=Order("email"))

    assert [contact.email[0] for contact in page.contacts] == list("dcab")
    assert not page.is_in_order
