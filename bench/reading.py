"""A file from upload to preview, against the plain parser over the same file, in turn. See README.md."""

from __future__ import annotations

import argparse
import csv
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import jobs
import measuring
import people
import running
from figures import Figure
from measuring import Bench, require

if TYPE_CHECKING:
    from irisx.accounts.models import Tenant

ANA = "ana@acme.example"


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
            print_runs(path, given.runs)


def make_files(folder: Path, rows: int) -> list[Path]:
    xlsx, text = folder / "people.xlsx", folder / "people.csv"
    people.write_xlsx(xlsx, people.rows(rows))
    people.write_csv(text, people.rows(rows))
    return [xlsx, text]


def print_runs(path: Path, runs: int) -> None:
    """Measure one file so often, without the web process, and print each run."""
    tenant = measuring.fresh_tenant()
    measured, total_rows = [], 0
    for _ in range(runs):
        parser_seconds = parse_in_child(path)
        read_seconds, seconds, total_rows = read_and_preview(tenant, path)
        measured.append([read_seconds, seconds, parser_seconds, seconds / parser_seconds])
    name = parser_name(path)
    print(f"\n{path.name}: {path.stat().st_size / 1024**2:.1f} MB, {total_rows:,} rows")
    measuring.print_table(["read s", "to preview s", f"{name} s", f"÷ {name}"], measured, [2, 2, 2, 2])


def measure(bench: Bench) -> list[Figure]:
    """Measure a workbook and a text file, each by POST to the web process, and without it."""
    rows, size_mb = bench.rows * 3 // 10, min(50, max(1, 50 * bench.rows // 1_000_000))
    xlsx, text = bench.folder / "people.xlsx", bench.folder / "people.csv"
    people.write_xlsx(xlsx, people.rows(rows))
    # Two bytes short of it: so large a file is taken.
    text_rows = people.make_csv_of_size(text, size_mb * 1024**2)
    alone = ("— without the web process", "the same")
    xlsx_figure = Figure(f"{rows:,}-row XLSX, POST to ready preview", "python-calamine", "1.6 ×", "1.2 ×")
    text_figure = Figure(f"{size_mb} MB CSV, POST to ready preview", "csv.reader", "4 ×", "2 ×")
    figures = [(xlsx, rows, xlsx_figure, Figure(*alone)), (text, text_rows, text_figure, Figure(*alone))]
    memory = Figure(f"web process's memory over idle, in the upload of {size_mb} MB", at_most="50 MB", unit="MB")
    tenant = measuring.fresh_tenant()
    with running.system(bench.folder) as system, system.client(ANA) as ana:
        for number in range(1, bench.runs + 1):
            measuring.say(f"reading, run {number} of {bench.runs}")
            for path, expected_rows, by_post, without_web in figures:
                parser_seconds = parse_in_child(path)
                seconds, memory_mb = upload(system, ana, path, expected_rows)
                by_post.add(seconds, parser_seconds)
                _, seconds, total_rows = read_and_preview(tenant, path)
                require(total_rows == expected_rows, f"{total_rows} rows of {path.name} were read.")
                without_web.add(seconds, parser_seconds)
            memory.add(memory_mb)
    return [*(figure for _, _, *both in figures for figure in both), memory]


def upload(system: running.System, client: httpx.Client, path: Path, expected_rows: int) -> tuple[float, float]:
    """Return the seconds from POST to preview, and how much memory the web process took meanwhile."""
    measuring.forget_peak(system.web_pid)
    before_mb = measuring.megabytes("VmRSS", system.web_pid)
    began = time.monotonic()
    job = running.upload(client, path)
    seconds = time.monotonic() - began
    memory_mb = measuring.megabytes("VmHWM", system.web_pid) - before_mb
    rows = (job["total_rows"], len(job["preview"]["rows"]))
    require(rows == (expected_rows, 10), f"of {path.name} {rows[0]} rows were read and {rows[1]} shown.")
    require(client.delete(f"/v1/imports/{job['id']}").status_code == 204, "the upload could not be deleted.")
    return seconds, memory_mb


def read_and_preview(tenant: Tenant, path: Path) -> tuple[float, float, int]:
    """Return the seconds to the pending job, those to the preview, and the number of rows."""
    from imports import preview, services
    from irisx.accounts.tenancy import tenant_scope

    began = time.monotonic()
    job, read_seconds = jobs.read_file(tenant, path, "skip")
    with tenant_scope(tenant):
        preview.load(job)
    seconds = time.monotonic() - began
    services.discard(job)
    return read_seconds, seconds, job.total_rows


def parse_in_child(path: Path) -> float:
    """Return the plain parser's seconds, in a process of its own, as our reader is one; its start is not counted."""
    command = [sys.executable, __file__, "--parse", str(path)]
    return float(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)


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
