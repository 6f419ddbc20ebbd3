"""Where a row's time goes: CPU by stage, PostgreSQL's share by statement, bytes of log and indexes. See README.md."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any
from uuid import UUID

import jobs
import measuring
import people
import psutil
import twin
from stopwatch import STAGES, Stopwatch

CHUNK_ROWS = 5_000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path, nargs="?", help="a CSV file to import; without it one is made")
    parser.add_argument("--rows", type=int, default=300_000, help="rows of the file that is made (300,000)")
    parser.add_argument(
        "--strategy",
        choices=["skip", "again", "update", "create_new"],
        default="skip",
        help="again: skip, where every row is a duplicate; update: another title in each row",
    )
    parser.add_argument("--work", nargs=2, metavar=("DATA_DIR", "JOB_ID"), help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.work:
        work(*given.work)
        return
    with measuring.private_system(), tempfile.TemporaryDirectory() as folder:
        print(measuring.machine())
        path = given.file or Path(folder) / "people.csv"
        if not given.file:
            people.make_csv(path, given.rows)
        dissect(path, given.strategy, Path(folder))


def dissect(path: Path, strategy: str, folder: Path) -> None:
    """Import a file under stopwatches, and print where its rows' time and bytes went."""
    tenant = measuring.fresh_tenant()
    if strategy in ("again", "update"):
        jobs.import_file(tenant, path, "skip").require_sum()
    if strategy == "update":
        people.with_other_titles(path, folder / "changed.csv")
        path = folder / "changed.csv"
    job, _ = jobs.read_file(tenant, path, "skip" if strategy == "again" else strategy)
    jobs.confirm(job)
    measuring.settle()
    before = Server.now()
    command = [sys.executable, __file__, "--work", str(measuring.data_dir()), str(job.pk)]
    measured = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)
    after = Server.now()
    jobs.refresh(job)
    imported = jobs.Import(job, 0, measured["seconds"], measured["cpu_seconds"], 0)
    imported.require_sum()
    rows = job.total_rows
    print(f"\n{path.name}: {rows:,} rows, {strategy}: {imported.counts}, {rows / imported.seconds:,.0f} rows/s\n")
    print_stages(measured, rows)
    print_preparing(measured["preparing"], rows)
    print_statements(measured, after.cpu_seconds - before.cpu_seconds, rows)
    print_bytes(before, after, rows)
    if strategy in ("skip", "create_new"):
        print_copy(folder / "contacts.copy")


# In the worker -------------------------------------------------------------------------------------------------------


def work(data_dir: str, job_id: str) -> None:
    """Be the worker under stopwatches: import one confirmed job, and print what was measured as JSON."""
    measuring.set_up_django(Path(data_dir))
    from django.db import connection

    from imports import runner, tasks
    from imports.progress import publisher

    assert tasks.run_slice  # an idle worker has loaded its tasks
    connection.ensure_connection()
    stopwatch = Stopwatch()
    stopwatch.start()
    began, cpu_began = time.monotonic(), time.process_time()
    job = runner.run_to_end(UUID(job_id))
    measured = {"seconds": time.monotonic() - began, "cpu_seconds": time.process_time() - cpu_began}
    publisher.flush()
    print(json.dumps({**measured, **stopwatch.as_json(), "preparing": preparing_seconds(job)}))


def preparing_seconds(job: Any) -> dict[str, float]:
    """Return the CPU seconds of preparing all rows, without a database: of all of it, and of each part alone.

    A column's part is what is saved without it.
    """
    from imports import sources, storage
    from imports.engine.schema import FieldMapping
    from irisx.accounts.tenancy import tenant_scope

    def read_all(source: Any) -> None:
        for lo in range(0, source.total_rows, CHUNK_ROWS):
            source.read(lo, min(lo + CHUNK_ROWS, source.total_rows))

    def seconds(columns: Sequence[Any]) -> float:
        with tenant_scope(job.tenant_id):
            source = sources.of_job(job, FieldMapping(tuple(columns)))
        return quickest(lambda: read_all(source))

    with tenant_scope(job.tenant_id):
        rows_file = storage.open_rows(job)
    columns = job.mapping.columns
    everything = seconds(columns)
    parts = {"the rows file": quickest(lambda: read_all(rows_file))}
    # Without the country, phone numbers would be read as another country's, and mostly in vain.
    together = [column for column in columns if column.field in ("phone", "country")]
    for left_out in (together, *([column] for column in columns if column not in together)):
        name = " and ".join(column.header for column in left_out)
        parts[name] = everything - seconds([column for column in columns if column not in left_out])
    parts["records, ids, writing out for COPY"] = everything - sum(parts.values())
    return {**parts, "all": everything}


def quickest(work: Callable[[], object], times: int = 3) -> float:
    """Return the CPU seconds of the quickest of some times."""
    taken = []
    for _ in range(times):
        began = time.process_time()
        work()
        taken.append(time.process_time() - began)
    return min(taken)


# The server ----------------------------------------------------------------------------------------------------------


class Server:
    """What PostgreSQL has used so far."""

    def __init__(self, cpu_seconds: float, log_position: int, sizes: dict[str, int]) -> None:
        self.cpu_seconds = cpu_seconds  # of all its processes, those included that have ended
        self.log_position = log_position  # bytes written to the log (WAL)
        self.sizes = sizes  # bytes of each table, its TOAST included, and of each index

    @classmethod
    def now(cls) -> Server:
        from irisx.embedded.home import home_of
        from irisx.embedded.postgres import Postgres

        sizes = measuring.query(
            "SELECT relname, CASE relkind WHEN 'i' THEN pg_relation_size(oid) ELSE pg_table_size(oid) END "
            "FROM pg_class WHERE relkind IN ('r', 'i') AND relnamespace = 'public'::regnamespace"
        )
        ((position,),) = measuring.query("SELECT pg_current_wal_insert_lsn() - '0/0'")
        postmaster = Postgres(home_of(measuring.data_dir())).process()
        assert postmaster is not None
        return cls(cpu_seconds_of(postmaster), int(position), dict(sizes))


def cpu_seconds_of(postmaster: psutil.Process) -> float:
    seconds = 0.0
    for process in postmaster.children():
        # One that ends meanwhile is the first process's to count.
        with suppress(psutil.NoSuchProcess):
            times = process.cpu_times()
            seconds += times.user + times.system
    own = postmaster.cpu_times()
    return float(seconds + own.user + own.system + own.children_user + own.children_system)


# What is printed -----------------------------------------------------------------------------------------------------


def print_stages(measured: dict[str, Any], rows: int) -> None:
    """Print the stages, parts under their whole; what is left of a whole is the work between its parts."""
    # Of loading as a whole, what its connections' statements took: it has one connection after the other.
    measured["stages"]["load"]["server_seconds"] = sum(
        taken["server_seconds"] for name, taken in measured["statements"].items() if name != "COPY staged_contacts"
    )
    lines, counted_seconds = [], 0.0
    for stage in (stage for stage in STAGES if not stage.whole and stage.name in measured["stages"]):
        whole = measured["stages"][stage.name]
        counted_seconds += whole["cpu_seconds"]
        parts = {
            f"— {part.name}": measured["stages"][part.name]
            for part in STAGES
            if part.whole == stage.name and part.name in measured["stages"]
        }
        if parts:
            parts["— the rest"] = {key: whole[key] - sum(part[key] for part in parts.values()) for key in whole}
        for name, taken in ((stage.name, whole), *parts.items()):
            server = per_row(taken["server_seconds"], rows) if taken["server_seconds"] else ""
            lines.append((name, per_row(taken["cpu_seconds"], rows), server, per_row(taken["seconds"], rows)))
    print("CPU by stage. “The rest” of loading is the lock, the fence, the checkpoint and the commit.\n")
    print_table(
        ("stage", "our CPU, µs a row", "PostgreSQL's CPU, µs a row", "elapsed, µs a row"),
        [
            *lines,
            ("all else in the process", per_row(measured["cpu_seconds"] - counted_seconds, rows), "", ""),
            ("all of the import", per_row(measured["cpu_seconds"], rows), "", per_row(measured["seconds"], rows)),
        ],
    )


def print_preparing(seconds: dict[str, float], rows: int) -> None:
    print("Preparing rows, by itself: what each part takes; of a column, what is saved without it.\n")
    print_table(("part", "CPU, µs a row"), [(name, per_row(taken, rows)) for name, taken in seconds.items()])


def print_statements(measured: dict[str, Any], server_seconds: float, rows: int) -> None:
    """Print the statements that PostgreSQL works on longest, the others together."""
    statements = sorted(measured["statements"].items(), key=lambda statement: -statement[1]["server_seconds"])
    ours = sum(taken["server_seconds"] for _, taken in statements)
    shown = [(name, taken) for name, taken in statements if taken["server_seconds"] > ours / 500]
    rest = ours - sum(taken["server_seconds"] for _, taken in shown)
    print("PostgreSQL's share, by statement.\n")
    print_table(
        ("statement", "calls", "PostgreSQL's CPU, µs a row", "elapsed, µs a row"),
        [
            *(
                (name, f"{taken['calls']:,}", per_row(taken["server_seconds"], rows), per_row(taken["seconds"], rows))
                for name, taken in shown
            ),
            ("all others", "", per_row(rest, rows), ""),
            ("other processes: log writer, checkpointer, autovacuum", "", per_row(server_seconds - ours, rows), ""),
            ("all of PostgreSQL", "", per_row(server_seconds, rows), ""),
        ],
    )


def print_bytes(before: Server, after: Server, rows: int) -> None:
    """Print how much each table and index has grown, largest first, under what was written to the log."""
    grown = {name: (size - before.sizes.get(name, 0)) / rows for name, size in after.sizes.items()}
    lines = [("log (WAL)", f"{(after.log_position - before.log_position) / rows:,.1f}")]
    lines += [(name, f"{size:,.1f}") for name, size in sorted(grown.items(), key=lambda line: -line[1]) if size > 0.05]
    print("What grew.\n")
    print_table(("log, table or index", "bytes a row"), lines)


def print_copy(contacts: Path) -> None:
    """Print what bare COPY of the same contacts takes."""
    copied = twin.save(contacts)
    twin.make()
    measuring.settle()
    before = Server.now()
    seconds = twin.copy_in(contacts)
    after = Server.now()
    print("Bare COPY of the contacts, for comparison.\n")
    print_table(
        ("what", "a contact"),
        [
            ("elapsed", f"{per_row(seconds, copied)} µs"),
            ("PostgreSQL's CPU", f"{per_row(after.cpu_seconds - before.cpu_seconds, copied)} µs"),
            ("log (WAL)", f"{(after.log_position - before.log_position) / copied:,.1f} bytes"),
        ],
    )


def per_row(seconds: float, rows: int) -> str:
    """Return microseconds."""
    return f"{seconds * 1e6 / rows:,.2f}"


def print_table(headers: Sequence[str], lines: Iterable[Sequence[str]]) -> None:
    for cells in (headers, ["---"] * len(headers), *lines):
        print(f"| {' | '.join(cells)} |")
    print()


if __name__ == "__main__":
    main()
