"""Files in Django's storage, whichever it is: kept whole, opened, removed."""

from __future__ import annotations

import logging
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from django.core.files import File
from django.core.files.storage import default_storage

from irisx.refusals import StorageFull, store_unavailable
from irisx.stores import ReadInRanges, StoreUnavailable, is_out_of_room

logger = logging.getLogger(__name__)


@contextmanager
def or_unavailable() -> Iterator[None]:
    """Raise Unavailable("storage_unavailable") while an object store does not answer."""
    try:
        yield
    except StoreUnavailable as error:
        logger.error("%s", error)
        raise store_unavailable() from error


@contextmanager
def file_for(name: str) -> Iterator[IO[bytes]]:
    """Give an open file to write. Under its name in storage it is there when the block has ended, whole, or never.

    A file that has the name already is replaced. Raises Unavailable while an object store does not answer, and
    StorageFull where a disk has no room.
    """
    in_a_folder = not isinstance(default_storage, ReadInRanges)
    # In the folder's own file system, so that it comes to its name by renaming.
    folder = Path(default_storage.path(name)).parent if in_a_folder else None
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
    handle, path = tempfile.mkstemp(prefix=".part-", dir=folder)
    try:
        with os.fdopen(handle, "w+b") as file:
            yield file
            file.flush()
            if in_a_folder:
                os.fsync(file.fileno())
                Path(path).replace(default_storage.path(name))
            else:
                file.seek(0)
                with or_unavailable():
                    default_storage.delete(name)
                    default_storage.save(name, File(file))
    except OSError as error:
        if not is_out_of_room(error):
            raise
        raise StorageFull from error
    finally:
        Path(path).unlink(missing_ok=True)


def open_kept(name: str) -> IO[bytes]:
    """Return a stored file, open: of an object store's, a copy that is gone once closed.

    Raises FileNotFoundError, and Unavailable while an object store does not answer.
    """
    if not isinstance(default_storage, ReadInRanges):
        return Path(default_storage.path(name)).open("rb")
    copy = tempfile.TemporaryFile()  # noqa: SIM115 (the caller closes it)
    try:
        with or_unavailable():
            default_storage.download(name, copy)
        copy.seek(0)
    except BaseException:
        copy.close()
        raise
    return copy


def remove(*names: str) -> None:
    """Delete files from storage. Names that are "" or gone already are passed over: it may run twice."""
    with or_unavailable():
        for name in filter(None, names):
            default_storage.delete(name)
