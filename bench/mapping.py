"""Print how well columns are matched to fields by their headers and values: accuracy, calibration and time.

    .venv/bin/python bench/mapping.py [-v] [FILE …]

Without a FILE it takes the exports of tests/data. A FILE is written like these, or as JSON: _read_json() says how. No
memory of a tenant and no model takes part. -v lists every column that was not matched as labelled.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from contacts.fields import WELL_KNOWN  # noqa: E402
from imports.engine.mapping import suggest  # noqa: E402
from tests.exports import (  # noqa: E402
    DATA,
    LABELS,
    Column,
    Export,
    Judged,
    exact,
    given_twice,
    judge,
    precision,
    read_exports,
)

CORPORA = (DATA / "exports.txt", DATA / "exports-2.txt")
BUCKETS = ((100, 101), (95, 100), (90, 95), (80, 90), (70, 80), (60, 70))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="*", type=Path, metavar="FILE")
    parser.add_argument("-v", "--verbose", action="store_true")
    options = parser.parse_args()
    for path in options.files or CORPORA:
        exports = _read_json(path) if path.suffix == ".json" else list(read_exports(path))
        _report(path, judge(exports), verbose=options.verbose)
    _time()


def _read_json(path: Path) -> list[Export]:
    """Read a list of {"set", "language", "columns"}; a column is {"header", "samples", "label", "also_acceptable"}."""
    return [
        Export(
            one["set"],
            one["language"],
            tuple(
                Column(
                    column["header"],
                    tuple(column["samples"]),
                    column["label"] if column["label"] in LABELS else None,
                    frozenset(column["also_acceptable"]),
                )
                for column in one["columns"]
            ),
        )
        for one in json.loads(path.read_text("utf-8"))
    ]


def _report(path: Path, judged: Sequence[Judged], *, verbose: bool) -> None:
    languages: dict[str, list[Judged]] = defaultdict(list)
    for one in judged:
        languages[one.export.language].append(one)
    print(f"{path.name}: {len({one.export.name for one in judged})} exports in {len(languages)} languages")
    print(f"  exact      {_share(exact(judged))}  of the columns that are a field were given it")
    print(f"  precision  {_share(precision(judged))}  of the fields given are right")
    print(f"  twice      {len(given_twice(judged))} fields were given to two columns")
    print("  calibration")
    for low, high in BUCKETS:
        right, given = precision(judged, at_least=low, below=high)
        if given:
            print(f"    {low:3} to {high - 1:3}  {_share((right, given))}")
    print(f"    90 and more {_share(precision(judged, at_least=90))}")
    wrong = ", ".join(
        f"{language} {_share(exact(ones))}"
        for language, ones in sorted(languages.items())
        if exact(ones)[0] < exact(ones)[1]
    )
    print(f"  languages with mistakes: {wrong or 'none'}")
    if verbose:
        for one in judged:
            given = one.suggestion.field
            missed = one.column.label is not None and not one.is_exact
            if missed or (given in LABELS and not one.is_right):
                print(
                    f"    {one.export.name}: “{one.column.header}” is {one.column.label}, was given {given}"
                    f" ({one.suggestion.confidence}, {one.suggestion.reason})"
                )


def _share(counts: tuple[int, int]) -> str:
    right, whole = counts
    return f"{right}/{whole} = {100 * right / whole:.1f} %" if whole else "none"


def _time() -> None:
    """Print what 50 headers cost that were never seen before, which is what a file with them costs."""
    headers = [
        f"{word} {number}" for number in range(1, 11) for word in ("Telefno", "E-posta", "住所", "Ortschft", "xqz")
    ]
    suggest([("warm up", ()), ("Telephnoe", ()), ("Tefl", ())], WELL_KNOWN)
    began = time.perf_counter()
    suggest([(header, ("+49 30 901820", "ann@example.com", "Berlin")) for header in headers], WELL_KNOWN)
    print(f"50 headers: {1000 * (time.perf_counter() - began):.1f} ms")


if __name__ == "__main__":
    main()
