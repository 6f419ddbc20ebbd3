"""The doors to the worker."""

from __future__ import annotations

from uuid import UUID

from procrastinate.contrib.django import app

from contacts.exports import jobs


@app.task(queue="exports", name="contacts.run_export")
def run_export(*, export_id: str) -> None:
    """Write one export. Started twice, the second finds the first at work, or the file written, and does nothing."""
    jobs.run(UUID(export_id))


@app.periodic(cron="* * * * *")
@app.task(queue="maintenance", name="contacts.sweep_exports")
def sweep_exports(timestamp: int) -> None:
    """Take over exports whose worker is gone. Two at once do no harm: a second task for one finds nothing to do."""
    jobs.sweep()


@app.periodic(cron="37 * * * *")
@app.task(queue="maintenance", name="contacts.purge_exports")
def purge_exports(timestamp: int) -> None:
    """Erase exports that are kept no longer. It may run twice, and beside itself."""
    jobs.purge()
