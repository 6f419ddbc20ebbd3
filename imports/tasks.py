"""The doors to the worker. Arguments are ids; no task carries a Procrastinate lock: the job row is the lock."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from procrastinate import JobContext, RetryStrategy
from procrastinate.contrib.django import app
from procrastinate.jobs import Status

from imports import idempotency, leftovers, notices, retention, runner, sweeper
from imports.analytics import summaries
from imports.connectors.google import connections, oauth
from imports.corrections import edits
from imports.corrections import runner as corrections
from imports.schedules import runs
from imports.webhooks import deliveries, endpoints
from imports.webhooks.dispatcher import dispatcher
from irisx import mail


@app.task(queue="imports", name="imports.run_slice")
def run_slice(*, job_id: str, epoch: int) -> None:
    """Work on one import for a while. Started twice, the second finds the epoch raised and does nothing."""
    runner.run_slice(UUID(job_id), epoch, seconds=settings.SLICE_SECONDS)


@app.task(queue="imports", name="imports.run_corrections_slice")
def run_corrections_slice(*, run_id: str, epoch: int) -> None:
    """Work on corrections of one import for a while. Started twice, the second finds the epoch raised."""
    corrections.run_slice(UUID(run_id), epoch, seconds=settings.SLICE_SECONDS)


@app.task(queue="imports", name="imports.change_rows")
def change_rows(*, edit_id: str) -> None:
    """Work for a while on an edit of many failed rows. Started twice, the two take turns."""
    edits.work(UUID(edit_id), seconds=settings.SLICE_SECONDS)


@app.task(queue="maintenance", name="imports.summarize_import")
def summarize_import(*, job_id: str) -> None:
    """Count what an ended import comes to, for analytics. It may run twice."""
    summaries.summarize(UUID(job_id))


@app.periodic(cron=settings.SWEEP_CRON)
# Before all slices that wait: where hundreds do, who was left by a dead worker would wait behind them.
@app.task(queue="maintenance", name="imports.sweep", priority=10)
def sweep(timestamp: int) -> None:
    """Take over imports whose runner is gone. Two at once do no harm: each job is taken by a conditional update."""
    sweeper.sweep()
    edits.go_on()


@app.periodic(cron="17 * * * *")
@app.task(queue="maintenance", name="imports.purge")
def purge(timestamp: int) -> None:
    """Erase what is kept no longer. It may run twice, and beside itself."""
    retention.purge()
    idempotency.purge()
    deliveries.purge()
    oauth.purge()


@app.periodic(cron=settings.WEBHOOK_CRON)
@app.task(queue="webhooks", name="imports.deliver_webhooks")
async def deliver_webhooks(timestamp: int) -> None:
    """Send the webhooks that are due. Started twice, the second has the first look again; elsewhere the two share."""
    await dispatcher.run()


@app.task(queue=mail.MAIL_QUEUE, name="imports.mail_webhook_disabled", retry=mail.TryForADay())
def mail_webhook_disabled(*, endpoint_id: str, user_id: int) -> None:
    """Mail one of a tenant's people that an address was switched off. Started twice, they get it twice."""
    endpoints.mail_disabled(UUID(endpoint_id), user_id)


@app.task(queue=mail.MAIL_QUEUE, name="imports.mail_notice", retry=mail.TryForADay())
def mail_notice(*, job_id: str, event: str, user_id: int) -> None:
    """Mail somebody what became of an import. Started twice, they get it twice."""
    notices.mail_notice(UUID(job_id), event, user_id)


@app.periodic(cron=settings.SCHEDULE_CRON)
# Before all slices that wait: a schedule keeps to its minute.
@app.task(queue="maintenance", name="imports.start_due_schedules", priority=10)
def start_due_schedules(timestamp: int) -> None:
    """Begin the runs that are due. Two at once do no harm: each is begun by a conditional update."""
    runs.start_due()


@app.task(queue="imports", name="imports.run_schedule")
def run_schedule(*, schedule_id: str, job_id: str) -> None:
    """Read a schedule's source and make its job. Started twice, one of the two makes it and the other nothing."""
    runs.run(UUID(schedule_id), UUID(job_id))


# About a day of tries.
@app.task(
    queue="connectors", name="imports.revoke_google_access", retry=RetryStrategy(max_attempts=9, exponential_wait=4)
)
def revoke_google_access(*, tenant_id: int, revocation_id: str) -> None:
    """Tell Google to forget a connection that was taken back. Started twice, the second finds it done."""
    connections.revoke(tenant_id, UUID(revocation_id))


@app.periodic(cron="27 * * * *")
@app.task(queue="maintenance", name="imports.remove_leftovers")
def remove_leftovers(timestamp: int) -> None:
    """Delete stored files that no import has. It may run twice, and beside itself."""
    leftovers.remove()


@app.periodic(cron="47 * * * *")
@app.task(queue="maintenance", name="imports.purge_queue", pass_context=True)
async def purge_queue(context: JobContext, timestamp: int) -> None:
    """Erase finished rows of the queue, and those that a dead worker left behind. It may run twice."""
    manager = context.app.job_manager
    for stalled in await manager.get_stalled_jobs():
        if stalled.queue == mail.MAIL_QUEUE:
            continue  # irisx/mail.py queues it again
        await manager.finish_job(stalled, status=Status.FAILED, delete_job=True)
    await manager.delete_old_jobs(nb_hours=24, include_failed=True)
