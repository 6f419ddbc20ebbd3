"""Measure an import of a file against PostgreSQL's own COPY of the same clean rows, in turn. See README.md."""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

import jobs
import measuring
import people
import twin


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path, nargs="?", help="a CSV file to import; without it one is made")
    parser.add_argument("--rows", type=int, default=300_000, help="rows of the file that is made (300,000)")
    parser.add_argument("--strategy", choices=["skip", "update", "create_new"], default="skip")
    parser.add_argument("--runs", type=int, default=3)
    given = parser.parse_args()
    with measuring.private_system(), tempfile.TemporaryDirectory() as name:
        print(measuring.machine())
        folder = Path(name)
        path = given.file
        if path is None:
            path = folder / "people.csv"
            people.make_csv(path, given.rows)
        runs, counts = [], {}
        for _ in range(given.runs):
            measured, counts = (
                run_update(path, folder) if given.strategy == "update" else run(path, given.strategy, folder)
            )
            runs.append(measured)
        print(f"{path.name}: {path.stat().st_size / 1024**2:.1f} MB, strategy {given.strategy}; {counts}")
        measuring.print_table(
            ["read s", "import s", "CPU s", "rows/s", "MB over idle", "bare s", "import ÷ bare", "all ÷ bare"],
            runs,
            [2, 2, 2, 0, 0, 2, 2, 2],
        )


def run(path: Path, strategy: str, folder: Path) -> tuple[list[float], dict[str, int]]:
    """Import the file into empty tables, then COPY what came of it into an empty twin of contacts."""
    imported = jobs.import_file(measuring.fresh_tenant(), path, strategy)
    imported.require_sum()
    twin.save(folder / "contacts.copy")
    twin.make()
    measuring.settle()
    return columns(imported, twin.copy_in(folder / "contacts.copy"))


def run_update(path: Path, folder: Path) -> tuple[list[float], dict[str, int]]:
    """Import the file's people with other titles, over themselves, then update a twin of contacts from bare COPY."""
    changed, contacts = folder / "changed.csv", folder / "contacts.copy"
    people.with_other_titles(path, changed)
    tenant = measuring.fresh_tenant()
    jobs.import_file(tenant, path, "skip").require_sum()
    twin.make()
    twin.fill()
    imported = jobs.import_file(tenant, changed, "update")
    imported.require_sum()
    twin.save_changed(contacts, imported.job.pk)
    measuring.settle()
    seconds, _ = twin.update(contacts)
    return columns(imported, seconds)


def columns(imported: jobs.Import, bare_seconds: float) -> tuple[list[float], dict[str, int]]:
    return [
        imported.read_seconds,
        imported.seconds,
        imported.cpu_seconds,
        imported.job.total_rows / imported.seconds,
        imported.memory_mb,
        bare_seconds,
        imported.seconds / bare_seconds,
        imported.all_seconds / bare_seconds,
    ], imported.counts


if __name__ == "__main__":
    main()
