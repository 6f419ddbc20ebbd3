"""Nasty files, one after the other, for as long as you like: does one crash the reader, or take memory or time?

    .venv/bin/python bench/fuzz_reading.py [--seconds 300] [--seed 1] [--keep FOLDER]

Each file is read by a process of its own, under the limits that an upload has. Files that take over 300 MB or 20 s, or
end their process, are kept in the folder; the command exits with 1 if there are any.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
import tempfile
import time
from collections import Counter
from dataclasses import asdict
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from imports.engine import read_source as child
from imports.engine.readers import Limits, ReadingOptions
from tests.engine.readers.mangling import files

MEMORY_MAX_BYTES = 300 * 1024**2
SECONDS_MAX = 20
# As imports/reading.py sets them for a file of 1 MB.
CHILD_MEMORY_BYTES = 240 * 1024**2


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=300)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path, default=Path("var/fuzz"), help="a folder for what went wrong")
    given = parser.parse_args()
    outcomes: Counter[str] = Counter()
    memory_bytes, seconds, bad = 0, 0.0, 0
    end = time.monotonic() + given.seconds
    with tempfile.TemporaryDirectory() as folder:
        path, rows_path = Path(folder) / "source", Path(folder) / "rows"
        for number, content in enumerate(files(given.seed)):
            if time.monotonic() > end:
                break
            path.write_bytes(content)
            found = read(path, rows_path)
            outcomes[found.outcome] += 1
            memory_bytes, seconds = max(memory_bytes, found.memory_bytes), max(seconds, found.seconds)
            if found.outcome == "crash" or found.memory_bytes > MEMORY_MAX_BYTES or found.seconds > SECONDS_MAX:
                bad += 1
                given.keep.mkdir(parents=True, exist_ok=True)
                (given.keep / f"{given.seed}-{number}").write_bytes(content)
                print(f"file {number}: {found}", flush=True)
    print(f"{outcomes.total():,} files: {dict(outcomes.most_common())}")
    print(f"at most {memory_bytes / 1024**2:.0f} MB and {seconds:.1f} s; {bad} bad")
    sys.exit(bool(bad))


class Found:
    """What came of one file."""

    def __init__(self, outcome: str, memory_bytes: int, seconds: float) -> None:
        self.outcome = outcome  # "read", a refusal's code, or "crash"
        self.memory_bytes = memory_bytes
        self.seconds = seconds

    def __str__(self) -> str:
        return f"{self.outcome}, {self.memory_bytes / 1024**2:.0f} MB, {self.seconds:.1f} s"


def read(path: Path, rows_path: Path) -> Found:
    """Read a file in a process of its own, forked: starting Python anew would take most of the time."""
    answer_path = rows_path.with_name("answer")
    answer_path.unlink(missing_ok=True)
    started = time.monotonic()
    pid = os.fork()
    if pid == 0:
        request = {
            "path": str(path),
            "rows_path": str(rows_path),
            "is_snapshot": False,
            "options": ReadingOptions().as_json(),
            "limits": asdict(Limits()),
        }
        signal.alarm(2 * SECONDS_MAX)
        child.limit_resources(CHILD_MEMORY_BYTES, 2 * SECONDS_MAX)
        try:
            answer_path.write_text(json.dumps(child.answer(request)))
        except MemoryError:
            # As the parent says it of a real child (imports/reading.py).
            answer_path.write_text(json.dumps({"rejected": {"code": "sheet_too_large"}}))
        except BaseException as error:
            print(repr(error)[:300], file=sys.stderr, flush=True)
            os._exit(1)
        os._exit(0)
    _, status, used = os.wait4(pid, 0)
    seconds = time.monotonic() - started
    if status or not answer_path.exists():
        return Found("crash", used.ru_maxrss * 1024, seconds)
    rejected = json.loads(answer_path.read_text()).get("rejected")
    return Found(rejected["code"] if rejected else "read", used.ru_maxrss * 1024, seconds)


if __name__ == "__main__":
    main()
