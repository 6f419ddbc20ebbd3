"""/v1/imports/schedules: recurring imports, as programs make and change them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from imports.models import ImportSchedule
from imports.schedules.drift import Baseline, Change, Hold, Kind
from irisx.accounts.tenancy import ALL, tenant_scope
from tests.factories import import_csv, make_job, make_saved_mapping, make_schedule
from tests.sheets import SOURCE

pytestmark = pytest.mark.django_db

URL = "/v1/imports/schedules"
SHEET_URL = f"https://docs.google.com/spreadsheets/d/{SOURCE.document}/edit#gid=7"
SHEET = {"name": "Leads", "sheet_url": SHEET_URL, "field_mapping": {"E-Mail": "email"}, "frequency": "daily"}


def stored() -> list[ImportSchedule]:
    with tenant_scope(ALL):
        return list(ImportSchedule.objects.select_related("user"))


def imported(tenant, **values):
    """Make an import from a sheet that is at its end."""
    columns = [{"header": "E-Mail", "field": "email"}, {"header": "Name", "field": None}]
    defaults = {
        "source_type": "google_sheets",
        "status": "completed",
        "file_info": {"source": SOURCE.as_json()},
        "columns": columns,
        "field_mapping": {"E-Mail": "email", "Name": None},
        "total_rows": 0,
        "duplicate_strategy": "update",
    }
    return make_job(tenant, **{**defaults, **values})


def test_a_sheet_is_repeated_by_its_address(api, alice):
    answer = api(alice).post(URL, {**SHEET, "time": "06:30", "range": "A1:F500", "header_row": 3}, format="json")

    assert answer.status_code == 201, answer.content
    shown = answer.json()
    (schedule,) = stored()
    assert shown["id"] == str(schedule.pk)
    assert shown["source"] == {
        "connector": "google_sheets",
        "document": SOURCE.document,
        "table": "7",
        "area": "A1:F500",
        "raw": False,
        "header_row": 3,
    }
    assert [shown[key] for key in ("frequency", "minute", "time", "weekday", "cron", "state", "last_import")] == [
        "daily",
        None,
        "06:30",
        None,
        "30 6 * * *",
        "waiting",
        None,
    ]
    assert (shown["field_mapping"], shown["mapping_id"]) == ({"E-Mail": "email"}, None)
    assert shown["webhook_events"] == ["completed", "failed", "cancelled", "held"]
    assert schedule.user == alice


def test_an_import_is_repeated_with_what_it_was_done_with(api, acme, alice):
    job = imported(acme)

    shown = api(alice).post(URL, {"import_id": str(job.pk), "frequency": "hourly", "minute": 15}, format="json").json()

    assert (shown["name"], shown["cron"], shown["duplicate_strategy"]) == ("people.csv", "15 * * * *", "update")
    assert shown["field_mapping"] == {"E-Mail": "email", "Name": None}
    assert stored()[0].baseline == {"headers": ["E-Mail", "Name"], "total_rows": 0, "filled": {}}


def test_a_saved_mapping_is_followed(api, acme, alice):
    saved = make_saved_mapping(acme, mapping={"Mail": "email"})
    body = {**SHEET, "field_mapping": None, "mapping_id": str(saved.pk)}
    del body["field_mapping"]

    shown = api(alice).post(URL, body, format="json").json()

    assert (shown["mapping_id"], shown["field_mapping"]) == (str(saved.pk), {"Mail": "email"})


@pytest.mark.parametrize(
    ("changes", "status", "code", "field"),
    [
        ({"frequency": "yearly"}, 400, "invalid_value", "frequency"),
        ({"frequency": "cron"}, 400, "invalid_cron", "cron"),
        ({"frequency": "cron", "cron": "* * * * *"}, 400, "schedule_too_often", "cron"),
        ({"frequency": "hourly", "minute": 60}, 400, "invalid_value", "minute"),
        ({"time": "25:00"}, 400, "invalid_value", "time"),
        ({"sheet_url": "https://evil.example/spreadsheets/d/abcdefghijkl"}, 400, "sheet_not_found", "sheet_url"),
        ({"range": "nonsense!"}, 400, "sheet_range_invalid", "range"),
        ({"field_mapping": {"Name": "full_name"}}, 400, "required_field_not_mapped", None),
        ({"field_mapping": {"Name": "shoe"}}, 400, "unknown_field", "shoe"),
        ({"external_id": "mine"}, 400, "invalid_option", "external_id"),
        ({"duplicate_strategy": "merge"}, 400, "invalid_option", "duplicate_strategy"),
        ({"mapping_id": "01943c31-4d5e-7f60-9172-8d9e0f1a2b3c"}, 400, "unknown_mapping", "mapping_id"),
        ({"import_id": "01943c31-4d5e-7f60-9172-8d9e0f1a2b3c"}, 400, "unknown_import", "import_id"),
        ({"list_id": "01943c31-4d5e-7f60-9172-8d9e0f1a2b3c"}, 400, "unknown_list", None),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_stored(api, alice, changes, status, code, field):
    answer = api(alice).post(URL, {**SHEET, **changes}, format="json")

    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert field is None or answer.json()["field"] == field
    assert stored() == []


def test_an_import_of_a_file_cannot_be_repeated(api, acme, alice):
    answer = api(alice).post(URL, {"import_id": str(import_csv(acme).pk), "frequency": "daily"}, format="json")

    assert (answer.status_code, answer.json()["code"]) == (409, "not_repeatable")


def test_there_are_so_many_of_them_and_no_more(api, acme, alice, settings):
    settings.SCHEDULES_PER_TENANT = 1
    make_schedule(acme)

    answer = api(alice).post(URL, SHEET, format="json")

    assert (answer.status_code, answer.json()["code"], answer.json()["limit"]) == (409, "too_many_schedules", 1)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"time": "18:45"}, ("daily", "45 18 * * *")),
        ({"frequency": "weekly", "weekday": "friday"}, ("weekly", "0 6 * * 5")),
        ({"frequency": "hourly"}, ("hourly", "0 * * * *")),
        ({"frequency": "cron", "cron": "30 6 * * 1-5"}, ("cron", "30 6 * * 1-5")),
        ({"name": "Others"}, ("daily", "0 6 * * *")),
    ],
)
def test_a_change_keeps_what_it_does_not_name(api, acme, alice, changes, expected):
    schedule = make_schedule(acme, user=alice)

    shown = api(alice).patch(f"{URL}/{schedule.pk}", changes, format="json").json()

    assert (shown["frequency"], shown["cron"]) == expected
    assert shown["name"] == changes.get("name", "Partner leads")


def test_a_row_of_headers_belongs_to_an_address(api, acme, alice):
    # Kept before a schedule knew of rows of headers.
    source = {name: value for name, value in SOURCE.as_json().items() if name != "header_row"}
    schedule = make_schedule(acme, user=alice, source=source)
    client, url = api(alice), f"{URL}/{schedule.pk}"

    assert client.get(url).json()["source"]["header_row"] is None
    refused = client.patch(url, {"header_row": 3}, format="json")
    changed = client.patch(url, {"sheet_url": SHEET_URL, "header_row": 3}, format="json")

    assert (refused.status_code, refused.json()["field"]) == (400, "header_row")
    assert changed.json()["source"]["header_row"] == 3


def test_paused_and_resumed(api, acme, alice):
    schedule = make_schedule(acme, user=alice)

    paused = api(alice).patch(f"{URL}/{schedule.pk}", {"paused": True}, format="json").json()
    resumed = api(alice).patch(f"{URL}/{schedule.pk}", {"paused": False}, format="json").json()

    assert (paused["state"], paused["next_run_at"]) == ("paused", None)
    assert paused["paused_at"] is not None
    assert (resumed["state"], resumed["paused_at"]) == ("waiting", None)
    assert resumed["next_run_at"] is not None


def test_run_now_under_one_key_begins_one_run(api, acme, alice):
    schedule = make_schedule(acme, user=alice)
    client = api(alice)

    answers = [client.post(f"{URL}/{schedule.pk}/run", headers={"Idempotency-Key": "once"}) for _ in range(2)]

    assert [(answer.status_code, answer.json()["state"]) for answer in answers] == [(202, "reading")] * 2
    assert answers[1].headers["Idempotency-Replayed"] == "true"
    runs = ProcrastinateJob.objects.filter(task_name="imports.run_schedule", args__schedule_id=str(schedule.pk))
    assert runs.count() == 1
    assert client.post(f"{URL}/{schedule.pk}/run").json()["code"] == "already_running"


def test_a_held_run_is_shown_on_the_schedule_and_on_the_import(api, acme, alice):
    schedule = make_schedule(acme, user=alice)
    hold = Hold((Change(Kind.COLUMN_GONE, header="Phone", field="phone"),), Baseline(("E-Mail",), 1, {}))
    job = make_job(acme, schedule=schedule, held=hold.as_json(), field_mapping={"E-Mail": "email"})
    client = api(alice)

    shown = client.get(f"{URL}/{schedule.pk}").json()
    held = client.get(f"/v1/imports/{job.pk}").json()

    assert (shown["state"], shown["last_import"]["id"]) == ("held", str(job.pk))
    assert held["schedule_id"] == str(schedule.pk)
    assert held["held"]["reason"] == "A column is gone."
    assert held["held"]["changes"][0] == {
        "kind": "column_gone",
        "header": "Phone",
        "header_now": None,
        "field": "phone",
        "before": None,
        "now": None,
    }
    assert client.post(f"{URL}/{schedule.pk}/run").json()["code"] == "schedule_held"


def test_the_list_is_by_name_and_takes_as_many_queries_for_many_as_for_one(
    api, acme, alice, django_assert_max_num_queries
):
    for name in ("Zoo", "Apes", "Mice"):
        schedule = make_schedule(acme, user=alice, name=name)
        make_job(acme, schedule=schedule, status="failed", completed_at=timezone.now() - timedelta(days=1))
        make_job(acme, schedule=schedule, status="completed", completed_at=timezone.now())
    client = api(alice)

    with django_assert_max_num_queries(12):
        page = client.get(f"{URL}?limit=2").json()

    assert [shown["name"] for shown in page["results"]] == ["Apes", "Mice"]
    assert [shown["last_import"]["status"] for shown in page["results"]] == ["completed", "completed"]
    assert page["total"] == 3


def test_a_deleted_one_is_gone(api, acme, alice):
    schedule = make_schedule(acme)

    assert api(alice).delete(f"{URL}/{schedule.pk}").status_code == 204
    assert stored() == []
