"""Runs of schedules: once each, whatever happens to whoever does them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from contacts import services as contact_services
from imports import remote, services
from imports.connectors import registry
from imports.engine.readers import ReadingOptions
from imports.engine.schema import FieldMapping
from imports.models import ImportJob
from imports.schedules import held, runs, schedules
from imports.schedules.states import state_of
from imports.schedules.times import Timing
from imports.tasks import run_schedule
from irisx.accounts.models import User
from irisx.accounts.tenancy import ALL, tenant_scope
from irisx.refusals import Conflict, Invalid
from tests.factories import confirm, contacts_of, counts, make_list, make_saved_mapping, reload
from tests.imports.schedules.conftest import START, again, look, of_sheet, runs_of, taken_tasks, work
from tests.sheets import SHEET

pytestmark = pytest.mark.django_db

MORNING = datetime(2026, 5, 1, 6, tzinfo=UTC)


def state(schedule) -> str:
    jobs = runs_of(schedule)
    return state_of(again(schedule), jobs[-1] if jobs else None)


def outcomes(schedule) -> list[tuple[str, str | None]]:
    """Return status and error code of each run."""
    return [(job.status, (job.error_details or {}).get("code")) for job in runs_of(schedule)]


# When its time comes -------------------------------------------------------------------------------------------------


def test_a_schedule_imports_its_sheet_when_its_time_comes(acme, schedule, sheets, clock):
    sheets.rows.append(["omar@example.com", "Omar", ""])
    look()
    assert runs_of(schedule) == []
    clock.move_to(MORNING)

    look()

    (job,) = runs_of(schedule)
    assert (job.status, job.source_type, job.user_id) == ("completed", "google_sheets", schedule.user_id)
    assert counts(job) == {"total": 4, "processed": 4, "created": 4}
    assert [contact.email for contact in contacts_of(acme)][-1] == "omar@example.com"
    assert again(schedule).next_run_at == MORNING + timedelta(days=1)
    assert state(schedule) == "waiting"


def test_the_time_is_that_of_the_tenants_clocks(acme, alice, sheets, clock):
    acme.time_zone = "America/New_York"
    acme.save()

    schedule = of_sheet(acme, alice, {"E-Mail": "email"})

    assert schedule.next_run_at == datetime(2026, 5, 1, 10, tzinfo=UTC)


def test_a_tenant_in_another_time_zone_has_its_schedules_planned_anew(acme, schedule):
    acme.time_zone = "Asia/Tokyo"
    acme.save()

    assert again(schedule).next_run_at == datetime(2026, 5, 1, 21, tzinfo=UTC)


def test_what_was_missed_is_made_up_for_by_one_run(schedule, clock):
    clock.move_to(MORNING + timedelta(days=12, hours=3))

    look()
    look()

    assert [status for status, _ in outcomes(schedule)] == ["completed"]
    assert again(schedule).next_run_at == MORNING + timedelta(days=13)


def test_a_look_twice_in_the_same_minute_begins_one_run(schedule, sheets, clock):
    clock.move_to(MORNING)

    runs.start_due()
    runs.start_due()
    look()

    assert len(runs_of(schedule)) == 1
    assert sheets.times_read == 1


def test_a_run_that_was_begun_twice_makes_one_job(acme, schedule, sheets, clock):
    clock.move_to(MORNING)
    runs.start_due()
    (task,) = taken_tasks()

    def somebody_else_is_quicker():
        sheets.before_reading = lambda: None
        run_schedule(**task)

    sheets.before_reading = somebody_else_is_quicker
    run_schedule(**task)
    run_schedule(**task)
    work()

    assert [status for status, _ in outcomes(schedule)] == ["completed"]
    with tenant_scope(ALL):
        assert ImportJob.objects.count() == 1


def test_a_run_that_was_left_is_begun_again_under_the_same_id(schedule, clock):
    clock.move_to(MORNING)
    runs.start_due()
    (lost,) = taken_tasks()
    runs.start_due()
    assert taken_tasks() == []
    clock.shift(runs.WAITING_LEASE + timedelta(seconds=1))

    runs.start_due()
    assert taken_tasks() == [lost]
    run_schedule(**lost)

    assert [str(job.pk) for job in runs_of(schedule)] == [lost["job_id"]]


def test_a_worker_that_died_between_reading_and_going_on_leaves_a_job_that_goes_on(
    schedule, sheets, clock, monkeypatch
):
    clock.move_to(MORNING)
    runs.start_due()
    (task,) = taken_tasks()

    def die(*_):
        raise SystemExit

    monkeypatch.setattr(runs, "_go_on", die)
    with pytest.raises(SystemExit):
        run_schedule(**task)
    monkeypatch.undo()
    monkeypatch.setitem(registry._CONNECTORS, "google_sheets", sheets)

    run_schedule(**task)
    work()

    assert sheets.times_read == 1
    assert [status for status, _ in outcomes(schedule)] == ["completed"]


def test_the_next_run_waits_for_the_end_of_the_one_before(acme, schedule, clock):
    clock.move_to(MORNING)
    runs.start_due()
    (task,) = taken_tasks()
    run_schedule(**task)  # its job is under way now
    clock.shift(timedelta(days=3))
    runs.start_due()
    assert len(runs_of(schedule)) == 1
    assert state(schedule) == "importing"

    work()
    look()

    assert [status for status, _ in outcomes(schedule)] == ["completed", "completed"]


def test_a_saved_mapping_counts_as_it_is_when_the_import_runs(acme, alice, sheets, clock):
    saved = make_saved_mapping(acme, mapping={"E-Mail": "email"})
    schedule = of_sheet(acme, alice, {}, field_mapping=None, saved_mapping=saved)
    saved.mapping = {"E-Mail": "email", "First Name": "first_name"}
    with tenant_scope(acme):
        saved.save()
    clock.move_to(MORNING)

    look()

    assert [contact.first_name for contact in contacts_of(acme)] == ["Maya", "Derek", "Inès"]
    with tenant_scope(acme):
        saved.delete()
    clock.shift(timedelta(days=1))
    look()
    assert runs_of(schedule)[-1].field_mapping == {"E-Mail": "email", "First Name": None, "Phone": None}


def test_options_hold_for_every_run(acme, alice, sheets, clock):
    kept = make_list(acme)
    options = schedules.DEFAULT_OPTIONS.parse({"duplicate_strategy": "update", "list_id": kept.pk})
    schedule = of_sheet(acme, alice, {"E-Mail": "email"}, options=options)
    clock.move_to(MORNING)

    look()

    (job,) = runs_of(schedule)
    assert (job.duplicate_strategy, job.target_list_id) == ("update", kept.pk)


# By hand -------------------------------------------------------------------------------------------------------------


def test_run_now_comes_besides_the_next_run(acme, schedule):
    with tenant_scope(acme):
        runs.run_now(schedule)
    assert state(schedule) == "reading"
    work()

    assert [status for status, _ in outcomes(schedule)] == ["completed"]
    assert again(schedule).next_run_at == MORNING


def test_of_two_who_press_run_now_one_is_told_that_it_runs(acme, schedule):
    with tenant_scope(acme):
        runs.run_now(schedule)
        with pytest.raises(Conflict) as refused:
            runs.run_now(schedule)

    assert refused.value.code == "already_running"


def test_paused_nothing_runs_and_nothing_is_made_up_for(acme, alice, schedule, clock):
    with tenant_scope(acme):
        schedules.change(schedule, user=alice, paused=True)
    assert (state(schedule), again(schedule).paused_by) == ("paused", alice)
    clock.move_to(MORNING + timedelta(days=3, hours=1))
    look()
    with tenant_scope(acme):
        schedules.change(schedule, user=alice, paused=False)
    look()

    assert runs_of(schedule) == []
    assert again(schedule).next_run_at == MORNING + timedelta(days=4)


def test_another_time_counts_at_once(acme, alice, schedule):
    with tenant_scope(acme):
        schedules.change(schedule, user=alice, timing=Timing.hourly(minute=45))

    assert again(schedule).next_run_at == START + timedelta(minutes=15)


def test_deleted_a_schedule_leaves_its_imports(acme, schedule, clock):
    clock.move_to(MORNING)
    look()
    (job,) = runs_of(schedule)
    with tenant_scope(acme):
        schedules.delete(schedule)

    assert reload(job).schedule is None
    clock.shift(timedelta(days=2))
    look()
    with tenant_scope(ALL):
        assert ImportJob.objects.count() == 1


def test_deleted_while_its_sheet_is_read_a_schedule_makes_no_import(acme, schedule, sheets, clock):
    def delete():
        with tenant_scope(acme):
            schedules.delete(schedule)

    sheets.before_reading = delete
    clock.move_to(MORNING)
    look()

    with tenant_scope(ALL):
        assert ImportJob.objects.count() == 0


# What fails ----------------------------------------------------------------------------------------------------------


def test_an_access_that_was_taken_back_is_told_once_and_not_tried_before_it_is_renewed(schedule, sheets, clock):
    sheets.is_connected = False
    clock.move_to(MORNING)
    look()
    assert outcomes(schedule) == [("failed", "reconnect")]
    assert state(schedule) == "needs_renewal"
    for _ in range(3):
        clock.shift(timedelta(days=1))
        look()
    assert len(runs_of(schedule)) == 1

    sheets.is_connected = True
    look()

    assert [status for status, _ in outcomes(schedule)] == ["failed", "completed"]
    assert state(schedule) == "waiting"
    assert again(schedule).next_run_at == MORNING + timedelta(days=4)


def test_whose_owner_is_gone_a_schedule_waits_for_somebody_else(acme, alice, schedule, sheets, clock):
    User.objects.filter(pk=alice.pk).update(is_active=False)
    successor = User.objects.create_user("ann@acme.example", None, tenant=acme)
    clock.move_to(MORNING)
    look()
    assert outcomes(schedule) == [("failed", "schedule_owner_gone")]

    with tenant_scope(acme):
        schedules.change(schedule, user=successor, name="Leads")
    clock.shift(timedelta(days=1))
    look()

    assert outcomes(schedule)[1:] == [("completed", None)]
    assert runs_of(schedule)[-1].user == successor


@pytest.mark.parametrize(("rows", "code"), [([], "empty_file"), (SHEET[:1], "empty_file")])
def test_a_sheet_that_cannot_be_imported_fails_with_its_own_sentence(schedule, sheets, clock, rows, code):
    sheets.rows = rows
    clock.move_to(MORNING)

    look()

    assert outcomes(schedule) == [("failed", code)]
    assert state(schedule) == "failed"
    clock.shift(timedelta(days=1))
    sheets.rows = [*SHEET]
    look()
    assert outcomes(schedule)[1:] == [("completed", None)]


def test_a_list_that_is_gone_fails_the_run_and_not_the_look(acme, alice, sheets, clock):
    gone = make_list(acme)
    options = schedules.DEFAULT_OPTIONS.parse({"list_id": gone.pk})
    schedule = of_sheet(acme, alice, {"E-Mail": "email"}, options=options)
    with tenant_scope(acme):
        contact_services.delete_list(gone)
    clock.move_to(MORNING)

    look()

    assert outcomes(schedule) == [("failed", "unknown_list")]


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"field_mapping": None}, "mapping_missing"),
        ({"field_mapping": FieldMapping.from_json({"Name": "full_name"})}, "required_field_not_mapped"),
        ({"field_mapping": FieldMapping.from_json({"Name": "shoe size"})}, "unknown_field"),
        ({"options": schedules.DEFAULT_OPTIONS.parse({"external_id": "mine"})}, "invalid_option"),
    ],
)
def test_what_cannot_be_a_schedule_is_refused(acme, alice, sheets, clock, values, code):
    with pytest.raises(Invalid) as refused:
        of_sheet(acme, alice, {"E-Mail": "email"}, **values)

    assert refused.value.code == code


# What is held --------------------------------------------------------------------------------------------------------


@pytest.fixture
def held_job(schedule, sheets, clock):
    """A run whose sheet has another name for a column, and one more."""
    sheets.rows = [["E-Mail", "First Name", "Mobile", "Shoe"], ["new@example.com", "New", "+12125550149", "44"]] * 1 + [
        ["more@example.com", "More", "+12125550150", "45"],
        ["last@example.com", "Last", "+12125550151", "46"],
    ]
    clock.move_to(MORNING)
    look()
    (job,) = runs_of(schedule)
    return job


def test_a_sheet_with_other_columns_is_held_and_imports_nothing(acme, schedule, held_job):
    assert (held_job.status, held_job.is_held, state(schedule)) == ("pending", True, "held")
    assert [(change["kind"], change["header"], change["header_now"]) for change in held_job.held["changes"]] == [
        ("column_renamed", "Phone", "Mobile"),
        ("column_added", None, "Shoe"),
    ]
    assert contacts_of(acme) == []


def test_held_a_schedule_does_not_run_again(acme, schedule, held_job, clock):
    clock.shift(timedelta(days=2))
    look()
    with tenant_scope(acme), pytest.raises(Conflict) as refused:
        runs.run_now(schedule)

    assert len(runs_of(schedule)) == 1
    assert refused.value.code == "schedule_held"


def test_accepted_it_goes_on_under_the_suggested_mapping_and_the_next_run_is_held_against_it(
    acme, alice, schedule, held_job, clock
):
    held.accept(held_job, accepted_by=alice)
    work()
    clock.shift(timedelta(days=1))
    look()

    assert [status for status, _ in outcomes(schedule)] == ["completed", "completed"]
    assert runs_of(schedule)[0].field_mapping == {
        "E-Mail": "email",
        "First Name": "first_name",
        "Mobile": "phone",
        "Shoe": None,
    }
    assert "+12125550149" in [contact.phone for contact in contacts_of(acme)]
    with pytest.raises(Conflict):
        held.accept(reload(held_job), accepted_by=alice)


def test_mapped_by_hand_it_follows_that_mapping(acme, alice, schedule, held_job, clock):
    mapping = {"E-Mail": "email", "First Name": None, "Mobile": None, "Shoe": "custom:shoe"}
    with tenant_scope(acme):
        services.confirm(held_job, field_mapping=FieldMapping.from_json(mapping), confirmed_by=alice)
    work()
    clock.shift(timedelta(days=1))
    look()

    assert [job.field_mapping for job in runs_of(schedule)] == [mapping, mapping]


def test_read_again_from_another_row_it_goes_on_from_there(acme, alice, schedule, sheets, held_job, clock):
    job = remote.read_again(held_job, user=alice, reading_options=ReadingOptions(header_row=2))
    confirm(job, {"new@example.com": "email", "New": None, "+12125550149": None, "44": None})
    work()
    clock.shift(timedelta(days=1))

    look()

    assert [(run.status, run.file_info["header_row"]) for run in runs_of(schedule)] == [("completed", 2)] * 2


def test_discarded_it_is_cancelled_and_held_again_at_its_next_time(schedule, held_job, clock):
    held.discard(held_job)
    assert state(schedule) == "waiting"
    clock.shift(timedelta(days=1))

    look()

    assert [status for status, _ in outcomes(schedule)] == ["cancelled", "pending"]
    assert state(schedule) == "held"


def test_a_sheet_that_is_as_before_again_goes_on_by_itself(schedule, sheets, held_job, clock):
    held.discard(held_job)
    sheets.rows = [*SHEET]
    clock.shift(timedelta(days=1))

    look()

    assert [status for status, _ in outcomes(schedule)] == ["cancelled", "completed"]


@pytest.mark.parametrize(
    ("rows", "kinds"),
    [
        ([row[:2] for row in SHEET], ["column_gone"]),
        (SHEET[:2], ["rows_fell"]),
        ([SHEET[0], *[["", row[1], row[2]] for row in SHEET[1:]]], ["key_turned_blank"]),
    ],
)
def test_what_else_holds_a_run(schedule, sheets, clock, rows, kinds):
    sheets.rows = rows
    clock.move_to(MORNING)

    look()

    (job,) = runs_of(schedule)
    assert job.is_held
    assert [change["kind"] for change in job.held["changes"]] == kinds


def test_deleted_a_schedule_cancels_what_is_held(acme, schedule, held_job):
    with tenant_scope(acme):
        schedules.delete(schedule)

    assert reload(held_job).status == "cancelled"
