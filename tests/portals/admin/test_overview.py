"""The overview of the platform: what is stuck and why, what runs, what waits; and putting back what is stuck."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from imports import platform, runner
from imports.models import ImportJob
from irisx.accounts.tenancy import ALL, tenant_scope
from irisx.refusals import Conflict
from tests.factories import confirm, import_csv, make_job, make_webhook_delivery, make_webhook_endpoint, reload, upload

LONG_AGO = timezone.now() - timedelta(minutes=10)
RUNNING = {"status": "processing", "started_at": LONG_AGO, "total_rows": 1_000, "row_index": 400}


def make_running(tenant, **values) -> ImportJob:
    """Store an import that is being worked on, by default well."""
    return make_job(tenant, **{**RUNNING, "lease_until": timezone.now() + timedelta(seconds=10), **values})


def make_stuck(tenant, **values) -> ImportJob:
    return make_running(tenant, **{"lease_until": LONG_AGO, **values})


def load() -> platform.Load:
    with tenant_scope(ALL):
        return platform.load_now()


def own_backend() -> dict:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pid, backend_start FROM pg_stat_activity WHERE pid = pg_backend_pid()")
        pid, start = cursor.fetchone()
    return {"backend_pid": pid, "backend_start": start}


def tasks_for(job) -> list[dict]:
    return list(
        ProcrastinateJob.objects.filter(task_name="imports.run_slice", args__job_id=str(job.pk), status="todo")
        .order_by("id")
        .values_list("args", flat=True)
    )


# What goes on --------------------------------------------------------------------------------------------------------


def test_imports_without_a_checkpoint_for_two_minutes_are_stuck(acme, globex):
    make_running(acme)
    stuck = make_stuck(globex)

    assert [job.job.pk for job in load().stuck] == [stuck.pk]
    assert len(load().running) == 2


@pytest.mark.parametrize(
    ("holder", "reason"),
    [
        (dict, "No worker took it up"),
        (lambda: {"backend_pid": 1, "backend_start": LONG_AGO}, "The worker that held it is gone"),
        (own_backend, "The database works on one of its statements"),
    ],
)
def test_why_it_is_stuck(acme, holder, reason):
    make_stuck(acme, **holder())

    assert [stuck.reason for stuck in load().stuck] == [reason]


def test_what_waits_and_what_was_done_today(acme, globex):
    import_csv(acme, "Email\nmaya@example.com\nnobody\n")
    make_job(globex, status="queued")
    make_job(globex, status="failed")
    endpoint = make_webhook_endpoint(acme, failing_since=LONG_AGO)
    delivery = make_webhook_delivery(acme, endpoint=endpoint)

    found = load()

    assert (found.rows_today, found.failed_rows_today, found.failed_imports_today) == (2, 1, 1)
    assert (found.queued_imports, found.failing_addresses, found.workers) == (1, 1, 0)
    assert (found.webhooks.count, found.webhooks.since) == (1, delivery.created_at)
    assert found.tasks.count > 0
    assert found.tasks.since is not None


def test_deleted_imports_are_not_counted(acme):
    make_stuck(acme, deleted_at=LONG_AGO)

    assert (load().running, load().stuck) == ((), ())


def test_what_failed_is_listed_with_its_reason_and_put_back_where_it_can_go_on(stellas, acme):
    erased = make_job(acme, status="failed", filename="old.csv", error_details={"code": "x", "error": "It broke."})
    kept = make_job(acme, status="failed", filename="new.csv", rows_path="somewhere")

    page = stellas.get("/admin/").content.decode()

    assert [job.pk for job in load().failed] == [kept.pk, erased.pk]
    assert "It broke." in page
    assert f"/admin/jobs/{kept.pk}/put-back/" in page
    assert f"/admin/jobs/{erased.pk}/put-back/" not in page


# Putting back --------------------------------------------------------------------------------------------------------


def test_a_stuck_import_is_given_to_the_next_worker_and_ends_whole(acme):
    job = confirm(upload(acme, "Email\n" + "".join(f"p{number}@example.com\n" for number in range(300))))
    with tenant_scope(acme):
        ImportJob.objects.filter(pk=job.pk).update(
            lease_until=LONG_AGO, backend_pid=1, backend_start=LONG_AGO, epoch=7, started_at=LONG_AGO
        )

    platform.put_back(job.pk)

    assert {"job_id": str(job.pk), "epoch": 8} in tasks_for(job)
    ended = runner.run_to_end(job.pk)
    assert (ended.status, ended.created_count) == ("completed", 300)


def test_an_import_that_is_being_worked_on_stays_where_it_is(acme):
    job = make_running(acme)

    with pytest.raises(Conflict, match="is being worked on; there is nothing to put back"):
        platform.put_back(job.pk)

    assert reload(job).epoch == job.epoch


def test_a_failed_import_stands_in_line_again(acme):
    job = make_job(acme, status="failed", rows_path="rows", total_rows=3)

    platform.put_back(job.pk)

    assert reload(job).status in ("queued", "processing")


def test_an_operator_ends_what_runs_and_nothing_else(acme):
    running, done = make_stuck(acme), make_job(acme, status="completed")

    platform.fail(running.pk)
    with pytest.raises(Conflict, match="does not run"):
        platform.fail(done.pk)

    assert reload(running).error_details["code"] == "ended_by_operator"
    assert reload(done).status == "completed"


# The page ------------------------------------------------------------------------------------------------------------


def test_the_heading_says_how_it_stands(stellas, acme):
    assert "<h1>No worker runs</h1>" in stellas.get("/admin/").content.decode()
    make_stuck(acme, filename="consignees.csv")

    page = stellas.get("/admin/").content.decode()

    assert "<h1>1 import is stuck, nothing else runs</h1>" in page
    assert "No worker took it up" in page
    assert "Put back in the queue: consignees.csv" in page


def test_staff_put_an_import_back_and_are_told_so(stellas, acme):
    job = make_stuck(acme, filename="consignees.csv")

    page = stellas.post(f"/admin/jobs/{job.pk}/put-back/", follow=True).content.decode()

    assert "“consignees.csv” is in the queue again." in page
    assert len(tasks_for(job)) == 1


def test_staff_cancel_a_stuck_import(stellas, acme):
    job = make_stuck(acme)

    stellas.post(f"/admin/jobs/{job.pk}/cancel/")

    assert reload(job).status == "cancelled"


def test_an_import_that_is_gone_is_not_found(stellas, acme):
    job = make_stuck(acme, deleted_at=LONG_AGO)

    assert stellas.post(f"/admin/jobs/{job.pk}/put-back/").status_code == 404
    assert stellas.get(f"/admin/jobs/{job.pk}/put-back/").status_code == 405


def test_a_customer_puts_nothing_back(client, alice):
    job = make_stuck(alice.tenant)
    client.force_login(alice)

    assert client.post(f"/admin/jobs/{job.pk}/put-back/").status_code == 403
    assert tasks_for(job) == []


def test_tenants_stand_by_the_rows_of_the_last_days(stellas, acme, globex):
    import_csv(acme, "Email\nmaya@example.com\nnobody\n")
    import_csv(globex, "Email\na@example.com\nb@example.com\nc@example.com\n")

    page = stellas.get("/admin/").content.decode()

    assert page.index('<a href="/admin/tenants/globex/imports/">Globex</a>') < page.index(
        '<a href="/admin/tenants/acme/imports/">Acme</a>'
    )
    assert "Rows of each day: 0, 0, 0, 0, 0, 0, 3" in page
