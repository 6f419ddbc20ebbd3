"""The database role that we connect as: one that row-level security holds."""

from __future__ import annotations

import logging

from django.conf import settings
from django.db import OperationalError, connection
from django.db.backends.base.base import BaseDatabaseWrapper

from irisx.production import RefusedToStart

logger = logging.getLogger(__name__)

# session_user too: whoever signed in as a superuser can take that role back.
PRIVILEGED = """
SELECT rolname FROM pg_roles
WHERE rolname IN (current_user, session_user) AND (rolsuper OR rolbypassrls)
"""


def refuse_privileged_role(connection: BaseDatabaseWrapper, **_: object) -> None:
    """Raise RefusedToStart on a new connection of a superuser or a role with BYPASSRLS: no policy would hold it."""
    with connection.cursor() as cursor:
        cursor.execute(PRIVILEGED)
        privileged = cursor.fetchone()
    if privileged:
        # Left open, it would serve the next statement without asking again.
        connection.close()
        raise RefusedToStart(
            f"IRISX does not start: the database role “{privileged[0]}” is a superuser or has BYPASSRLS, so that "
            "nothing would keep tenants apart. Name a plain role in DATABASE_URL "
            "(CREATE ROLE irisx LOGIN PASSWORD …; ALTER DATABASE … OWNER TO irisx)."
        )


def check_at_start() -> None:
    """Connect once, so that a process that must not run ends here and not at its first request or task.

    A database that is away is no reason to end: the role is looked at with each new connection.
    """
    if not settings.CHECK_DATABASE_ROLE:
        return
    try:
        connection.ensure_connection()
    except OperationalError as error:
        logger.warning("The database does not answer at the start: %s", type(error).__name__)
    finally:
        connection.close()
