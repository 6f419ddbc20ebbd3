"""/v1/exports: contacts as files, at once or written by a worker."""

from __future__ import annotations

import json
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from asgiref.sync import async_to_sync
from django.utils import timezone

from contacts import services
from contacts.exports import jobs
from contacts.models import ExportJob
from irisx.accounts.tenancy import ALL, tenant_scope
from tests.factories import make_contact

pytestmark = pytest.mark.django_db


@pytest.fixture
def alices(api, alice):
    return api(alice)


@pytest.fixture
def ann(acme, globex):
    make_contact(globex, email="theirs@example.com")
    return make_contact(acme, first_name="Ann", email="ann@example.com")


def body_of(answer) -> bytes:
    assert answer.status_code == 200, answer.content

    async def read() -> bytes:
        return b"".join([block async for block in answer.streaming_content])

    return async_to_sync(read)()


def refusal(answer) -> tuple[int, str, str | None]:
    return answer.status_code, answer.json()["code"], answer.json().get("field")


DOWNLOADS = {
    "csv": ("text/csv; charset=utf-8", "contacts.csv", b'"First Name"'),
    "excel": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "contacts.xlsx", b"PK"),
    "json": ("application/json", "contacts.json", b'{"contacts"'),
}


@pytest.mark.parametrize("form", DOWNLOADS)
def test_contacts_come_as_a_private_attachment(alices, ann, form):
    answer = alices.get("/v1/exports/contacts", {"format": form})

    content_type, filename, begins = DOWNLOADS[form]
    assert body_of(answer).startswith(begins)
    assert {name: answer[name] for name in ("Content-Type", "Content-Disposition", "Cache-Control")} == {
        "Content-Type": content_type,
        "Content-Disposition": f'attachment; filename="{filename}"',
        "Cache-Control": "private, no-store",
    }
    assert answer["X-Content-Type-Options"] == "nosniff"


def test_what_is_chosen_comes_out(alices, acme, ann):
    fair = services.create_list(acme, 'Fair "27"\r\n/x')
    services.add_members(fair, [ann.pk])
    make_contact(acme, email="other@example.com")

    answer = alices.get(f"/v1/exports/contacts?fields=email,first_name&fields=city&limit=1&list_id={fair.pk}")

    assert body_of(answer).decode() == '"First Name","Email","City"\n"Ann","ann@example.com",""\n'
    assert answer["Content-Disposition"] == 'attachment; filename="Fair 27 x.csv"'


@pytest.mark.parametrize(
    ("query", "refused"),
    [
        ({"format": "xml"}, (400, "invalid_value", "format")),
        ({"limit": "0"}, (400, "invalid_value", "limit")),
        ({"limit": "many"}, (400, "invalid_value", "limit")),
        ({"fields": "shoe"}, (400, "unknown_field", "shoe")),
        ({"list_id": str(uuid4())}, (400, "unknown_list", "list_id")),
        ({"list_id": "x"}, (400, "invalid_value", "list_id")),
    ],
)
def test_what_cannot_be_chosen_is_refused_at_both_doors(alices, acme, query, refused):
    assert refusal(alices.get("/v1/exports/contacts", query)) == refused
    body = {**query, "fields": [query["fields"]]} if "fields" in query else query
    assert refusal(alices.post("/v1/exports", body, format="json")) == refused


def test_an_export_job_is_asked_for_followed_and_fetched(alices, acme, ann, alice):
    asked = alices.post("/v1/exports", {"format": "json", "limit": 10, "fields": ["email"]}, format="json")

    url = f"/v1/exports/{asked.json()['id']}"
    assert asked.status_code == 202
    assert asked.json() == {
        "id": asked.json()["id"],
        "status": "pending",
        "format": "json",
        "list_id": None,
        "limit": 10,
        "fields": ["email"],
        "contact_count": None,
        "size_bytes": None,
        "error_details": None,
        "created_at": asked.json()["created_at"],
        "completed_at": None,
        "expires_at": asked.json()["expires_at"],
    }
    assert refusal(alices.get(f"{url}/download")) == (409, "export_not_ready", None)

    jobs.run(UUID(asked.json()["id"]))

    done = alices.get(url).json()
    assert (done["status"], done["contact_count"]) == ("completed", 1)
    assert alices.get("/v1/exports").json() == {"results": [done], "page": 1, "limit": 20, "total": 1}
    answer = alices.get(f"{url}/download")
    assert json.loads(body_of(answer)) == {"contacts": [{"email": "ann@example.com"}]}
    assert answer["Content-Disposition"] == 'attachment; filename="contacts.json"'


def test_an_export_whose_time_is_over_is_not_found(alices, acme):
    url = f"/v1/exports/{alices.post('/v1/exports', {}, format='json').json()['id']}"
    with tenant_scope(ALL):
        ExportJob.objects.update(created_at=timezone.now() - timedelta(days=7, seconds=1))

    for address in (url, f"{url}/download"):
        assert refusal(alices.get(address)) == (404, "not_found", None)
    assert alices.get("/v1/exports").json()["total"] == 0


def test_an_export_is_its_tenants_alone(alices, api, bob, acme, ann):
    url = f"/v1/exports/{alices.post('/v1/exports', {}, format='json').json()['id']}"

    for address in (url, f"{url}/download"):
        assert refusal(api(bob).get(address)) == (404, "not_found", None)
    assert b"ann@" not in body_of(api(bob).get("/v1/exports/contacts"))


def test_who_lost_the_right_to_a_download_has_none(alices, alice, ann):
    url = f"/v1/exports/{alices.post('/v1/exports', {}, format='json').json()['id']}/download"
    alice.is_active = False
    alice.save(update_fields=["is_active"])

    assert alices.get(url).status_code == 401
    assert alices.get("/v1/exports/contacts").status_code == 401
