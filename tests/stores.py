"""Object stores for tests to keep files in, and one that is away."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.test import override_settings

from irisx.stores import storage_of


def stored_at(address: str) -> dict[str, Any]:
    """Return the settings STORAGES with files in the object store at an address."""
    url = f"s3://key:{quote('a/secret+with=signs', safe='')}@contacts/irisx?region=us-east-1&endpoint_url={address}"
    return {**settings.STORAGES, "default": storage_of(url, folder=None)}


@contextmanager
def store_away() -> Iterator[None]:
    """Have the store of files away for the block: nobody listens at its port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        with override_settings(STORAGES=stored_at(f"http://127.0.0.1:{probe.getsockname()[1]}")):
            yield
