"""What the measurements share: a system of their own, the machine, and the table that they print."""

from __future__ import annotations

import os
import platform
import shutil
import statistics
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


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
