"""Holding a job, or a run of corrections, while working on it: its row is checkpoint, fence and lease in one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db.models import F, Func, QuerySet
from django.db.models.expressions import RawSQL
from django.db.models.functions import Now

from imports.corrections.models import CorrectionRun
from imports.models import ImportJob
from irisx.accounts.tenancy import Locked, Scope, impatient_scope
from irisx.refusals import Conflict

Held = ImportJob | CorrectionRun
"""A row that a runner holds while it works."""


def take(rows: QuerySet[Any], epoch: int, **besides: Any) -> bool:
    """Make this session of the database the holder of a started row that still has this epoch, and raise the epoch.

    `besides` is what changes in the row, too. Return whether there was one: of two who try, one finds it.
    """
    taken = rows.filter(epoch=epoch, status=ImportJob.Status.PROCESSING).update(
        epoch=F("epoch") + 1,
        lease_until=Now() + timedelta(seconds=settings.LEASE_SECONDS),
        backend_pid=Func(function="pg_backend_pid"),
        backend_start=RawSQL("(SELECT backend_start FROM pg_stat_activity WHERE pid = pg_backend_pid())", []),
        **besides,
    )
    return bool(taken)


@contextmanager
def scope_unless_held(tenant: Scope) -> Iterator[None]:
    """Open a tenant_scope() for what somebody asks of a job. Raises Conflict where a worker holds its row and hangs."""
    try:
        with impatient_scope(tenant):
            yield
    except Locked as error:
        raise Conflict("held", "A worker writes for this import right now. Try again in a moment.") from error
