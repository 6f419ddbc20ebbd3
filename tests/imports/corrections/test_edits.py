"""Edits of many failed rows: a worker's batches, one that dies, two at once, Undo and the import in between."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db.models import F
from procrastinate.contrib.django.models import ProcrastinateJob

from imports import tasks
from imports.corrections import drafts, edits, services
from imports.corrections.drafts import Change, Group, Saved
from imports.corrections.models import DRAFT, Correction, CorrectionEdit
from irisx.accounts.tenancy import ALL, tenant_scope
from irisx.refusals import Conflict
from tests.factories import import_csv

pytestmark = pytest.mark.django_db

ROWS = 10
EMAIL = Group("invalid_email", "email")
FILL = Change("fill", "Email", "info@", "info@example.com")
DOUBLE = Change("replace", "Email", "n", "nn")  # done twice, it would double again
SKIP = Change("skip", "Email", "info@")


@pytest.fixture(autouse=True)
def small_batches(monkeypatch):
    monkeypatch.setattr(edits, "BATCH_ROWS", 4)


@pytest.fixture
def job(acme):
    return import_csv(
        acme,
        "Name,Email\n" + "".join(f"p{n},info@\n" for n in range(ROWS)),
        mapping={"Name": "first_name", "Email": "email"},
    )


def begin(job, change):
    with tenant_scope(job.tenant_id):
        return edits.begin(job, EMAIL, change)


def state(job):
    """Return how the edit stands: status, rows done, changed, mended; None if it is gone."""
    with tenant_scope(ALL):
        found = CorrectionEdit.objects.filter(import_job=job)
        return found.values_list("status", "done_rows", "changed_rows", "mended_rows").first()


def addresses(job):
    """Return what stands in the e-mail cells of the drafts, in file order; "skipped" for those that are."""
    with tenant_scope(job.tenant_id):
        found = Correction.objects.filter(import_job=job, run_no=DRAFT).order_by("row_index")
        return ["skipped" if draft.is_skipped else draft.values.get("Email") for draft in found]


def queued():
    return ProcrastinateJob.objects.filter(task_name=tasks.change_rows.name).count()


def work(edit, *, batches=100):
    """Work on an edit as a worker that is killed after so many batches."""
    for _ in range(batches):
        edits.work(edit.pk, seconds=-1)


@pytest.mark.parametrize(
    ("change", "cell", "mended"), [(FILL, "info@example.com", ROWS), (DOUBLE, "innfo@", 0), (SKIP, "skipped", 0)]
)
def test_many_rows_are_changed_batch_by_batch_each_once(job, change, cell, mended):
    edit = begin(job, change)
    assert (state(job), queued(), addresses(job)) == (("working", 0, 0, 0), 1, [])

    work(edit, batches=1)
    assert (state(job), queued()) == (("working", 4, 4, 4 if mended else 0), 2)
    work(edit)

    assert state(job) == ("done", ROWS, ROWS, mended)
    assert addresses(job) == [cell] * ROWS


def test_a_slice_goes_on_for_as_long_as_it_may(job):
    edit = begin(job, FILL)

    edits.work(edit.pk, seconds=60)

    assert (state(job), queued()) == (("done", ROWS, ROWS, ROWS), 1)


def test_few_rows_are_changed_at_once(job, monkeypatch):
    monkeypatch.setattr(edits, "BATCH_ROWS", ROWS)

    saved = begin(job, FILL)

    assert isinstance(saved, Saved)
    assert (saved.rows, saved.mended, state(job), queued()) == (ROWS, ROWS, None, 0)


def test_what_somebody_wrote_meanwhile_stays(job):
    edit = begin(job, FILL)
    with tenant_scope(job.tenant_id):
        drafts.save(job, {9: {"Email": "nine@example.com"}})

    work(edit)

    assert state(job) == ("done", 9, 9, 9)
    assert addresses(job)[-1] == "nine@example.com"


@pytest.mark.parametrize("batches", [1, 100])
def test_undo_takes_back_what_is_done_and_stops_the_rest(job, batches):
    with tenant_scope(job.tenant_id):
        drafts.save(job, {0: {"Email": "information"}})
    edit = begin(job, DOUBLE)
    work(edit, batches=batches)

    with tenant_scope(job.tenant_id):
        edits.undo(job, edit.pk)
    work(edit)

    assert state(job) is None
    assert addresses(job) == ["information"]


def test_nothing_is_imported_and_no_other_edit_begins_while_one_is_at_work(job):
    edit = begin(job, FILL)
    work(edit, batches=1)

    for attempt in (lambda: begin(job, SKIP), lambda: services.send_drafts(job, user=None)):
        with pytest.raises(Conflict) as refused:
            attempt()
        assert refused.value.code == "edit_at_work"
    work(edit)

    assert services.send_drafts(job, user=None) == ROWS
    # There is nothing left to take back.
    assert state(job) is None


def test_an_edit_that_nobody_works_on_is_queued_again(job):
    edit = begin(job, FILL)
    edits.go_on()
    assert queued() == 1

    with tenant_scope(ALL):
        CorrectionEdit.objects.update(touched_at=F("touched_at") - timedelta(hours=1))
    edits.go_on()
    edits.go_on()

    assert queued() == 2
    work(edit)
    edits.go_on()
    assert queued() == 2 + 2  # a task for each slice that followed, and none for what is done
