"""tenant_scope: the only way to the rows that belong to a tenant."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from enum import Enum
from functools import cache
from typing import Any, Final

from django.apps import apps
from django.db import OperationalError, connection, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from psycopg.errors import LockNotAvailable

from irisx.accounts.models import Tenant


class _All(Enum):
    ALL = "all"


ALL: Final = _All.ALL
"""Every tenant: for platform staff's lists, the worker's look-outs and maintenance."""

Scope = Tenant | int | _All

_scope: ContextVar[str | None] = ContextVar("tenant_scope", default=None)


class OutsideTenantScope(RuntimeError):
    """A statement reached a tenant's table outside tenant_scope()."""


@contextmanager
def tenant_scope(tenant: Scope) -> Iterator[None]:
    """Open a transaction that may reach the rows of one tenant (or of ALL), and no other way does.

    Never held open across a network call, a child process or a slow client. A scope inside a scope may narrow
    it from ALL to one tenant or repeat it; another tenant's raises.
    """
    wanted = "all" if tenant is ALL else str(tenant.pk if isinstance(tenant, Tenant) else tenant)
    outer = _scope.get()
    if outer not in (None, "all", wanted):
        raise OutsideTenantScope(f"Tenant {wanted} was asked for inside the scope of tenant {outer}.")
    with transaction.atomic():
        if outer != wanted:
            _set_local(wanted)
        token = _scope.set(wanted)
        try:
            yield
        finally:
            _scope.reset(token)
        # After an error the rollback to the savepoint takes the setting back by itself.
        if outer is not None and outer != wanted:
            _set_local(outer)


class Locked(Exception):
    """Somebody holds a lock that is needed here, and may never let it go."""


@contextmanager
def impatient_scope(tenant: Scope) -> Iterator[None]:
    """Open a tenant_scope() that waits a second for a lock, no longer. Raises Locked then, with nothing changed.

    For whoever would wait for ever behind a worker that hangs, the sweeper above all, which ends the wait of others.
    """
    try:
        with tenant_scope(tenant):
            with connection.cursor() as cursor:
                cursor.execute("SET LOCAL lock_timeout = '1s'")
            yield
    except OperationalError as error:
        if not isinstance(error.__cause__, LockNotAvailable):
            raise
        raise Locked from error


def is_in_scope() -> bool:
    """Return whether a scope is open, whosever it is."""
    return _scope.get() is not None


def _set_local(scope: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('app.tenant', %s, true)", [scope])


@cache
def _tenant_tables() -> re.Pattern[str]:
    """Match a statement that reads or writes a table with a tenant_id (users are found before a tenant is known)."""
    tables = {
        model._meta.db_table
        for model in apps.get_models()
        if model._meta.label != "accounts.User" and any(field.column == "tenant_id" for field in model._meta.fields)
    }
    return re.compile(rf'\s*(?:SELECT|INSERT|UPDATE|DELETE|WITH)\b.*"(?:{"|".join(sorted(tables))})"', re.S | re.I)


def _refuse_outside_scope(
    execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]
) -> Any:
    if _scope.get() is None and _tenant_tables().match(sql):
        raise OutsideTenantScope(f"Open tenant_scope() before this statement: {sql[:200]}")
    return execute(sql, params, many, context)


def install_guard(connection: BaseDatabaseWrapper, **_: Any) -> None:
    """Refuse, on this connection, ORM statements on tenants' tables outside of tenant_scope()."""
    if _refuse_outside_scope not in connection.execute_wrappers:
        connection.execute_wrappers.append(_refuse_outside_scope)


_TENANT_LOCK: Final = 0x1815


def lock_tenant(tenant: Tenant | int) -> None:
    """Wait until no other transaction writes this tenant's contacts, and hold the place until this one ends.

    A statement of its own: in one statement with a look-up, the look-up would not see what the other just committed.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(%s, %s)", [_TENANT_LOCK, tenant.pk if isinstance(tenant, Tenant) else tenant]
        )


def try_lock_tenant(tenant: Tenant | int, *, wait_seconds: float = 0) -> bool:
    """Take the place of lock_tenant() if it is free, or gets free so soon; return whether it was.

    It counts as free where this very transaction holds it.
    """
    tenant_id = tenant.pk if isinstance(tenant, Tenant) else tenant
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s, %s)", [_TENANT_LOCK, tenant_id])
        if cursor.fetchone()[0]:
            return True
        if not wait_seconds:
            return False
        cursor.execute("SELECT current_setting('lock_timeout')")
        (usual,) = cursor.fetchone()
        try:
            with transaction.atomic():
                cursor.execute("SELECT set_config('lock_timeout', %s, true)", [f"{round(1000 * wait_seconds)}ms"])
                lock_tenant(tenant_id)
        except OperationalError as error:
            if not isinstance(error.__cause__, LockNotAvailable):
                raise
            # The rollback has taken the setting back.
            return False
        cursor.execute("SELECT set_config('lock_timeout', %s, true)", [usual])
    return True
