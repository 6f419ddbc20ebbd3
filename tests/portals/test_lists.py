"""Contact lists: made, renamed, deleted."""

from __future__ import annotations

import pytest

from contacts.models import ContactList
from irisx.accounts.tenancy import tenant_scope
from tests.factories import contacts_of, make_contact, make_list

EVIL = "<svg onload=alert(1)>"


def names(tenant) -> list[str]:
    with tenant_scope(tenant):
        return list(ContactList.objects.filter(tenant=tenant).order_by("name").values_list("name", flat=True))


def test_a_list_is_made_once(alices, acme):
    assert "No lists yet" in alices.get("/lists/").content.decode()

    alices.post("/lists/", {"name": " Fair "})

    assert names(acme) == ["Fair"]
    assert "There is a contact list “Fair” already." in alices.post("/lists/", {"name": "Fair"}).content.decode()
    assert "Give the list a name." in alices.post("/lists/", {"name": " "}).content.decode()


def test_lists_say_how_many_are_on_them_and_lead_to_them(alices, acme):
    fair = make_list(acme, "Fair")
    with tenant_scope(acme):
        fair.memberships.create(tenant=acme, contact=make_contact(acme, email="ann@example.com"))

    response = alices.get("/lists/")

    assert [(one.name, one.contact_count) for one in response.context["page"].object_list] == [("Fair", 1)]
    assert f"/lists/{fair.pk}/" in response.content.decode()


def test_a_lists_page_shows_who_is_on_it_and_searches_among_them_alone(alices, acme):
    fair = make_list(acme, "Fair")
    assert "Nobody is on this list yet" in alices.get(f"/lists/{fair.pk}/").content.decode()
    with tenant_scope(acme):
        for name in ("ann", "bea"):
            fair.memberships.create(tenant=acme, contact=make_contact(acme, email=f"{name}@example.com"))
    make_contact(acme, email="ann@elsewhere.example")

    def found(search: str) -> list[str]:
        page = alices.get(f"/lists/{fair.pk}/", {"search": search}).context["page"]
        return sorted(contact.email for contact in page.contacts)

    assert found("") == ["ann@example.com", "bea@example.com"]
    assert found("ann") == ["ann@example.com"]
    assert "Nobody on this list fits" in alices.get(f"/lists/{fair.pk}/", {"search": "cleo"}).content.decode()


def test_a_list_is_renamed_but_not_like_another(alices, acme):
    fair = make_list(acme, "Fair")
    make_list(acme, "News")

    assert "“News” already" in alices.post(f"/lists/{fair.pk}/rename/", {"name": "News"}).content.decode()
    alices.post(f"/lists/{fair.pk}/rename/", {"name": "Autumn fair"})

    assert names(acme) == ["Autumn fair", "News"]


def test_a_list_is_deleted_after_a_question_and_its_contacts_stay(alices, acme):
    fair = make_list(acme, "Fair")
    with tenant_scope(acme):
        fair.memberships.create(tenant=acme, contact=make_contact(acme, email="ann@example.com"))
    assert "The contact on it stays." in alices.get(f"/lists/{fair.pk}/delete/").content.decode()

    alices.post(f"/lists/{fair.pk}/delete/")

    assert names(acme) == []
    assert len(contacts_of(acme)) == 1


@pytest.mark.parametrize("page", ["rename", "delete"])
def test_another_tenants_list_is_not_found(alices, globex, page):
    theirs = make_list(globex, "Theirs")

    assert alices.post(f"/lists/{theirs.pk}/{page}/", {"name": "Mine"}).status_code == 404
    assert alices.get(f"/lists/{theirs.pk}/").status_code == 404
    assert names(globex) == ["Theirs"]


def test_names_are_never_markup(alices, acme):
    evil = make_list(acme, EVIL)

    for page in ("", f"{evil.pk}/", f"{evil.pk}/rename/", f"{evil.pk}/delete/"):
        assert EVIL not in alices.get(f"/lists/{page}").content.decode()
