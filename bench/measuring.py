"""What the measurements share: a system of their own, how each begins, the machine, and the lines that they print."""

from __future__ import annotations

import os
import platform
import shutil
import statistics
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil

if TYPE_CHECKING:
    from irisx.accounts.models import Tenant

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Bench:
    """How much is to be measured, and a folder for files, which is deleted afterwards."""

    rows: int  # of the largest file; a case's own number of rows is in proportion to it
    runs: int
    folder: Path


def set_up_django(data_dir: Path) -> None:
    """Make the project importable, with a data folder of its own and whatever else development has."""
    sys.path.insert(0, str(ROOT))
    for name in ("DATABASE_URL", "REDIS_URL", "STORAGE_URL"):
        os.environ.pop(name, None)
    os.environ |= {
        "IRISX_DATA_DIR": str(data_dir),
        "DJANGO_SETTINGS_MODULE": "irisx.settings",
        "DEBUG": "True",
        "LOG_LEVEL": "ERROR",
    }
    import django

    django.setup()
    from django.conf import settings

    # Not for measuring: with DEBUG on, Django keeps every statement that it sends.
    settings.DEBUG = False
    # A million rows of ten columns are more than people may upload.
    settings.UPLOAD_MAX_BYTES = settings.UNPACKED_MAX_BYTES


# A system ------------------------------------------------------------------------------------------------------------


@contextmanager
def private_system() -> Iterator[Path]:
    """Give a data folder with PostgreSQL and Redis running in it and all tables made; it is deleted afterwards."""
    data_dir = Path(tempfile.mkdtemp(prefix="irisx-bench-"))
    # As root, the servers run under another account.
    data_dir.chmod(0o755)
    set_up_django(data_dir)
    from django.core.management import call_command
    from django.db import connections

    from irisx import embedded

    try:
        with embedded.start(data_dir):
            call_command("migrate", interactive=False, verbosity=0)
            yield data_dir
            connections.close_all()
    finally:
        embedded.remove(data_dir)
        shutil.rmtree(data_dir)


def data_dir() -> Path:
    """Return the data folder of the system that set_up_django() made ours."""
    from django.conf import settings

    return Path(settings.DATA_DIR)


def fresh_tenant() -> Tenant:
    """Empty all tables and the folder of files, and return the one tenant that there is then."""
    from django.db import connection

    from irisx.accounts.models import Tenant

    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS contacts_twin")
        cursor.execute("TRUNCATE tenants, procrastinate_jobs CASCADE")
    shutil.rmtree(data_dir() / "files", ignore_errors=True)
    return Tenant.objects.create(name="Bench", slug="bench", default_country="US")


def settle() -> None:
    """Tidy up and have everything on the disk, so that what is measured next does not pay for what came before it.

    Without the VACUUM, PostgreSQL's own would come in the middle of it; without the statistics, with other plans.
    """
    with superuser() as connection:
        connection.execute("VACUUM (ANALYZE)")
        connection.execute("CHECKPOINT")


def superuser() -> Any:
    """Return a connection of the database's superuser, for what the application's role may not do."""
    import psycopg
    from django.conf import settings

    host = settings.DATABASES["default"]["HOST"]
    return psycopg.connect(host=host, user="postgres", dbname="irisx", autocommit=True)


def query(statement: str, *parameters: Any) -> list[tuple[Any, ...]]:
    """Return what the database holds, for all tenants."""
    with superuser() as connection:
        return connection.execute(statement, parameters).fetchall()


def megabytes(name: str, pid: int | str = "self") -> float:
    """Return a line of /proc/PID/status: "VmRSS" is a process's memory now, "VmHWM" the most since forget_peak()."""
    status = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in status if line.startswith(f"{name}:"))


def cpu_seconds(pid: int) -> float:
    """Return how long a process and its threads were at work, in seconds of a core, without children."""
    return sum(psutil.Process(pid).cpu_times()[:2])


def forget_peak(pid: int | str = "self") -> None:
    """Let the most memory that a process ever had count from here (proc(5), clear_refs)."""
    Path(f"/proc/{pid}/clear_refs").write_text("5")


def require(is_right: bool, sentence: str) -> None:
    """End the measurement unless what was measured did what it should: speed without that says nothing."""
    if not is_right:
        raise SystemExit(f"What was measured went wrong: {sentence}")


# What is printed -----------------------------------------------------------------------------------------------------


def say(sentence: str) -> None:
    """Tell whoever waits how far it is; results alone go to stdout."""
    print(sentence, file=sys.stderr, flush=True)


def machine() -> str:
    """Say on what machine this runs, with what, and how busy it is."""
    from importlib.metadata import version

    import django
    import python_calamine  # noqa: F401 (measured against)

    with Path("/proc/cpuinfo").open() as file:
        model = next((line.partition(": ")[2].strip() for line in file if line.startswith("model name")), "unknown")
    with Path("/proc/meminfo").open() as file:
        memory_gb = int(next(file).split()[1]) / 1024**2
    return (
        f"{os.cpu_count()} cores ({model}), {memory_gb:.0f} GB, load {os.getloadavg()[0]:.1f} at the start; "
        f"Python {platform.python_version()}, Django {django.__version__}, PostgreSQL {postgres_version()}, "
        f"python-calamine {version('python-calamine')}"
    )


def postgres_version() -> str:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version")
        return str(cursor.fetchone()[0])


def print_table(headers: Sequence[str], runs: Sequence[Sequence[float]], digits: Sequence[int]) -> None:
    """Print a line for each run, and under them medians and ranges."""
    widths = [max(12, len(header) + 2) for header in headers]

    def line(name: str, values: Sequence[str]) -> str:
        return name.ljust(8) + "".join(value.rjust(width) for value, width in zip(values, widths, strict=True))

    def shown(values: Sequence[float]) -> list[str]:
        return [f"{value:,.{places}f}" for value, places in zip(values, digits, strict=True)]

    print(line("run", headers))
    for number, run in enumerate(runs, start=1):
        print(line(str(number), shown(run)))
    columns = list(zip(*runs, strict=True))
    print(line("median", shown([statistics.median(column) for column in columns])))
    print(line("lowest", shown([min(column) for column in columns])))
    print(line("highest", shown([max(column) for column in columns])))
