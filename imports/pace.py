"""How many rows a runner takes at once."""

from __future__ import annotations

import math
from dataclasses import dataclass

from django.conf import settings

from imports.corrections.models import CorrectionRun
from imports.engine.schema import DuplicateStrategy
from imports.holding import Held

CAREFUL_FACTOR = 64
"""How much smaller chunks get after a runner died: 5,000 rows, then 79, then 2, then 1."""

CHUNK_CELLS_MAX = 200_000
"""Bounds what a runner has in memory: 5,000 rows of up to 40 columns, fewer rows of a wider source. Where cells are
long, imports.sources.CHUNK_BYTES_MAX ends a chunk before that."""


@dataclass(slots=True)
class Pace:
    """Decides where chunks end: 100 rows, 200, 400, … 5,000, of an update 8,000; few where a runner died before."""

    careful_rows: int = 0
    careful_until: int = 0
    columns: int = 1  # of the source
    is_update: bool = False

    @classmethod
    def of_job(cls, job: Held) -> Pace:
        source = job.import_job if isinstance(job, CorrectionRun) else job
        is_update = source.duplicate_strategy == DuplicateStrategy.UPDATE
        return cls(job.careful_rows, job.careful_until, max(1, len(source.columns)), is_update)

    def hi(self, lo: int, total_rows: int) -> int:
        """Return the end of the chunk that begins at row `lo`."""
        if self.is_careful(lo):
            return min(lo + self.careful_rows, self.careful_until, total_rows)
        most = settings.UPDATE_CHUNK_ROWS_MAX if self.is_update else settings.CHUNK_ROWS_MAX
        rows = max(settings.CHUNK_ROWS_MIN, min(lo + settings.CHUNK_ROWS_MIN, most))
        return min(lo + min(rows, max(1, CHUNK_CELLS_MAX // self.columns)), total_rows)

    def is_careful(self, lo: int) -> bool:
        return self.careful_rows > 0 and lo < self.careful_until

    def takes_alone(self, lo: int, total_rows: int) -> bool:
        """Tell whether row `lo` is a chunk of its own, because a runner died of it or of others beside it."""
        return self.is_careful(lo) and self.hi(lo, total_rows) == lo + 1

    def take_care(self, lo: int, hi: int) -> None:
        """Go on in smaller chunks from `lo` to `hi`, between which something went wrong."""
        self.careful_rows = max(1, math.ceil((hi - lo) / CAREFUL_FACTOR))
        self.careful_until = max(hi, self.careful_until)
