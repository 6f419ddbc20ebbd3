"""The engine's way to the database: a psycopg cursor on Django's connection."""

from __future__ import annotations

from typing import Any

import psycopg
from django.db import connection


def engine_cursor() -> psycopg.Cursor[Any]:
    """Return a cursor in the transaction of Django's connection. Call inside tenant_scope().

    Not Django's own kind, which writes parameters into the statement's text: arrays of keys go over as they are.
    """
    return psycopg.Cursor(connection.connection)
