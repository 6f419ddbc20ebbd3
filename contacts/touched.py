"""The contacts that an import made or changed. Only imports know them; this app comes before theirs and has it told."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from contacts.models import ContactQuerySet
from irisx.accounts.models import Tenant

Find = Callable[[ContactQuerySet, Tenant, UUID], list[ContactQuerySet]]

_find: list[Find] = []


def know(find: Find) -> None:
    """Have imports say from now on which contacts they touched: called once, when their app is ready."""
    _find[:] = [find]


def touched_by(contacts: ContactQuerySet, tenant: Tenant, import_id: UUID) -> list[ContactQuerySet]:
    """Return those of the tenant's contacts that an import touched. Inside the tenant's scope.

    Raises Invalid("unknown_import") if it is none of the tenant's, or was deleted.
    """
    (find,) = _find
    return find(contacts, tenant, import_id)
