"""A sheet of Google's from consent to the morning on which it has changed, by the real client libraries."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from django.urls import reverse

from imports.models import ImportJob, ImportSchedule
from imports.webhooks import endpoints
from imports.webhooks.models import WebhookDelivery
from irisx.accounts.tenancy import ALL, tenant_scope
from tests.factories import confirm, contacts_of, counts, make_schedule, reload
from tests.imports.schedules.conftest import look, runs_of, work
from tests.imports.schedules.test_notices import mails
from tests.standins import SHEET_URL, answer_of_google, connect_google, google_standin

OPTIONS = {"duplicate_strategy": "update", "duplicate_match_fields": "email"}
MAPPING = {"Email": "email", "First name": "first_name", "Birthday": "birthday"}


@pytest.fixture
def alices(client, alice):
    client.force_login(alice)
    return client


@pytest.fixture
def google(settings):
    with google_standin(settings) as standin:
        yield standin


def test_a_sheet_comes_every_day_until_it_has_changed_and_a_person_has_looked(
    google, clock, alices, acme, alice, mailoutbox
):
    with tenant_scope(acme):
        endpoints.create(acme, url="http://127.0.0.1:9/hook", events=["held"])

    # Consent, the first import, and that it is to come every day at six.
    alices.get(answer_of_google(alices.post(reverse("customer:google-connect")).url))
    alices.post("/imports/new/?via=sheet", {**OPTIONS, "sheet_url": SHEET_URL})
    first = only_job()
    start(first)
    alices.post(f"/imports/{first.pk}/repeat/", {"name": "Leads", "frequency": "daily", "time": "06:00"})
    assert counts(reload(first)) == {"total": 2, "processed": 2, "created": 2}

    # Its minute comes, hours after the access token has ended.
    google.expire_access_tokens()
    people = google.spreadsheets[next(iter(google.spreadsheets))].tabs[0].rows
    people.append(["chiara@example.com", "Chiara", "07/08/1991"])
    clock.move_to(datetime(2026, 5, 1, 6, tzinfo=UTC))
    look()

    (run,) = runs_of(schedule())
    assert (run.status, counts(run)) == (
        "completed",
        {"total": 3, "processed": 3, "created": 1, "unchanged": 2, "duplicates": 2},
    )
    assert google.counts["token:refresh_token"] == 1

    # The next morning a column has another name: nothing is imported, and people and programs hear of it.
    people[0][1] = "Given name"
    people.append(["dora@example.com", "Dora", ""])
    clock.move_to(datetime(2026, 5, 2, 6, tzinfo=UTC))
    look()

    held = runs_of(schedule())[-1]
    assert (held.status, held.is_held, len(contacts_of(acme))) == ("pending", True, 3)
    assert mails()[-1] == (alice.email, "held")
    assert "Leads" in mailoutbox[-1].subject
    with tenant_scope(ALL):
        told = [json.loads(delivery.body) for delivery in WebhookDelivery.objects.filter(event="held")]
    assert [(message["type"], message["data"]["id"]) for message in told] == [("import.held", str(held.pk))]
    alices.force_login(alice)  # nobody stays signed in for so long
    assert "Keeps feeding First name" in alices.get(f"/imports/{held.pk}/held/").content.decode()

    # A person accepts it; the day after it goes on by itself.
    alices.post(f"/imports/{held.pk}/held/")
    work()
    clock.move_to(datetime(2026, 5, 3, 6, tzinfo=UTC))
    look()

    assert [job.status for job in runs_of(schedule())] == ["completed"] * 3
    assert [contact.first_name for contact in contacts_of(acme)] == ["Ana", "Ben", "Chiara", "Dora"]


def only_job() -> ImportJob:
    with tenant_scope(ALL):
        return ImportJob.objects.select_related("tenant").get()


def schedule() -> ImportSchedule:
    with tenant_scope(ALL):
        return ImportSchedule.objects.get()


def start(job: ImportJob) -> None:
    """Start an import as mapped, and do it."""
    confirm(job, MAPPING)
    work()


def test_connected_again_a_schedule_waits_for_its_time_alone(google, acme, alice):
    for user, connector in ((alice, "google_sheets"), (alice, "airtable"), (None, "google_sheets")):
        make_schedule(acme, user=user, connector=connector, needs_renewal=True)

    connect_google(acme, alice)

    with tenant_scope(ALL):
        lost = ImportSchedule.objects.filter(needs_renewal=True).values_list("user", "connector")
        assert sorted(lost, key=str) == [(alice.pk, "airtable"), (None, "google_sheets")]
