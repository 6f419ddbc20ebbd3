"""Recurring imports in the portals: the list, making and changing them, and what is held."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from imports.models import ImportSchedule
from imports.schedules.drift import Baseline, Change, Hold, Kind
from irisx.accounts.tenancy import ALL, tenant_scope
from tests.factories import import_csv, make_job, make_saved_mapping, make_schedule, reload
from tests.sheets import SOURCE

pytestmark = pytest.mark.django_db

HOLD = Hold(
    (
        Change(Kind.COLUMN_RENAMED, header="Phone", header_now="<b>Mobile</b>", field="phone"),
        Change(Kind.ROWS_FELL, before=100, now=3),
    ),
    Baseline(("E-Mail", "<b>Mobile</b>"), 3, {}),
)
TIMING = {"name": "Leads", "frequency": "weekly", "weekday": "friday", "time": "18:30"}
OPTIONS = {"duplicate_strategy": "update", "duplicate_match_fields": "email"}


def stored() -> ImportSchedule:
    with tenant_scope(ALL):
        return ImportSchedule.objects.select_related("saved_mapping").get()


def held_run(tenant, schedule, **values):
    columns = [{"header": "E-Mail", "field": "email"}, {"header": "<b>Mobile</b>", "field": "phone"}]
    mapping = {"E-Mail": "email", "<b>Mobile</b>": "phone"}
    found = {"held": HOLD.as_json(), "columns": columns, "field_mapping": mapping, "total_rows": 3}
    return make_job(tenant, schedule=schedule, **{**found, **values})


def imported(tenant):
    return make_job(
        tenant,
        source_type="google_sheets",
        status="completed",
        filename="Partner leads",
        file_info={"source": SOURCE.as_json()},
        columns=[{"header": "E-Mail", "field": "email"}],
        field_mapping={"E-Mail": "email"},
        completed_at=timezone.now(),
    )


def text(response) -> str:
    assert response.status_code == 200
    return response.content.decode()


def test_before_there_is_any_the_page_says_how_to_get_one(alices):
    page = text(alices.get("/recurring/"))

    assert "Nothing comes again yet" in page
    assert 'href="/imports/new/?via=sheet"' in page


def test_the_list_shows_how_each_stands_in_a_few_queries(alices, acme, alice):
    healthy = make_schedule(acme, name="Healthy one")
    for number in range(3):
        counts = dict.fromkeys(("total_rows", "processed_rows", "success_count", "created_count"), number)
        make_job(acme, schedule=healthy, status="completed", completed_at=timezone.now(), **counts)
    make_schedule(acme, name="Paused one", paused_at=timezone.now(), paused_by=alice, next_run_at=None)
    make_schedule(acme, name="Lost one", needs_renewal=True)
    held_run(acme, make_schedule(acme, name="Held one"))

    with CaptureQueriesContext(connection) as queries:
        response = alices.get("/recurring/")

    # Those that open and close a scope read nothing.
    read = [query["sql"] for query in queries if query["sql"].startswith("SELECT")]
    assert sum("set_config" not in statement for statement in read) <= 12
    assert [(line.schedule.name, line.badge.words, line.next) for line in response.context["lines"]] == [
        ("Healthy one", "Healthy", response.context["lines"][0].next),
        ("Held one", "Held", "when you have answered"),
        ("Lost one", "Sign in again", "after sign-in"),
        ("Paused one", "Paused", "paused by Alice Ames"),
    ]
    assert response.context["lines"][0].last.endswith(", 2 new contacts")
    assert response.context["lines"][0].runs_in_words == "3 runs, none failed"


def test_what_has_changed_stands_side_by_side_and_is_text(alices, acme):
    held_run(acme, make_schedule(acme))

    page = text(alices.get("/recurring/"))

    assert "“Partner leads” is held: its source has changed" in page
    assert "&lt;b&gt;Mobile&lt;/b&gt;" in page
    assert "Keeps feeding Phone" in page
    assert "Accept and import 3 rows" in page
    assert '<span class="count">1 held</span>' in text(alices.get("/contacts/"))


def test_a_held_import_leads_to_what_has_changed(alices, acme):
    job = held_run(acme, make_schedule(acme))

    assert alices.get(f"/imports/{job.pk}/").url == f"/imports/{job.pk}/held/"
    assert "What has changed in the source" in text(alices.get(f"/imports/{job.pk}/held/"))
    assert "Held" in text(alices.get("/imports/"))


def test_accepted_it_starts_and_discarded_it_does_not(alices, acme):
    schedule = make_schedule(acme)
    accepted = held_run(acme, schedule)
    alices.post(f"/imports/{accepted.pk}/held/")
    discarded = held_run(acme, schedule)
    response = alices.post(f"/imports/{discarded.pk}/held/discard/")

    assert reload(accepted).status == "processing"
    assert (reload(discarded).status, response.url) == ("cancelled", "/recurring/")
    assert stored().field_mapping == {"E-Mail": "email", "<b>Mobile</b>": "phone"}
    # Answered by somebody else meanwhile.
    assert alices.get(f"/imports/{discarded.pk}/held/").url == f"/imports/{discarded.pk}/"
    assert "not held any more" in text(alices.post(f"/imports/{discarded.pk}/held/discard/", follow=True))


def test_a_mapping_that_cannot_be_accepted_is_asked_for(alices, acme):
    job = held_run(acme, make_schedule(acme), field_mapping={"E-Mail": "email", "Fax": "phone"})

    assert alices.post(f"/imports/{job.pk}/held/").url == f"/imports/{job.pk}/map/"

    assert "The file has no column “Fax”. Map the columns yourself." in text(alices.get("/recurring/"))
    assert reload(job).status == "pending"


def test_an_import_that_is_done_is_repeated(alices, acme, alice):
    job = imported(acme)
    assert f'href="/imports/{job.pk}/repeat/"' in text(alices.get(f"/imports/{job.pk}/result/"))
    assert "Repeat “Partner leads”" in text(alices.get(f"/imports/{job.pk}/repeat/"))

    response = alices.post(f"/imports/{job.pk}/repeat/", TIMING)

    assert response.url == "/recurring/"
    schedule = stored()
    assert (schedule.name, schedule.cron, schedule.user) == ("Leads", "30 18 * * 5", alice)
    assert schedule.field_mapping == {"E-Mail": "email"}


def test_an_import_of_a_file_is_not_offered_to_be_repeated(alices, acme):
    job = import_csv(acme)

    assert "/repeat/" not in text(alices.get(f"/imports/{job.pk}/result/"))
    assert alices.get(f"/imports/{job.pk}/repeat/").status_code == 404


def test_a_sheet_that_nobody_imported_is_repeated_under_a_saved_mapping(alices, acme):
    saved = make_saved_mapping(acme)
    form = {**TIMING, **OPTIONS, "sheet_url": f"https://docs.google.com/spreadsheets/d/{SOURCE.document}/edit"}

    assert "Choose a saved mapping." in text(alices.post("/recurring/new/", form))
    response = alices.post(
        "/recurring/new/", {**form, "mapping_id": str(saved.pk), "range": "A1:C9", "header_row": "2"}
    )

    assert response.url == "/recurring/"
    schedule = stored()
    assert (schedule.saved_mapping, schedule.source["area"], schedule.source["header_row"]) == (saved, "A1:C9", 2)
    assert schedule.options["duplicate_strategy"] == "update"


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"sheet_url": "https://example.com/"}, "This is not the address of a Google Sheet."),
        ({"range": "nonsense!"}, "is no range of cells"),
        ({"frequency": "cron", "cron": "* * * * *"}, "runs more often than every 15 minutes"),
        ({"frequency": "cron", "cron": ""}, "is no cron expression"),
        ({"time": "half past six"}, "Enter a time such as 06:30."),
        ({"name": ""}, "Give it a name."),
    ],
)
def test_what_is_wrong_is_said_at_the_form(alices, acme, changes, sentence):
    form = {**TIMING, **OPTIONS, "sheet_url": f"https://docs.google.com/spreadsheets/d/{SOURCE.document}/edit"}
    saved = make_saved_mapping(acme)

    assert sentence in text(alices.post("/recurring/new/", {**form, "mapping_id": str(saved.pk), **changes}))


def test_it_is_changed(alices, acme):
    schedule = make_schedule(acme, frequency="cron", cron="30 6 * * 1-5")
    page = text(alices.get(f"/recurring/{schedule.pk}/"))
    assert 'value="30 6 * * 1-5"' in page

    alices.post(f"/recurring/{schedule.pk}/", {**TIMING, **OPTIONS, "mapping_id": ""})

    changed = stored()
    assert (changed.name, changed.frequency, changed.cron) == ("Leads", "weekly", "30 18 * * 5")
    assert changed.options["duplicate_match_fields"] == ["email"]
    assert changed.field_mapping == {"E-Mail": "email"}


def test_paused_resumed_run_and_deleted(alices, acme, alice):
    schedule = make_schedule(acme)
    url = f"/recurring/{schedule.pk}"

    alices.post(f"{url}/pause/")
    assert stored().paused_by == alice
    alices.post(f"{url}/resume/")
    assert stored().next_run_at > timezone.now() - timedelta(seconds=1)
    alices.post(f"{url}/run/")
    runs = ProcrastinateJob.objects.filter(task_name="imports.run_schedule", args__schedule_id=str(schedule.pk))
    assert runs.count() == 1
    assert "being read right now" in text(alices.post(f"{url}/run/", follow=True))
    assert "Its source is not read any more." in text(alices.get(f"{url}/delete/"))
    alices.post(f"{url}/delete/")
    with tenant_scope(ALL):
        assert not ImportSchedule.objects.exists()


@pytest.mark.parametrize(
    ("method", "path"), [("get", ""), ("post", ""), ("post", "pause/"), ("post", "resume/"), ("post", "run/")]
)
def test_another_tenants_is_not_found(alices, globex, method, path):
    schedule = make_schedule(globex)

    assert getattr(alices, method)(f"/recurring/{schedule.pk}/{path}").status_code == 404
    assert stored().paused_at is None


def test_each_chooses_which_mails_they_get(alices, alice):
    assert 'value="problems" selected' in text(alices.get("/account/"))

    response = alices.post("/account/", {"import_mail": "all"}, follow=True)

    alice.refresh_from_db()
    assert alice.import_mail == "all"
    assert "Saved which mails you get." in text(response)
    assert "Select a valid choice" in text(alices.post("/account/", {"import_mail": "hourly"}))
