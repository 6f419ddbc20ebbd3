"""The program that reads a source: one process a file, with limits of its own; a hostile file ends nothing else.

    python -m imports.engine.read_source < request.json > answer.json

Request: {"path", "rows_path", "is_snapshot", "options", "limits", "memory_bytes", "cpu_seconds"}. Answer:
{"summary": …} or {"rejected": {"code", "message", "details"}}. It exits 0 with either; anything else is a crash
(imports/reading.py).
"""

from __future__ import annotations

import gc
import json
import os
import resource
import sys
from pathlib import Path
from typing import Any


def main() -> None:
    """Read the source that the request on stdin names; answer on stdout."""
    request = json.load(sys.stdin)
    limit_resources(request["memory_bytes"], request["cpu_seconds"])
    json.dump(answer(request), sys.stdout)


def limit_resources(memory_bytes: int, cpu_seconds: int) -> None:
    """Limit this process. It cannot take the limits back."""
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    # SIGXCPU at the first, so that the parent knows why; at the second the kernel kills without a word.
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_seconds, cpu_seconds + 1))
    # An abort is expected here: it must not leave the file's content on the disk.
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # It is one of many that the web process answers: pages, which take less, go before it.
    os.nice(10)


def answer(request: dict[str, Any]) -> dict[str, Any]:
    """Return the answer to a request."""
    # Little of what readers make refers to itself: looking for that after each 700 lists costs a twentieth of the time.
    gc.set_threshold(50_000)
    # Imported under the limits: readers load parsers written in other languages.
    from imports.engine.errors import SourceRejected
    from imports.engine.readers import Limits, ReadingOptions, read_source
    from imports.engine.readers.snapshot import read_snapshot

    options = ReadingOptions.from_json(request["options"])
    limits = Limits(**request["limits"])
    # The request says which: a file of somebody's that looks like a snapshot is none.
    read = read_snapshot if request["is_snapshot"] else read_source
    try:
        summary = read(Path(request["path"]), Path(request["rows_path"]), options, limits)
    except SourceRejected as rejected:
        return {"rejected": {"code": rejected.code, "message": rejected.message, "details": rejected.details}}
    return {"summary": summary.as_json()}


if __name__ == "__main__":
    main()
