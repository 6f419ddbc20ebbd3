"""Files in an S3-compatible store: read in ranges, and with errors that say who is at fault."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from functools import cached_property
from typing import IO, Any

from boto3.s3.transfer import TransferConfig
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, IncompleteReadError, ResponseStreamingError
from storages.backends.s3 import S3Storage

from irisx.stores import StoreUnavailable

# A worker that reads a chunk holds a lease of half a minute: it must know before that the store is away.
CONNECT_SECONDS = 5
READ_SECONDS = 10
TRIES = 2
# Of an upload, so much is in memory at a time.
PART_BYTES = 8 * 1024 * 1024


class ObjectStorage(S3Storage):
    """django-storages' S3, of which one part of a file can be had without the rest.

    Raises FileNotFoundError for an object that is missing, and StoreUnavailable whatever else goes wrong.
    """

    bucket_name: str

    def get_default_settings(self) -> dict[str, Any]:
        return {
            **super().get_default_settings(),
            # A second file of one name gets another name, as in a folder.
            "file_overwrite": False,
            # One thread: ten would hold ten parts.
            "transfer_config": TransferConfig(
                multipart_threshold=PART_BYTES, multipart_chunksize=PART_BYTES, use_threads=False
            ),
            "client_config": Config(
                connect_timeout=CONNECT_SECONDS,
                read_timeout=READ_SECONDS,
                retries={"mode": "standard", "total_max_attempts": TRIES},
                signature_version="s3v4",
                # Other makers' stores do not all know the checksums that Amazon's takes.
                request_checksum_calculation="when_required",
                response_checksum_validation="when_required",
            ),
        }

    @cached_property
    def client(self) -> Any:
        """Return the one client of this process. It may be used by any thread, and takes 0.1 s to make."""
        return self.connection.meta.client

    def read_range(self, name: str, offset: int, length: int) -> bytes:
        """Return so many bytes of a file, from an offset on."""
        part = {**self._address(name), "Range": f"bytes={offset}-{offset + length - 1}"}
        with _blaming(name):
            try:
                return self._fetch(part)
            except (ResponseStreamingError, IncompleteReadError):
                # The connection broke inside the answer; botocore itself tries again only before that.
                return self._fetch(part)

    def _fetch(self, part: dict[str, str]) -> bytes:
        with closing(self.client.get_object(**part)["Body"]) as body:
            content: bytes = body.read()
            return content

    def download(self, name: str, file: IO[bytes]) -> None:
        """Write a stored file into an open one, part by part."""
        for offset in range(0, size := self.size(name), PART_BYTES):
            file.write(self.read_range(name, offset, min(PART_BYTES, size - offset)))

    def _address(self, name: str) -> dict[str, str]:
        return {"Bucket": self.bucket_name, "Key": self._normalize_name(name)}

    def save(self, name: str | None, content: Any, max_length: int | None = None) -> str:
        with _blaming(name):
            kept: str = super().save(name, content, max_length)
            return kept

    def exists(self, name: str) -> bool:
        with _blaming(name):
            return bool(super().exists(name))

    def get_modified_time(self, name: str) -> datetime:
        with _blaming(name):
            kept_at: datetime = super().get_modified_time(name)
            return kept_at

    def delete(self, name: str) -> None:
        with _blaming(name):
            super().delete(name)

    def size(self, name: str) -> int:
        with _blaming(name):
            size: int = super().size(name)
            return size


@contextmanager
def _blaming(name: str | None) -> Iterator[None]:
    """Say in a built-in's words what the store said in its own."""
    try:
        yield
    except ClientError as error:
        code = error.response["Error"]["Code"]
        # Asked for the head of an object alone, a store has no room for a code but the status.
        if code in ("NoSuchKey", "404"):
            raise FileNotFoundError(f"{name} is not in the object store.") from error
        raise StoreUnavailable(f"The object store refused: {code}") from error
    except BotoCoreError as error:
        raise StoreUnavailable(f"The object store does not answer: {type(error).__name__}") from error
