"""Putting tasks in the queue, in the transaction of the rows they are about."""

from __future__ import annotations

from typing import Any

from procrastinate.contrib.django.django_connector import DjangoConnector
from procrastinate.manager import JobManager
from procrastinate.tasks import Task, configure_task


def defer(task: Task[Any, Any, Any], **arguments: Any) -> None:
    """Queue one call of a task through Django's connection: it is there once the transaction commits, or never.

    Inside a worker `task.defer()` would use the worker's own connections, and commit by itself.
    """
    configure_task(name=task.name, queue=task.queue, job_manager=JobManager(DjangoConnector())).defer(**arguments)
