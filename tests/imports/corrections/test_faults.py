"""What may go wrong beside a run of corrections, or in the middle of it, and what must be left all the same."""

from __future__ import annotations

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob

from imports import runner as job_runner
from imports import services as job_services
from imports import sweeper
from imports.corrections import runner, services
from imports.corrections.mending import CorrectedRow
from imports.corrections.models import DRAFT, Correction, CorrectionRun
from imports.engine.errors import SourceUnavailable
from irisx.accounts.tenancy import tenant_scope
from tests.factories import contacts_of, counts, import_csv, reload

pytestmark = pytest.mark.django_db

ROWS = 300


class Killed(BaseException):
    """What SIGKILL leaves: nothing is caught."""


@pytest.fixture
def job(acme):
    """An import of which every row failed."""
    return import_csv(acme, "Email\n" + "".join(f"bad{n}@\n" for n in range(ROWS)), mapping={"Email": "email"})


def start(job) -> CorrectionRun:
    rows = [CorrectedRow(n, 0, {"Email": f"person{n}@example.com"}) for n in range(ROWS)]
    services.accept(reload(job), [rows], user=None)
    return run_of(job)


def run_of(job) -> CorrectionRun:
    with tenant_scope(job.tenant_id):
        return CorrectionRun.objects.get(import_job=job)


def take_over(job) -> None:
    """Have a sweeper find that the connection which claimed the run is no more."""
    with tenant_scope(job.tenant_id):
        CorrectionRun.objects.update(backend_pid=2**31 - 1)
    sweeper.sweep()


def test_a_run_whose_runner_died_goes_on_where_it_stood(job, acme, settings):
    settings.CHUNK_ROWS_MAX = 100
    run = start(job)
    chunks = []

    def die_after_the_second_chunk(job, run):
        chunks.append(job.created_count)
        if len(chunks) == 3:  # the claim is told of, too
            raise Killed

    with pytest.raises(Killed):
        runner.run_slice(run.pk, run.epoch, watch=die_after_the_second_chunk)
    assert counts(reload(job)) == {"total": ROWS, "processed": ROWS, "created": chunks[-1], "failed": ROWS - chunks[-1]}
    take_over(job)

    run = runner.run_to_end(run.pk)

    assert (run.status, run.mended_rows) == ("completed", ROWS)
    assert counts(reload(job)) == {"total": ROWS, "processed": ROWS, "created": ROWS}
    assert len(contacts_of(acme)) == ROWS


def test_a_doubled_task_finds_nothing_to_do(job, acme):
    run = start(job)
    runner.run_slice(run.pk, run.epoch)

    runner.run_slice(run.pk, run.epoch)
    runner.run_slice(run.pk, run.epoch + 1)

    assert counts(reload(job)) == {"total": ROWS, "processed": ROWS, "created": ROWS}
    assert len(contacts_of(acme)) == ROWS


def test_a_runner_that_lost_its_run_writes_nothing_when_it_wakes_up(job, acme):
    run = start(job)
    mine = runner.claim(run.pk, run.epoch)
    with tenant_scope(acme):
        source = runner.CorrectionsSource(mine)
    sink = runner.CorrectionsSink(mine, source, lambda job, run: None)
    runner.claim(run.pk, mine.epoch)

    with pytest.raises(job_runner.LostJob):
        sink.write(source.read(0, 10), is_last_of_slice=False)

    assert contacts_of(acme) == []
    assert counts(reload(job)) == {"total": ROWS, "processed": ROWS, "failed": ROWS}


def test_the_row_that_kills_every_runner_stays_failed_and_the_others_come_in(job, acme, monkeypatch):
    run = start(job)
    read = runner.CorrectionsSource.read

    def kill(self, lo, hi):
        if lo <= 51 < hi:
            raise Killed
        return read(self, lo, hi)

    monkeypatch.setattr(runner.CorrectionsSource, "read", kill)
    while (run := run_of(job)).status in CorrectionRun.OPEN:
        try:
            runner.run_slice(run.pk, run.epoch, watch=lambda job, run: None)
        except Killed:
            take_over(job)

    assert run.status == "completed"
    assert counts(reload(job)) == {"total": ROWS, "processed": ROWS, "created": ROWS - 1, "failed": 1}


def test_what_a_run_that_cannot_go_on_had_not_come_to_are_drafts_again(job, acme):
    run = start(job)
    run = runner.claim(run.pk, run.epoch)
    with tenant_scope(acme):
        source = runner.CorrectionsSource(run)
    runner.CorrectionsSink(run, source, lambda job, run: None).write(source.read(0, 100), is_last_of_slice=False)

    services.fail(run, error=SourceUnavailable())

    run = run_of(job)
    assert (run.status, run.error_details["code"]) == ("failed", "source_unavailable")
    assert counts(reload(job)) == {"total": ROWS, "processed": ROWS, "created": 100, "failed": 200}
    with tenant_scope(acme):
        drafts = Correction.objects.filter(import_job=job, run_no=DRAFT).order_by("row_index")
        assert [draft.row_index for draft in drafts] == [*range(100, ROWS)]
    assert services.send_drafts(reload(job), user=None) == 200


def test_of_a_jobs_runs_one_is_at_work_and_the_sweeper_starts_one_that_was_forgotten(job, acme):
    first = start(job)
    services.accept(reload(job), [[CorrectedRow(0, 0, {"Email": "zero@example.com"})]], user=None)
    with tenant_scope(acme):
        assert [*CorrectionRun.objects.order_by("run_no").values_list("status", flat=True)] == ["processing", "queued"]
        CorrectionRun.objects.filter(pk=first.pk).update(status="completed")

    sweeper.sweep()

    with tenant_scope(acme):
        second = CorrectionRun.objects.get(run_no=2)
    assert second.status == "processing"
    assert ProcrastinateJob.objects.filter(args__run_id=str(second.pk)).count() == 1


def test_corrections_of_a_deleted_import_rest_until_it_is_back(job, acme):
    run = start(job)
    job_services.delete(reload(job))
    runner.run_slice(run.pk, run.epoch)
    sweeper.sweep()
    assert contacts_of(acme) == []

    job_services.restore(reload(job))
    runner.run_to_end(run.pk)

    assert counts(reload(job)) == {"total": ROWS, "processed": ROWS, "created": ROWS}
