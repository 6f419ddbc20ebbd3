"""Uploads on their way to the disk, which may be full."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress

from django.core.files.uploadedfile import TemporaryUploadedFile, UploadedFile
from django.core.files.uploadhandler import StopUpload, TemporaryFileUploadHandler
from django.http import HttpRequest

from irisx.refusals import StorageFull
from irisx.stores import is_out_of_room


class UploadToDisk(TemporaryFileUploadHandler):
    """Django's handler for files on the disk. Where that is full it reads the rest and drops it, and has a refusal.

    It must not raise: forms are read before a view is asked, to find the CSRF token, and nobody there would catch it.
    """

    file: TemporaryUploadedFile
    refusal: StorageFull | None = None

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        with self._dropping_if_full():
            super().receive_data_chunk(raw_data, start)

    def file_complete(self, file_size: int) -> UploadedFile[bytes]:
        with self._dropping_if_full():
            super().file_complete(file_size)
        return self.file

    @contextmanager
    def _dropping_if_full(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            if not is_out_of_room(error):
                raise
            self.refusal = StorageFull()
            # It is removed with this. What is still in its buffer goes nowhere.
            with suppress(OSError):
                self.file.close()
            raise StopUpload from error


def refusal_of(request: HttpRequest) -> StorageFull | None:
    """Return why a request's file did not come in; None if it did. The request's form has to be read before."""
    handlers = [handler for handler in request.upload_handlers if isinstance(handler, UploadToDisk)]
    return next((handler.refusal for handler in handlers if handler.refusal), None)
