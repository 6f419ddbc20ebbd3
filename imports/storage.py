"""The files of imports, in Django's storage: a folder by default, any S3-compatible store in production."""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

from django.core.files import File
from django.core.files.storage import default_storage

from imports.engine.errors import SourceUnavailable
from imports.engine.rows_file import RowsFile
from irisx.files import or_unavailable
from irisx.refusals import StorageFull
from irisx.stores import ReadInRanges, StoreUnavailable, is_out_of_room

if TYPE_CHECKING:
    from imports.models import ImportJob

logger = logging.getLogger(__name__)

FOLDER = "imports"


def keep(path: Path, *, job_id: UUID, kind: str) -> str:
    """Copy a file into storage and return its name there. The name is ours: the job's id and the kind of file.

    This and what follows raise Unavailable("storage_unavailable") while an object store does not answer. This raises
    StorageFull where a folder's disk has no room.
    """
    with path.open("rb") as file, or_unavailable():
        name = default_storage.get_available_name(f"{FOLDER}/{job_id.hex[-2:]}/{job_id}.{kind}")
        try:
            return default_storage.save(name, File(file))
        except OSError as error:
            if not is_out_of_room(error):
                raise
            # The part of it that had room.
            default_storage.delete(name)
            raise StorageFull from error


def kept_files() -> Iterator[list[str]]:
    """Yield the names of all files of imports, a folder's at a time."""
    try:
        folders, _ = default_storage.listdir(FOLDER)
    except FileNotFoundError:
        return  # nothing was kept yet
    for folder in folders:
        _, names = default_storage.listdir(f"{FOLDER}/{folder}")
        yield [f"{FOLDER}/{folder}/{name}" for name in names]


def job_id_of(name: str) -> UUID | None:
    """Return the id of the job that a file was kept for; None if the name is not one of ours."""
    try:
        return UUID(name.rpartition("/")[2][:36])
    except ValueError:
        return None


def times_of(names: list[str]) -> Iterator[tuple[str, datetime]]:
    """Yield files with the time when they were kept; those that are gone meanwhile are passed over."""
    for name in names:
        with suppress(FileNotFoundError):
            yield name, default_storage.get_modified_time(name)


@contextmanager
def local_copy(name: str) -> Iterator[Path]:
    """Give a path to a stored file for as long as the block lasts: its own, or a copy's from the object store.

    Raises FileNotFoundError if the object store has no such file.
    """
    if not isinstance(default_storage, ReadInRanges):
        yield Path(default_storage.path(name))
        return
    with tempfile.NamedTemporaryFile(prefix="irisx-") as copy:
        with or_unavailable():
            default_storage.download(name, copy)
        copy.flush()
        yield Path(copy.name)


@contextmanager
def scratch_folder() -> Iterator[Path]:
    """Give an empty private folder for as long as the block lasts."""
    with tempfile.TemporaryDirectory(prefix="irisx-") as folder:
        yield Path(folder)


def open_rows(job: ImportJob) -> RowsFile:
    """Return the rows file of a job, of which each read fetches what it needs: nothing stays open, or in memory.

    Raises, and the rows file does when it is read, FileNotFoundError if the file is gone, and SourceUnavailable while
    an object store does not answer.
    """
    name = job.rows_path
    if not name:
        raise FileNotFoundError(f"Import {job.pk} has no rows file any more.")
    with _or_source_unavailable():
        size = default_storage.size(name)
    return RowsFile(partial(_read_range, name), size)


def _read_range(name: str, offset: int, length: int) -> bytes:
    if isinstance(default_storage, ReadInRanges):
        with _or_source_unavailable():
            return default_storage.read_range(name, offset, length)
    with default_storage.open(name, "rb") as file:
        file.seek(offset)
        content: bytes = file.read(length)
        return content


@contextmanager
def _or_source_unavailable() -> Iterator[None]:
    try:
        yield
    except StoreUnavailable as error:
        logger.error("%s", error)
        raise SourceUnavailable(
            "The store that the uploaded file is kept in does not answer. Rows that are done stay; "
            "import the file again when the store is back."
        ) from error
