"""Several things at the same moment, each in a thread with a connection of its own."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

from django.db import connection


def run_at_once(*functions: Callable[[], Any]) -> list[Any]:
    """Call all of them together and return, in their order, what each returned or raised."""
    together = Barrier(len(functions))

    def run(function: Callable[[], Any]) -> Any:
        try:
            together.wait(30)
            return function()
        except Exception as error:  # the caller's to look at
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(functions)) as threads:
        return list(threads.map(run, functions))
