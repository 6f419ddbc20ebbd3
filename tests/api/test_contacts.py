"""/v1/contacts: contacts found, made, changed and deleted by programs."""

from __future__ import annotations

from uuid import uuid4

import pytest

from contacts import search, services
from contacts.models import Contact
from irisx.accounts.tenancy import tenant_scope
from tests.factories import contacts_of, import_csv, make_contact, make_job

pytestmark = pytest.mark.django_db


@pytest.fixture
def alices(api, alice):
    return api(alice)


def refusal(answer) -> tuple[int, str, str | None]:
    return answer.status_code, answer.json()["code"], answer.json().get("field")


def emails(answer) -> list[str]:
    assert answer.status_code == 200, answer.content
    return [contact["email"].removesuffix("@example.com") for contact in answer.json()["results"]]


# One contact ---------------------------------------------------------------------------------------------------------


def test_a_contact_is_answered_as_it_is_stored(alices, acme):
    services.create_custom_field(acme, label="Plan")
    fair = services.create_list(acme, "Fair")

    answer = alices.post(
        "/v1/contacts",
        {
            "first_name": "Ann",
            "email": "ANN@example.com",
            "phone": "212 555 0143",
            "company": None,
            "attributes": {"city": "Köln", "tags": ["vip", "fair"], "do_not_contact": True, "plan": 5, "country": None},
            "lists": [str(fair.pk)],
        },
        format="json",
    )

    assert answer.status_code == 201
    (contact,) = contacts_of(acme)
    assert answer.json() == {
        "id": str(contact.pk),
        "first_name": "Ann",
        "last_name": "",
        "email": "ann@example.com",
        "phone": "+12125550143",
        "company": "",
        "title": "",
        "attributes": {"city": "Köln", "tags": ["vip", "fair"], "do_not_contact": True, "plan": "5"},
        "lists": [str(fair.pk)],
        "import_id": None,
        "created_at": contact.created_at.isoformat().replace("+00:00", "Z"),
        "updated_at": contact.updated_at.isoformat().replace("+00:00", "Z"),
    }
    assert alices.get(f"/v1/contacts/{contact.pk}").json() == answer.json()


def test_patch_changes_what_is_named_and_null_clears(alices, acme):
    services.create_custom_field(acme, label="Plan")
    contact = make_contact(acme, first_name="Ann", title="Buyer", email="a@example.com", attributes={"city": "Oslo"})

    answer = alices.patch(
        f"/v1/contacts/{contact.pk}", {"title": None, "attributes": {"plan": "Pro", "city": ""}}, format="json"
    )

    changed = answer.json()
    assert (changed["first_name"], changed["title"], changed["attributes"]) == ("Ann", "", {"plan": "Pro"})


def test_a_contact_can_be_sent_back_as_it_came(alices, acme):
    made = alices.post(
        "/v1/contacts",
        {"email": "a@example.com", "attributes": {"tags": ["a", "b"], "birthday": "1986-03-14"}},
        format="json",
    ).json()

    answer = alices.patch(f"/v1/contacts/{made['id']}", made, format="json")

    assert (answer.status_code, answer.json()) == (200, made)


def test_a_duplicate_is_refused_with_the_contact_that_is_there(alices, acme):
    there = make_contact(acme, email="ann@example.com")
    body = {"email": "Ann@example.com"}

    answer = alices.post("/v1/contacts", body, format="json")

    assert (answer.status_code, answer.json()["code"]) == (409, "duplicate_contact")
    assert answer.json()["contact_id"] == str(there.pk)
    assert alices.post("/v1/contacts", {**body, "allow_duplicate": True}, format="json").status_code == 201


@pytest.mark.parametrize(
    ("body", "refused"),
    [
        ({"email": "nobody"}, (400, "invalid_value", "email")),
        ({"first_name": "Ann"}, (400, "no_contact_point", None)),
        ({"email": "a@example.com", "city": "Oslo"}, (400, "unknown_field", "city")),
        ({"email": "a@example.com", "attributes": {"shoe": "42"}}, (400, "unknown_field", "shoe")),
        ({"attributes": {"email": "a@example.com"}}, (400, "unknown_field", "email")),
        ({"email": "a@example.com", "attributes": {"irisx_id": "1"}}, (400, "unknown_field", "irisx_id")),
        ({"email": "a@example.com", "attributes": {"city": ["a", "b"]}}, (400, "invalid_value", "city")),
        ({"email": "a@example.com", "attributes": {"tags": [["a"]]}}, (400, "invalid_value", "attributes.tags")),
        ({"email": "a@example.com", "attributes": {"city": {}}}, (400, "invalid_value", "attributes.city")),
        ({"email": {"a": 1}}, (400, "invalid_value", "email")),
        ({"email": "a@example.com", "lists": [str(uuid4())]}, (400, "unknown_list", "list_id")),
        ([], (400, "malformed", None)),
        # Not for anybody to set.
        *(
            ({"email": "a@example.com", name: 1}, (400, "unknown_field", name))
            for name in ("tenant", "tenant_id", "owner", "is_staff", "last_job_id", "import_job_id")
        ),
    ],
)
def test_what_cannot_be_stored_is_refused(alices, acme, body, refused):
    assert refusal(alices.post("/v1/contacts", body, format="json")) == refused
    assert contacts_of(acme) == []


def test_what_we_set_ourselves_is_ignored(alices, acme, globex):
    theirs = make_contact(globex, email="theirs@example.com")
    body = {"email": "a@example.com", "id": str(theirs.pk), "import_id": str(uuid4()), "created_at": "2001-01-01"}

    made = alices.post("/v1/contacts", body, format="json").json()

    (contact,) = contacts_of(acme)
    assert (contact.pk != theirs.pk, contact.import_job_id, contact.created_at.year > 2001) == (True, None, True)
    assert made["id"] == str(contact.pk)


def test_a_deleted_contact_is_gone(alices, acme):
    contact = make_contact(acme, email="a@example.com")

    assert alices.delete(f"/v1/contacts/{contact.pk}").status_code == 204
    assert alices.get(f"/v1/contacts/{contact.pk}").status_code == 404


# Many ----------------------------------------------------------------------------------------------------------------


@pytest.fixture
def people(acme, globex):
    for name in "abcdefg":
        make_contact(acme, email=f"{name}@example.com")
    make_contact(globex, email="theirs@example.com")


def test_pages_by_number(alices, people):
    second = alices.get("/v1/contacts", {"page": 2, "limit": 3})
    beyond = alices.get("/v1/contacts", {"page": 9, "limit": 3})

    assert emails(second) == ["d", "c", "b"]
    assert {name: second.json()[name] for name in ("page", "limit", "total", "total_is_exact")} == {
        "page": 2,
        "limit": 3,
        "total": 7,
        "total_is_exact": True,
    }
    assert emails(beyond) == []


@pytest.mark.parametrize("search_text", ["", "@nobody"])
def test_pages_by_cursor_miss_and_double_nobody_while_contacts_come(alices, acme, people, search_text):
    seen, cursor = [], ""
    while cursor is not None:
        answer = alices.get("/v1/contacts", {"cursor": cursor, "limit": 3})
        seen += emails(answer)
        cursor = answer.json()["next_cursor"]
        make_contact(acme, email=f"new{len(seen)}@example.com")

    assert seen == list("gfedcba")


@pytest.mark.parametrize(
    ("query", "refused"),
    [
        ({"limit": 101}, (400, "invalid_value", "limit")),
        ({"page": 0}, (400, "invalid_value", "page")),
        ({"cursor": "x"}, (400, "invalid_cursor", "cursor")),
        ({"list_id": "x"}, (400, "invalid_value", "list_id")),
        ({"list_id": str(uuid4())}, (400, "unknown_list", "list_id")),
        ({"import_id": str(uuid4())}, (400, "unknown_import", "import_id")),
        ({"search": "\0"}, (400, "invalid_value", "search")),
    ],
)
def test_queries_that_mean_nothing_are_refused(alices, acme, query, refused):
    assert refusal(alices.get("/v1/contacts", query)) == refused


def test_list_and_search_narrow_together(alices, acme, people):
    fair = services.create_list(acme, "Fair")
    services.add_members(fair, [contact.pk for contact in contacts_of(acme)[:2]])

    assert emails(alices.get("/v1/contacts", {"list_id": str(fair.pk)})) == ["b", "a"]
    assert emails(alices.get("/v1/contacts", {"list_id": str(fair.pk), "search": "a@"})) == ["a"]
    assert emails(alices.get("/v1/contacts", {"list_id": str(fair.pk), "search": "c@"})) == []


def test_more_are_counted_only_so_far(alices, people, monkeypatch):
    monkeypatch.setattr(search, "COUNTED_TO", 5)

    for query in ({}, {"search": ""}):
        answer = alices.get("/v1/contacts", {"limit": 2, **query})
        assert (answer.json()["total"], answer.json()["total_is_exact"]) == (5, False)


# What imports know ---------------------------------------------------------------------------------------------------


def test_contacts_of_an_import_are_those_it_made_or_changed(alices, acme, monkeypatch):
    make_contact(acme, email="d@example.com")
    first = import_csv(acme, "Email,Title\na@example.com,x\nb@example.com,x\n")
    rows = "Email,Title\na@example.com,y\nb@example.com,x\nc@example.com,y\nd@example.com,y\n"
    second = import_csv(acme, rows, duplicate_strategy="update")
    import_csv(acme, "Email,Title\na@example.com,z\n", duplicate_strategy="update")

    assert emails(alices.get("/v1/contacts", {"import_id": str(first.pk)})) == ["b", "a"]
    assert emails(alices.get("/v1/contacts", {"import_id": str(second.pk)})) == ["c", "a", "d"]
    monkeypatch.setattr("contacts.search.COUNTED_TO", 1)
    assert emails(alices.get("/v1/contacts", {"import_id": str(second.pk)})) == ["c", "a", "d"]


def test_another_tenants_import_is_unknown(alices, acme, globex):
    theirs = make_job(globex)

    assert refusal(alices.get("/v1/contacts", {"import_id": str(theirs.pk)})) == (400, "unknown_import", "import_id")


def test_history_says_which_import_made_a_contact_and_what_others_changed(alices, acme, alice):
    made = import_csv(acme, "Email,City\nann@example.com,Oslo\n", user=alice)
    changed = import_csv(acme, "Email,City,Title\nann@example.com,Bergen,Buyer\n", duplicate_strategy="update")
    (contact,) = contacts_of(acme)

    answer = alices.get(f"/v1/contacts/{contact.pk}/history").json()

    newest, oldest = answer["results"]
    assert (newest["import_id"], newest["action"], newest["filename"]) == (str(changed.pk), "updated", "people.csv")
    assert sorted(newest["changes"], key=lambda change: change["field"]) == [
        {"field": "city", "before": "Oslo", "after": "Bergen"},
        {"field": "title", "before": None, "after": "Buyer"},
    ]
    assert (oldest["import_id"], oldest["action"], oldest["changes"]) == (str(made.pk), "created", [])
    assert (answer["total"], alices.get(f"/v1/contacts/{contact.pk}").json()["import_id"]) == (2, str(made.pk))


def test_a_deleted_import_is_known_by_what_it_did(alices, acme):
    made = import_csv(acme)
    assert alices.delete(f"/v1/imports/{made.pk}").status_code == 204

    answer = alices.get(f"/v1/contacts/{contacts_of(acme)[0].pk}/history").json()

    assert [(event["import_id"], event["action"], event["filename"]) for event in answer["results"]] == [
        (str(made.pk), "created", None)
    ]


def test_a_write_waits_for_no_import_longer_than_its_chunk(alices, acme):
    """Writes of programs and of imports take turns: both hold the tenant's lock."""
    statements = []

    def note(execute, sql, params, many, context):
        statements.append(sql)
        return execute(sql, params, many, context)

    from django.db import connection

    with connection.execute_wrapper(note):
        alices.post("/v1/contacts", {"email": "a@example.com"}, format="json")

    lock, insert = (
        next(n for n, sql in enumerate(statements) if text in sql) for text in ("advisory", 'INTO "contacts"')
    )
    assert lock < insert
    with tenant_scope(acme):
        assert Contact.objects.count() == 1
