"""`manage.py procrastinate`, the worker. INSTALLED_APPS has irisx.accounts first, so that this one is found."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from django.conf import settings
from procrastinate import cli
from procrastinate.contrib.django.management.commands import procrastinate

from irisx.accounts import database_role

if TYPE_CHECKING:
    from procrastinate import App


class Command(procrastinate.Command):
    def handle(self, *args: Any, **options: Any) -> None:
        # The worker has connections of its own for the queue, and Django's opens with the first task only.
        database_role.check_at_start()
        if options.get("func") is cli.worker_:
            options["func"] = run_worker
        super().handle(*args, **options)


async def run_worker(app: App, **options: Any) -> None:
    """Work on the queues that are named; on all of them by default, of which some are not for long tasks to hold up.

    Those in ASYNC_QUEUES have a worker of their own, in the same process: their tasks only wait, for hundreds of others
    at once, and need no thread. Those in LONG_QUEUES have one, too: their tasks go on for minutes, where imports take
    turns. So neither takes a place of those that PROCRASTINATE_WORKER_DEFAULTS gives to imports, and imports none of
    theirs; and `manage.py procrastinate worker` is still all that has to be started.
    """
    if options.get("queues"):
        await cli.worker_(app, **options)
        return
    others = {task.queue for task in app.tasks.values()} - {*settings.ASYNC_QUEUES, *settings.LONG_QUEUES}
    # Of signal handlers there is one for each signal, and it is the first worker's.
    beside = {**options, "install_signal_handlers": False}
    waiting = {
        **beside,
        "queues": list(settings.ASYNC_QUEUES),
        "concurrency": settings.ASYNC_QUEUES_CONCURRENCY,
        "shutdown_graceful_timeout": 0,  # its tasks know how to stop
    }
    long = {**beside, "queues": list(settings.LONG_QUEUES), "concurrency": settings.LONG_QUEUES_CONCURRENCY}
    workers = [
        asyncio.create_task(cli.worker_(app, **{**options, "queues": sorted(others)})),
        asyncio.create_task(app.run_worker_async(**waiting)),
        asyncio.create_task(app.run_worker_async(**long)),
    ]
    # Where one ends, told to or broken, the others do; unless they end by themselves when all is done.
    is_lasting = options.get("wait", True)
    await asyncio.wait(workers, return_when=asyncio.FIRST_COMPLETED if is_lasting else asyncio.ALL_COMPLETED)
    for worker in workers:
        worker.cancel()
    for outcome in await asyncio.gather(*workers, return_exceptions=True):
        if isinstance(outcome, Exception):
            raise outcome
