"""Finding contacts, and what is known of one."""

from __future__ import annotations

import pytest

from contacts.models import Contact, ContactList, ContactListMember
from irisx.accounts.tenancy import tenant_scope
from tests.factories import contacts_of, import_csv, make_contact


def names(response) -> list[str]:
    return [str(contact) for contact in response.context["page"].contacts]


@pytest.fixture
def people(acme, globex):
    make_contact(acme, first_name="Ann", last_name="Lee", email="ann.lee@example.com", phone="+12125550143")
    make_contact(acme, first_name="Bea", last_name="Annis", email="bea@example.com", company="Rowing Club")
    make_contact(globex, first_name="Ann", email="ann@globex.example")


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("", ["Bea Annis", "Ann Lee"]),
        ("ann", ["Bea Annis", "Ann Lee"]),
        ("ANN.LEE@", ["Ann Lee"]),
        ("Ann Lee", ["Ann Lee"]),
        ("+1 (212) 555", ["Ann Lee"]),
        ("bea annis", ["Bea Annis"]),
        ("annis", ["Bea Annis"]),
        ("rowing", []),  # a company
        ("lee@example.com", []),
        ("%", []),
    ],
)
def test_search_looks_at_beginnings(alices, people, search, found):
    assert names(alices.get("/contacts/", {"search": search})) == found


def test_one_list_is_shown(alices, acme, people):
    chosen = contacts_of(acme)[0]
    with tenant_scope(acme):
        fair = ContactList.objects.create(tenant=acme, name="Fair")
        ContactListMember.objects.create(tenant=acme, contact_list=fair, contact=chosen)

    assert names(alices.get("/contacts/", {"list": str(fair.pk)})) == ["Ann Lee"]


def test_pages_follow_a_cursor(alices, acme):
    for number in range(30):
        make_contact(acme, email=f"{number:02}@example.com")

    first = alices.get("/contacts/")
    second = alices.get("/contacts/", {"after": first.context["page"].older})

    assert names(first)[0] == "29@example.com"
    assert names(second) == [f"{number:02}@example.com" for number in range(4, -1, -1)]
    assert second.context["page"].older == ""


def test_a_cursor_that_is_none_shows_the_first_page(alices, people):
    assert names(alices.get("/contacts/", {"after": "nonsense"})) == ["Bea Annis", "Ann Lee"]


def test_a_contact_shows_what_is_known_and_where_it_came_from(alices, acme):
    made = import_csv(acme, "Email,First Name,City,Website\nann@example.com,Ann,Oslo,https://ann.example\n")
    changed = import_csv(acme, "Email,City\nann@example.com,Bergen\n", duplicate_strategy="update")
    (contact,) = contacts_of(acme)

    response = alices.get(f"/contacts/{contact.pk}/")

    assert [(value.label, value.text, value.origin and value.origin.job) for value in response.context["values"]] == [
        ("First name", "Ann", made),
        ("E-mail", "ann@example.com", made),
        ("City", "Bergen", changed),
        ("Website", "https://ann.example", made),
    ]
    newest, oldest = response.context["events"]
    assert (newest.job, newest.changes[0][:]) == (changed, ("city", "City", "Oslo", "Bergen"))
    assert (oldest.job, oldest.is_creation) == (made, True)
    assert 'href="https://ann.example"' in response.content.decode()


def test_a_value_that_was_changed_here_comes_from_no_import(alices, acme):
    import_csv(acme, "Email,City\nann@example.com,Oslo\n")
    import_csv(acme, "Email,City\nann@example.com,Bergen\n", duplicate_strategy="update")
    (contact,) = contacts_of(acme)
    with tenant_scope(acme):
        Contact.objects.filter(tenant=acme).update(title="Buyer", attributes={"city": "Turku"})

    values = alices.get(f"/contacts/{contact.pk}/").context["values"]

    assert [value.label for value in values if value.origin is None] == ["Title", "City"]


def test_values_of_a_contact_are_never_markup(alices, acme):
    evil = "<img src=x onerror=alert(1)>"
    contact = make_contact(
        acme, first_name=evil, email="a@example.com", attributes={evil: evil, "website": "javascript:x"}
    )

    for url in ("/contacts/", f"/contacts/{contact.pk}/"):
        page = alices.get(url).content.decode()
        assert evil not in page
        assert 'href="javascript' not in page
