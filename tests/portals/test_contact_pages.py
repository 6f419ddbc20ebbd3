"""Adding, changing and deleting a contact; columns, filters and order of the contacts page."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from contacts.models import Contact
from irisx.accounts.tenancy import tenant_scope
from tests.factories import contacts_of, import_csv, make_contact, make_field, make_list

EVIL = "<svg onload=alert(1)>"


def names(response) -> list[str]:
    return [str(line.contact) for line in response.context["lines"]]


def labels(response) -> list[str]:
    return [head.label for head in response.context["heads"]]


def memberships(acme, contact) -> list[str]:
    with tenant_scope(acme):
        return [member.contact_list.name for member in contact.memberships.select_related("contact_list")]


# The list ------------------------------------------------------------------------------------------------------------


def test_the_contacts_of_one_import_are_shown(alices, acme):
    make_contact(acme, email="other@example.com")
    job = import_csv(acme, "Email\nann@example.com\n")

    response = alices.get("/contacts/", {"job": str(job.pk)})

    assert names(response) == ["ann@example.com"]
    assert "people.csv" in response.content.decode()
    assert names(alices.get("/contacts/", {"job": "nonsense"})) == ["ann@example.com", "other@example.com"]


def test_chosen_columns_are_remembered_and_show_what_is_stored(alices, acme):
    make_field(acme, "Plan")
    make_contact(acme, first_name="Ann", email="ann@example.com", attributes={"plan": "Gold", "tags": ["a", "b"]})
    assert labels(alices.get("/contacts/")) == ["Name", "E-mail", "Phone", "Company", "City", "Changed"]

    response = alices.post("/contacts/columns/", {"columns": ["custom:plan", "tags"], "back": "/contacts/?search=a"})

    assert response.url == "/contacts/?search=a"
    shown = alices.get("/contacts/")
    assert labels(shown) == ["Name", "Tags", "Plan"]
    assert [cell.value.text for cell in shown.context["lines"][0].cells] == ["a, b", "Gold"]


@pytest.mark.parametrize("back", ["https://evil.example/", "//evil.example/", "javascript:alert(1)"])
def test_columns_lead_back_to_this_host_alone(alices, back):
    assert alices.post("/contacts/columns/", {"columns": ["email"], "back": back}).url == "/contacts/"


def test_no_column_is_refused(alices):
    assert "Choose at least one column" in alices.post("/contacts/columns/", {"back": "/contacts/"}).content.decode()


def test_a_head_puts_contacts_in_its_order_and_turns_it_round(alices, acme):
    for first_name in ("Bea", "Ann", "Cyd"):
        make_contact(acme, first_name=first_name, email=f"{first_name.lower()}@example.com")

    response = alices.get("/contacts/", {"sort": "name", "search": "b"})
    (name, *_) = response.context["heads"]
    assert (name.url, name.direction) == ("?search=b&sort=-name", "ascending")
    assert names(alices.get("/contacts/", {"sort": "name"})) == ["Ann", "Bea", "Cyd"]
    assert names(alices.get("/contacts/", {"sort": "-name"})) == ["Cyd", "Bea", "Ann"]
    assert names(alices.get("/contacts/", {"sort": "no such column"})) == ["Cyd", "Ann", "Bea"]


def test_a_page_of_many_contacts_takes_few_queries(alices, acme):
    for number in range(30):
        make_contact(acme, email=f"ann{number}@example.com", first_name="Ann")
    alices.get("/contacts/")
    with CaptureQueriesContext(connection) as queries:
        alices.get("/contacts/", {"search": "ann", "sort": "email"})

    selects = [query["sql"] for query in queries if query["sql"].startswith("SELECT") and " FROM " in query["sql"]]
    assert len(selects) <= 12, "\n".join(sql[:90] for sql in selects)


# One contact ---------------------------------------------------------------------------------------------------------


def test_a_contact_is_added_in_the_form_in_which_imports_store_it(alices, acme):
    make_field(acme, "Plan")
    fair = make_list(acme, "Fair")

    response = alices.post(
        "/contacts/new/",
        {
            "email": " Ann@Example.COM",
            "phone": "(212) 555-0143",
            "custom:plan": "Gold",
            "tags": "a, b",
            "lists": fair.pk,
        },
    )

    (contact,) = contacts_of(acme)
    assert response.url == f"/contacts/{contact.pk}/"
    assert (contact.email, contact.phone) == ("ann@example.com", "+12125550143")
    assert contact.attributes == {"plan": "Gold", "tags": ["a", "b"]}
    assert memberships(acme, contact) == ["Fair"]


@pytest.mark.parametrize(
    ("given", "field", "sentence"),
    [
        ({"first_name": "Ann"}, "__all__", "A contact needs an e-mail address or a phone number."),
        ({"email": "ann@"}, "email", "“ann@”"),
        ({"email": "a@example.com", "birthday": "yesterday"}, "birthday", "yesterday"),
    ],
)
def test_what_cannot_be_stored_is_said_at_its_field(alices, acme, given, field, sentence):
    response = alices.post("/contacts/new/", given)

    assert sentence in " ".join(response.context["form"].errors[field])
    assert contacts_of(acme) == []


def test_a_duplicate_is_shown_and_can_be_stored_all_the_same(alices, acme):
    first = make_contact(acme, email="ann@example.com")

    refused = alices.post("/contacts/new/", {"email": "ann@example.com"}).content.decode()
    assert f'href="/contacts/{first.pk}/">Show that contact' in refused
    assert len(contacts_of(acme)) == 1

    alices.post("/contacts/new/", {"email": "ann@example.com", "allow_duplicate": "on"})
    assert len(contacts_of(acme)) == 2


def form_of(response) -> dict[str, object]:
    """Return what a browser would send of a form as it was shown."""
    form = response.context["form"]
    return {field.html_name: field.value() for field in form if field.value() not in (None, "")}


def test_saving_a_form_as_it_is_changes_nothing(alices, acme):
    attributes = {"tags": ["a", "b"], "do_not_contact": True, "notes": "one\ntwo", "country": "NO", "gone": "kept"}
    contact = make_contact(acme, email="ann@example.com", phone="+12125550143", attributes=attributes)

    response = alices.post(f"/contacts/{contact.pk}/edit/", form_of(alices.get(f"/contacts/{contact.pk}/edit/")))

    assert response.status_code == 302
    assert contacts_of(acme)[0].attributes == attributes
    assert contacts_of(acme)[0].updated_at == contact.updated_at


def test_a_change_is_stored_and_a_blank_clears(alices, acme):
    contact = make_contact(acme, email="ann@example.com", company="Old", attributes={"city": "Oslo"})
    given = form_of(alices.get(f"/contacts/{contact.pk}/edit/"))

    alices.post(f"/contacts/{contact.pk}/edit/", {**given, "company": "New", "city": ""})

    (stored,) = contacts_of(acme)
    assert (stored.company, stored.attributes) == ("New", {})


def test_what_came_in_meanwhile_is_not_overwritten_unseen(alices, acme):
    contact = make_contact(acme, email="ann@example.com", company="Old")
    given = form_of(alices.get(f"/contacts/{contact.pk}/edit/"))
    import_csv(acme, "Email,Company\nann@example.com,Theirs\n", duplicate_strategy="update")

    asked = alices.post(f"/contacts/{contact.pk}/edit/", {**given, "company": "Mine"})
    assert "changed this contact meanwhile" in asked.content.decode()
    assert contacts_of(acme)[0].company == "Theirs"

    alices.post(f"/contacts/{contact.pk}/edit/", form_of(asked))
    assert contacts_of(acme)[0].company == "Mine"


def test_a_contact_is_deleted_after_a_question(alices, acme):
    contact = make_contact(acme, first_name="Ann", email="ann@example.com")
    assert "Delete “Ann”?" in alices.get(f"/contacts/{contact.pk}/delete/").content.decode()
    assert len(contacts_of(acme)) == 1

    response = alices.post(f"/contacts/{contact.pk}/delete/", follow=True)

    assert "Deleted “Ann”." in response.content.decode()
    assert contacts_of(acme) == []


@pytest.mark.parametrize("page", ["", "edit/", "delete/"])
def test_another_tenants_contact_is_not_found(alices, globex, page):
    theirs = make_contact(globex, email="ann@globex.example")

    assert alices.get(f"/contacts/{theirs.pk}/{page}").status_code == 404
    assert alices.post(f"/contacts/{theirs.pk}/{page}").status_code in (404, 405)
    with tenant_scope(globex):
        assert Contact.objects.filter(pk=theirs.pk).exists()


def test_names_are_never_markup(alices, acme):
    contact = make_contact(acme, first_name=EVIL, email="a@example.com", attributes={"city": EVIL, "notes": EVIL})
    make_field(acme, EVIL)
    make_list(acme, EVIL)

    for page in ("", f"{contact.pk}/edit/", f"{contact.pk}/delete/", "columns/", "new/"):
        assert EVIL not in alices.get(f"/contacts/{page}").content.decode()
