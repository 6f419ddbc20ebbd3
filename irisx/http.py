"""Downloads: a file is streamed from the disk, under a name that no header can be broken with."""

from __future__ import annotations

import unicodedata
from typing import IO, TYPE_CHECKING

from asgiref.sync import sync_to_async
from django.http import StreamingHttpResponse
from django.utils.http import content_disposition_header

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

BLOCK_BYTES = 64 * 1024
MAX_FILENAME_CHARACTERS = 150


def stream_file(file: IO[bytes], *, filename: str, content_type: str) -> StreamingHttpResponse:
    """Answer with an open file as a download, from where it stands to its end, and close it.

    As an async iterator: under ASGI Django reads a synchronous one into memory whole before it sends a byte.
    """
    response = StreamingHttpResponse(_blocks(file), content_type=content_type)
    # Closed with the response: of a client that goes away early the iterator never sees the end.
    response._resource_closers.append(file.close)  # type: ignore[attr-defined]
    response["Content-Disposition"] = content_disposition_header(True, plain_filename(filename)) or "attachment"
    # It is one person's to have, and nothing on the way keeps a copy.
    response["Cache-Control"] = "private, no-store"
    return response


async def _blocks(file: IO[bytes]) -> AsyncIterator[bytes]:
    # In any thread: the file is all it touches, and a slow disk must hold up nobody else's request.
    read = sync_to_async(file.read, thread_sensitive=False)
    while block := await read(BLOCK_BYTES):
        yield block


def plain_filename(name: str) -> str:
    """Return a name without what could break a header, leave the folder, or hide its ending.

    That is: control characters and line breaks, marks that turn the writing direction, and path separators.
    """
    kept = "".join(
        " " if character in '/\\"' else character
        for character in name
        if unicodedata.category(character) not in ("Cc", "Cf", "Cs", "Zl", "Zp")
    )
    stem, dot, ending = " ".join(kept.split()).rpartition(".")
    if not dot:
        stem, ending = ending, ""
    stem = stem.strip(". ")[:MAX_FILENAME_CHARACTERS] or "download"
    return f"{stem}{dot}{ending[:10]}"
