"""Where files are kept: what STORAGE_URL means. The settings import this, so it needs neither them nor boto3."""

from __future__ import annotations

import errno
from pathlib import Path
from typing import IO, Any, Protocol, runtime_checkable
from urllib.parse import parse_qsl, unquote, urlsplit

from irisx.production import RefusedToStart

# The disk is full, the quota is, or a file may not grow as large (a limit of the process).
NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


def is_out_of_room(error: BaseException) -> bool:
    """Tell whether an error means that a disk took no more."""
    return isinstance(error, OSError) and error.errno in NO_ROOM


class StoreUnavailable(OSError):
    """The object store did not answer, or refused us."""


@runtime_checkable
class ReadInRanges(Protocol):
    """What an object store can do beside Django's storages: irisx/object_storage.py."""

    def read_range(self, name: str, offset: int, length: int) -> bytes: ...

    def download(self, name: str, file: IO[bytes]) -> None: ...


QUERY = {"region": "region_name", "endpoint_url": "endpoint_url"}


def storage_of(url: str, folder: Path) -> dict[str, Any]:
    """Return the entry of Django's STORAGES that a STORAGE_URL stands for; "" is the folder.

    s3://KEY:SECRET@BUCKET/PREFIX?region=…&endpoint_url=https://… of any S3-compatible store. Key and secret with %2F
    for "/"; without them boto3 looks where it always does (environment, files, the machine's role). The prefix, the
    region and the endpoint may be left out, too.

    Raises RefusedToStart, without quoting the address: it holds a secret.
    """
    if not url:
        return {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": folder}}
    parts = urlsplit(url)
    # Not .hostname, which folds case.
    credentials, _, bucket = parts.netloc.rpartition("@")
    key, _, secret = credentials.partition(":")
    query = dict(parse_qsl(parts.query))
    if parts.scheme != "s3" or not bucket or bool(key) != bool(secret) or not query.keys() <= QUERY.keys():
        raise RefusedToStart(
            "IRISX does not start: STORAGE_URL is not of the form "
            "s3://KEY:SECRET@BUCKET/PREFIX?region=…&endpoint_url=https://…."
        )
    return {
        "BACKEND": "irisx.object_storage.ObjectStorage",
        "OPTIONS": {
            "bucket_name": bucket,
            "location": parts.path.strip("/"),
            "access_key": unquote(key) or None,
            "secret_key": unquote(secret) or None,
            **{QUERY[name]: value for name, value in query.items()},
        },
    }
