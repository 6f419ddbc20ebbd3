"""Exports: what is chosen, how far they are, and the file."""

from __future__ import annotations

import pytest
from asgiref.sync import async_to_sync
from django.utils import timezone

from contacts.exports import jobs
from contacts.models import ExportJob
from irisx.accounts.tenancy import ALL, tenant_scope
from tests.factories import make_contact, make_export, make_list

NEW = "/exports/new/"
HTMX = {"HX-Request": "true"}


@pytest.fixture
def people(acme):
    make_contact(acme, first_name="Ann", email="ann@example.com", company="Fjord")
    make_contact(acme, first_name="Bea", email="bea@example.com")


def the_export() -> ExportJob:
    with tenant_scope(ALL):
        return ExportJob.objects.select_related("tenant").get()


def sent(response, **more) -> dict[str, object]:
    """Return what a browser sends of the form as it was shown."""
    form = response.context["form"]
    return {
        "format": "csv",
        "scope": form["scope"].value(),
        "order": [line.key for line in form.lines],
        "fields": [line.key for line in form.lines if line.is_chosen],
        **more,
    }


def body_of(response) -> str:
    async def read() -> bytes:
        return b"".join([block async for block in response.streaming_content])

    return async_to_sync(read)().decode()


def test_all_contacts_go_out_as_programs_expect_them(alices, acme, people):
    shown = alices.get(NEW)
    assert shown.context["form"].fields["scope"].choices == [("all", "All 2")]

    assert alices.post(NEW, sent(shown), headers=HTMX)["HX-Redirect"] == "/exports/"

    job = the_export()
    assert jobs.selection_of(job) == jobs.exports.Selection()
    assert "Generating" in alices.get("/exports/").content.decode()
    jobs.run(job.pk)
    page = alices.get("/exports/").content.decode()
    assert "Ready" in page
    assert f"/exports/{job.pk}/download/" in page
    file = body_of(alices.get(f"/exports/{job.pk}/download/"))
    assert file.startswith('"First Name","Last Name","Email"')
    assert file.count("\n") == 3


def test_what_a_search_found_goes_out_in_chosen_columns(alices, acme, people):
    url = f"{NEW}?search=ann"
    shown = alices.get(url)
    assert shown.context["form"].fields["scope"].choices == [("found", "As filtered: 1"), ("all", "All 2")]

    form = sent(shown, order=["company", "email"], fields=["email", "company"])
    alices.post(url, form)

    jobs.run(the_export().pk)
    assert (
        body_of(alices.get(f"/exports/{the_export().pk}/download/")) == '"Company","Email"\n"Fjord","ann@example.com"\n'
    )
    assert "CSV: contacts that begin with “ann”" in alices.get("/exports/").content.decode()


@pytest.mark.parametrize(
    ("button", "first_two"),
    [
        ({"down": "first_name"}, ["last_name", "first_name"]),
        ({"up": "last_name"}, ["last_name", "first_name"]),
        ({"up": "first_name"}, ["first_name", "last_name"]),
    ],
)
def test_columns_move_up_and_down_without_a_script(alices, acme, button, first_two):
    response = alices.post(NEW, sent(alices.get(NEW), **button))

    assert [line.key for line in response.context["form"].lines[:2]] == first_two


def test_all_or_none_of_the_columns(alices, acme):
    none = alices.post(NEW, sent(alices.get(NEW), choose="none"))
    assert not any(line.is_chosen for line in none.context["form"].lines)
    refused = alices.post(NEW, sent(none))
    assert "Choose at least one column." in refused.content.decode()
    assert all(line.is_chosen for line in alices.post(NEW, sent(none, choose="all")).context["form"].lines)


def test_the_list_asks_again_while_one_is_written_and_says_when_it_is_ready(alices, acme):
    make_export(acme)
    assert 'hx-trigger="every 2s"' in alices.get("/exports/").content.decode()

    with tenant_scope(acme):
        ExportJob.objects.update(status="completed", file_path="x", completed_at=timezone.now())

    page = alices.get("/exports/", {"open": "1"}, headers=HTMX).content.decode()
    assert "The export is ready." in page
    assert "every 2s" not in page
    assert "<html" not in page


def test_a_failed_export_says_why_and_has_no_file(alices, acme):
    job = make_export(acme, status="failed", error_details={"code": "x", "error": "It is too large."})

    assert "It is too large." in alices.get("/exports/").content.decode()
    assert alices.get(f"/exports/{job.pk}/download/").url == "/exports/"


def test_too_many_at_once_are_refused_at_the_form(alices, acme, settings):
    settings.OPEN_EXPORTS_PER_TENANT = 0

    assert "Wait for one of them." in alices.post(NEW, sent(alices.get(NEW))).content.decode()


def test_another_tenants_export_is_not_found(alices, globex):
    theirs = make_export(globex)

    assert alices.get(f"/exports/{theirs.pk}/download/").status_code == 404
    assert "No exports yet" in alices.get("/exports/").content.decode()


def test_names_are_never_markup(alices, acme):
    evil = "<svg onload=alert(1)>"
    make_export(acme, list_id=make_list(acme, evil).pk, search=evil)

    assert evil not in alices.get("/exports/").content.decode()
