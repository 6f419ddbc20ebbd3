"""Acting for a tenant: what staff do is what a customer does, under the name of who did it."""

from __future__ import annotations

import csv
import io

import pytest
from asgiref.sync import async_to_sync
from django.core.files.uploadedfile import SimpleUploadedFile

from contacts.models import CustomField
from imports import progress, runner
from imports.models import ImportJob, SavedFieldMapping
from irisx.accounts.tenancy import ALL, tenant_scope
from tests.factories import PEOPLE, confirm, contacts_of, import_csv, make_contact, make_job, reload, upload

ACME = "/admin/tenants/acme"
OPTIONS = {"duplicate_strategy": "skip", "duplicate_match_fields": "email,phone"}


def text_of(response) -> str:
    return response.content.decode()


def page_of(job: ImportJob, name: str = "") -> str:
    return f"{ACME}/imports/{job.pk}/{name}"


def send(browser, content: str = PEOPLE) -> ImportJob:
    """Upload a file for acme, and return the pending job."""
    file = SimpleUploadedFile("people.csv", content.encode())
    response = browser.post(f"{ACME}/imports/new/", {"file": file, **OPTIONS})
    with tenant_scope(ALL):
        job = ImportJob.objects.select_related("tenant", "user").get()
    assert response.url == page_of(job, "map/")
    return job


def test_staff_bring_a_file_in_for_a_tenant_from_upload_to_result(stellas, staff, acme, globex):
    job = send(stellas)
    assert (job.tenant, job.user) == (acme, staff)

    assert "Which column is which?" in text_of(stellas.get(page_of(job, "map/")))
    reviewed = stellas.post(page_of(job, "map/"), {"column-0": "first_name", "review": "1"})
    assert reviewed.url == page_of(job, "review/")
    assert "This is what 2 rows would do" in text_of(stellas.get(reviewed.url))

    started = stellas.post(page_of(job, "start/"), {**OPTIONS, "save_mapping_as": "People"})
    assert started.url == page_of(job, "progress/")
    watched = text_of(stellas.get(started.url))
    assert f'data-snapshot-url="{page_of(job, "snapshot/")}"' in watched
    assert 'data-sign-in-url="/admin/sign-in/"' in watched

    runner.run_to_end(job.pk)
    assert stellas.get(started.url, follow=True).redirect_chain[-1][0] == page_of(job, "result/")
    assert [contact.email for contact in contacts_of(acme)] == ["maya@example.com", "derek@example.com"]
    assert contacts_of(globex) == []
    with tenant_scope(acme):
        assert SavedFieldMapping.objects.get().tenant == acme


def test_the_customer_sees_the_import_and_who_did_it(client, stellas, alice, acme):
    job = send(stellas)
    stellas.post(page_of(job, "start/"), OPTIONS)
    runner.run_to_end(job.pk)
    (contact, _) = contacts_of(acme)
    pages = [text_of(stellas.get(url)) for url in ("/admin/imports/", f"{ACME}/imports/", page_of(job, "result/"))]

    client.force_login(alice)
    for url in ("/imports/", f"/imports/{job.pk}/result/", f"/contacts/{contact.pk}/"):
        pages.append(text_of(client.get(url)))

    assert [page for page in pages if "Stella Staff" not in page] == []


def test_staff_may_start_what_a_customer_uploaded_and_it_stays_the_customers(stellas, alice, acme):
    job = upload(acme, user=alice)

    started = stellas.post(page_of(job, "start/"), OPTIONS)

    assert started.url == page_of(job, "progress/")
    assert reload(job).user == alice


def test_a_custom_field_is_made_for_the_tenant(stellas, acme, globex):
    job = upload(acme, "Email,Boat\nann@example.com,7\n")

    asked = stellas.post(page_of(job, "map/"), {"column-1": "new"})
    answer = stellas.post(asked.url, {"label": "Boat number", "type": "number"})

    assert (asked.url, answer.url) == (page_of(job, "map/field/1/"), page_of(job, "map/"))
    with tenant_scope(ALL):
        assert CustomField.objects.get().tenant == acme


def test_a_file_is_read_again_in_another_way(stellas, acme):
    job = upload(acme, "Email;Name\nann@example.com;Ann, Lee\n")

    response = stellas.post(page_of(job, "read/"), {"delimiter": ",", "encoding": "utf-8", "header_row": "1"})

    assert response.url == page_of(job, "map/")
    assert reload(job).columns[0]["header"] == "Email;Name"


def test_the_snapshot_is_the_one_that_the_socket_sends(stellas, acme):
    job = confirm(upload(acme))

    response = stellas.get(page_of(job, "snapshot/"))

    with tenant_scope(acme):
        assert response.json() == progress.snapshot(job)


def test_a_running_import_is_cancelled(stellas, acme):
    job = make_job(acme, status="queued", total_rows=4)

    page = text_of(stellas.post(page_of(job, "cancel/"), follow=True))

    assert "Cancelled before it started" in page


@pytest.mark.parametrize(("outcome", "numbers"), [("created", [2]), ("skipped", [3]), ("failed", [4])])
def test_each_number_opens_its_rows(stellas, acme, outcome, numbers):
    job = import_csv(acme, "Email\nann@example.com\nann@example.com\nno address\n")

    response = stellas.get(page_of(job, f"rows/?outcome={outcome}"))

    assert [line.number for line in response.context["page"].lines] == numbers


def test_the_error_log_comes_as_a_file(stellas, acme):
    job = import_csv(acme, "Email\nann@example.com\nno address\n")

    response = stellas.get(page_of(job, "errors.csv"))

    async def read() -> bytes:
        return b"".join([block async for block in response.streaming_content])

    lines = list(csv.reader(io.StringIO(async_to_sync(read)().decode("utf-8-sig"))))
    assert [line[1] for line in lines] == ["Row", "3"]


def test_a_deleted_import_comes_back_by_undo(stellas, acme):
    job = import_csv(acme)

    answer = stellas.post(page_of(job, "delete/"), follow=True)
    assert answer.redirect_chain[-1][0] == f"{ACME}/imports/"
    assert f'action="{page_of(job, "restore/")}"' in text_of(answer)
    assert reload(job).deleted_at is not None

    stellas.post(page_of(job, "restore/"))
    assert reload(job).deleted_at is None


def test_contacts_are_found_and_opened(stellas, acme):
    contact = make_contact(acme, first_name="Ann", email="ann@example.com")

    page = text_of(stellas.get(f"{ACME}/contacts/", {"search": "ann"}))

    assert f'href="{ACME}/contacts/{contact.pk}/"' in page
    assert "ann@example.com" in text_of(stellas.get(f"{ACME}/contacts/{contact.pk}/"))


def test_times_are_the_tenants(stellas, acme):
    acme.time_zone = "Pacific/Kiritimati"  # 14 hours ahead of UTC
    acme.save(update_fields=["time_zone"])
    make_job(acme)

    here, everywhere = (text_of(stellas.get(url)) for url in (f"{ACME}/imports/", "/admin/imports/"))

    def time_of(page: str) -> str:
        return page.partition('data-label="Uploaded" class="num soft">')[2].partition("<")[0]

    assert time_of(here) != time_of(everywhere)
