"""Bob of globex never sees acme's work: what is acme's is not found, whatever he asks for."""

from __future__ import annotations

import pytest
from django.urls import reverse

from imports.connectors.interface import RemoteSource
from imports.corrections import drafts
from imports.corrections.models import CorrectionEdit
from imports.models import ImportJob
from irisx.accounts.tenancy import tenant_scope
from portals.urls import tenant_pages
from tests.factories import import_csv, make_job, upload
from tests.owned import MAKERS, stored
from tests.portals.admin.test_access import methods_of

pytestmark = pytest.mark.django_db

SHEET = RemoteSource("google_sheets", "1aBcD_efGhIjKlMnOpQrStUvWxYz")
OBJECT_PAGES = {page.name: page for page in tenant_pages if page.pattern.converters}
DOORS = sorted((name, method) for name, page in OBJECT_PAGES.items() for method in methods_of(page))
EDITED = ("import_corrections", "import_correction_edits")
# Who asks in which portal, and what stands in an address before the object: staff look for it under globex.
ASKED = [("customer", "bob", []), ("admin_portal", "staff", ["globex"])]


def make_things(tenant) -> dict[str, object]:
    """Make what addresses name: name of the id → id. A page about something else is a KeyError in all tests here."""
    job = import_csv(tenant, "Email,Name\nnobody,Ann\n", mapping={"Email": "email"})
    with tenant_scope(tenant):
        drafts.save(job, {0: {"Email": "somebody"}})
        edit = CorrectionEdit.objects.create(tenant=tenant, import_job=job, kind="skip", total_rows=1)
    others = {name: make(tenant).pk for name, make in MAKERS.items() if name not in ("job_id", "key")}
    return {"job_id": job.pk, "edit_id": edit.pk, "row_index": 0, "index": 0, **others}


def make_repeatable(tenant) -> ImportJob:
    values = {"source_type": "google_sheets", "status": "completed", "field_mapping": {"Email": "email"}}
    return make_job(tenant, **values, file_info={"source": SHEET.as_json()})


# Pages that are about imports of one kind or in one state alone.
FITTING = {"job-repeat": make_repeatable, "job-add-field": upload}


def answer_of(browser, portal: str, first: list[str], name: str, method: str, things: dict[str, object]) -> int:
    ids = [things[key] for key in OBJECT_PAGES[name].pattern.converters]
    return getattr(browser, method)(reverse(f"{portal}:{name}", args=[*first, *ids])).status_code


@pytest.mark.parametrize(("portal", "who", "first"), ASKED)
def test_what_is_another_tenants_is_not_found_on_any_page(request, client, acme, globex, portal, who, first):
    client.force_login(request.getfixturevalue(who))
    theirs = make_things(acme)
    before = stored()

    answers = {door: answer_of(client, portal, first, *door, theirs) for door in DOORS}

    assert answers == dict.fromkeys(DOORS, 404)
    assert stored() == before


def test_every_page_finds_what_is_the_own(client, bob, globex):
    client.force_login(bob)
    # A page that is shown before it acts is asked for, and does nothing: the next one finds the same things.
    doors = [door for door in DOORS if door[1] == "get" or (door[0], "get") not in DOORS]
    things = make_things(globex)

    missing = []
    for name, method in doors:
        fitting = {"job_id": FITTING[name](globex).pk} if name in FITTING else {}
        if answer_of(client, "customer", [], name, method, things | fitting) == 404:
            missing.append(name)

    assert missing == []


def test_an_edit_of_another_tenant_is_not_undone_under_the_own_import(client, acme, globex, bob):
    client.force_login(bob)
    theirs, ours = make_things(acme), make_things(globex)
    before = stored()

    answer_of(client, "customer", [], "job-mend-undo", "post", {**ours, "edit_id": theirs["edit_id"]})

    after = stored()
    assert [after[table] for table in EDITED] == [before[table] for table in EDITED]


def test_lists_show_only_the_own(client, acme, bob):
    import_csv(acme)
    client.force_login(bob)

    assert "No imports yet" in client.get("/imports/").content.decode()
    assert "No contacts yet" in client.get("/contacts/").content.decode()
