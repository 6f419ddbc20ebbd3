"""Measure a file from upload to preview against the plain parser over the same file, in turn. See README.md."""

from __future__ import annotations

import argparse
import csv
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import measuring
import people


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path, nargs="?", help="an .xlsx or .csv file; without it one of each is made")
    parser.add_argument("--rows", type=int, default=100_000, help="rows of the files that are made (100,000)")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--parse", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.parse:
        print(parse(given.parse))
        return
    with measuring.private_system(), tempfile.TemporaryDirectory() as folder:
        print(measuring.machine())
        for path in [given.file] if given.file else make_files(Path(folder), given.rows):
            measure(path, given.runs)


def make_files(folder: Path, rows: int) -> list[Path]:
    xlsx, text = folder / "people.xlsx", folder / "people.csv"
    people.write_xlsx(xlsx, people.rows(rows))
    people.write_csv(text, people.rows(rows))
    return [xlsx, text]


def measure(path: Path, runs: int) -> None:
    from imports import preview, services
    from imports.options import ImportOptions
    from irisx.accounts.models import Tenant
    from irisx.accounts.tenancy import tenant_scope

    tenant, _ = Tenant.objects.get_or_create(name="Bench", slug="bench", default_country="US")
    measured, total_rows = [], 0
    for _ in range(runs):
        # A process of its own, as our reader is one; its start is not counted.
        command = [sys.executable, __file__, "--parse", str(path)]
        parser_seconds = float(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)
        began = time.monotonic()
        job = services.create_job(tenant, user=None, filename=path.name, path=path, options=ImportOptions.parse({}))
        read_seconds = time.monotonic() - began
        with tenant_scope(tenant):
            preview.load(job)
        seconds = time.monotonic() - began
        measured.append([read_seconds, seconds, parser_seconds, seconds / parser_seconds])
        total_rows = job.total_rows
        services.discard(job)
    name = parser_name(path)
    print(f"\n{path.name}: {path.stat().st_size / 1024**2:.1f} MB, {total_rows:,} rows")
    measuring.print_table(["read s", "to preview s", f"{name} s", f"÷ {name}"], measured, [2, 2, 2, 2])


def parser_name(path: Path) -> str:
    return "csv.reader" if path.suffix.lower() == ".csv" else "calamine"


def parse(path: Path) -> float:
    """Return the seconds that the plain parser takes for all cells of the first sheet."""
    from python_calamine import CalamineWorkbook

    began = time.monotonic()
    if parser_name(path) == "calamine":
        CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()
    else:
        with path.open(encoding="utf-8-sig", newline="") as file:
            for _ in csv.reader(file):
                pass
    return time.monotonic() - began


if __name__ == "__main__":
    main()
