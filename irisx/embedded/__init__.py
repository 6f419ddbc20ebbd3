"""PostgreSQL and Redis out of wheels, for development and tests, wherever DATABASE_URL or REDIS_URL is not set.

Imported by the settings, so nothing here may need them. Everything about the servers follows from the data folder
alone: two data folders, or two users, never meet.
"""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote

from irisx.embedded.home import EmbeddedError, home_of
from irisx.embedded.servers import Started, is_needed, remove, start

__all__ = ["EmbeddedError", "Started", "database_url", "is_needed", "redis_url", "remove", "start"]


def database_url(data_dir: Path) -> str:
    """Return the address of this data folder's database, whether it is up or not, as django-environ reads it."""
    return f"postgres://irisx@:5432/{quote(str(home_of(data_dir).socket_dir))}/irisx"


def redis_url(data_dir: Path) -> str:
    """Return the address of this data folder's Redis, whether it is up or not."""
    return f"unix://{quote(str(home_of(data_dir).redis_socket))}"
