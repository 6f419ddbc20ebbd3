"""Google Sheets on the source page: what is shown of a connection, and the way to the mapping."""

from __future__ import annotations

import re

import pytest
from django.urls import reverse

from imports.connectors.models import GoogleConnection
from imports.models import ImportJob
from irisx.accounts.tenancy import ALL, tenant_scope
from tests.standins import SHEET_URL, answer_of_google, connect_google, google_standin

SHEET = "/imports/new/?via=sheet"
OPTIONS = {"duplicate_strategy": "skip", "duplicate_match_fields": "email,phone"}


@pytest.fixture
def google(settings):
    with google_standin(settings) as standin:
        yield standin


def text_of(response) -> str:
    return re.sub(r"\s+", " ", response.content.decode())


def jobs():
    with tenant_scope(ALL):
        return list(ImportJob.objects.all())


def test_what_is_not_set_up_is_said_so(alices):
    page = text_of(alices.get(SHEET))

    assert "Google Sheets is not set up here." in page
    assert "Connect Google" not in page


def test_way_from_not_connected_to_the_mapping_without_a_script(google, alices, acme):
    page = alices.get(SHEET)
    assert "Connect your Google account" in text_of(page)
    # Browsers hold a form to the policy where it is redirected, too.
    assert f"form-action 'self' {google_origin(page)}" in page["Content-Security-Policy"]

    begun = alices.post(reverse("customer:google-connect"))
    assert alices.get(reverse("customer:google-state")).json() == {"connected": False}
    assert "Google is connected" in text_of(alices.get(answer_of_google(begun.url)))
    assert alices.get(reverse("customer:google-state")).json() == {"connected": True}
    assert "Google is connected since" in text_of(alices.get(SHEET))

    looked = text_of(alices.post(SHEET, {**OPTIONS, "sheet_url": SHEET_URL, "look": "1"}))
    assert "“Partner leads”, 2 tabs." in looked
    assert '<option value="7">Old</option>' in looked
    read = alices.post(SHEET, {**OPTIONS, "sheet_url": SHEET_URL, "table": "7"})

    (job,) = jobs()
    assert read.url == reverse("customer:job-map", args=[job.pk])
    assert (job.source_type, job.file_info["sheet"]) == ("google_sheets", "Old")
    again = alices.post(reverse("customer:job-read", args=[job.pk]), {"sheet": "Leads", "range": "A1:B3"})
    assert again.url == read.url
    assert "ana@example.com" in text_of(alices.get(again.url))


def google_origin(page) -> str:
    return re.search(r"http://127\.0\.0\.1:\d+", page["Content-Security-Policy"])[0]


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"sheet_url": ""}, "Enter the address of a Google Sheet."),
        ({"sheet_url": "https://example.com/"}, "This is not the address of a Google Sheet."),
        ({"sheet_url": SHEET_URL, "range": "A1:"}, "“A1:” is no range of cells."),
        ({"sheet_url": SHEET_URL, "table": "7", "range": "Nowhere!A1:B2"}, "no tab called “Nowhere”"),
    ],
)
def test_what_is_wrong_is_said_at_its_field(google, alices, acme, alice, given, sentence):
    connect_google(acme, alice)

    page = text_of(alices.post(SHEET, {**OPTIONS, **given}))

    assert sentence in page
    assert 'aria-invalid="true"' in page
    assert jobs() == []
    if "table" in given:
        assert '<option value="7" selected>Old</option>' in page


def test_consent_taken_back_asks_to_connect_again(google, alices, acme, alice):
    connect_google(acme, alice)
    google.take_back()

    page = text_of(alices.post(SHEET, {**OPTIONS, "sheet_url": SHEET_URL}))

    assert "Google wants your consent once more." in page
    assert "Connect Google again" in page
    begun = alices.post(reverse("customer:google-connect"))
    alices.get(answer_of_google(begun.url))
    assert "Google is connected since" in text_of(alices.get(SHEET))


def test_who_disconnects_is_asked_to_connect_again(google, alices, acme, alice):
    connect_google(acme, alice)

    assert alices.post(reverse("customer:google-disconnect")).url == SHEET

    with tenant_scope(acme):
        assert not GoogleConnection.objects.exists()
    assert "Connect your Google account" in text_of(alices.get(SHEET))


@pytest.mark.parametrize("name", ["google-connect", "google-disconnect", "airtable-disconnect"])
def test_nothing_is_begun_or_ended_by_a_link(google, alices, name):
    assert alices.get(reverse(f"customer:{name}")).status_code == 405


def test_staff_connect_for_the_tenant_that_they_act_for(google, client, acme, staff):
    client.force_login(staff)
    url = reverse("admin_portal:new-import", args=["acme"]) + "?via=sheet"
    assert "Connect your Google account" in text_of(client.get(url))

    begun = client.post(reverse("admin_portal:google-connect", args=["acme"]))
    page = text_of(client.get(answer_of_google(begun.url)))

    assert f'href="{url}"' in page
    with tenant_scope(acme):
        assert [connection.user for connection in GoogleConnection.objects.all()] == [staff]


def test_a_demo_says_that_it_is_one(google, alices, settings):
    settings.GOOGLE_IS_DEMO = True

    assert "This is a demo of Google Sheets." in text_of(alices.get(SHEET))
