"""The tally: every row in exactly one of five parts, and the parts add up. One bar and one sum, on every screen."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from imports.models import ImportJob

BAR = 1000
"""Units of the bar's whole width; live.js knows the number too."""

_GAP, _SLIVER = 2, 3  # units between parts; the least that is still seen


@dataclass(frozen=True, slots=True)
class Part:
    """One outcome and how many rows have it."""

    name: str  # of the colour, the outcome and the rows' address: "created"
    label: str
    count: int
    x: int  # where its part of the bar starts, and how wide it is
    width: int
    url: str  # of its rows; "" for no link


@dataclass(frozen=True, slots=True)
class Tally:
    """What the rows became. `whole` is the bar's full width, `total` the sum of the parts."""

    label: str
    total: int
    whole: int
    parts: tuple[Part, ...]


def of_job(job: ImportJob, *, rows_url: str = "") -> Tally:
    """Return a job's tally. rows_url answers ?outcome= with the rows behind a number."""
    counts = [
        ("created", "Created", job.created_count),
        ("updated", "Updated", job.updated_count),
        ("unchanged", "Unchanged", job.unchanged_count),
        ("skipped", "Skipped", job.skipped_count),
        ("failed", "Failed", job.error_count),
    ]
    label = "Rows" if job.status == ImportJob.Status.COMPLETED else "Done"
    # While it runs every number is a link: what is 0 now may be more in a second.
    linked = {name for name, _, count in counts if rows_url and (count or job.is_open)}
    return tally(label, counts, whole=job.total_rows, urls={name: f"{rows_url}?outcome={name}" for name in linked})


def tally(
    label: str, counts: Iterable[tuple[str, str, int]], *, whole: int, urls: Mapping[str, str] | None = None
) -> Tally:
    """Return the tally of (name, label, count), drawn on a bar that stands for `whole` rows."""
    parts, before = [], 0
    for name, words, count in counts:
        x, width = span(before, count, whole)
        parts.append(Part(name, words, count, x, width, (urls or {}).get(name, "")))
        before += count
    return Tally(label, before, whole, tuple(parts))


def span(before: int, count: int, whole: int) -> tuple[int, int]:
    """Return start and width of a part on the bar. live.js draws the same: change the two together."""
    if not count or not whole:
        return 0, 0
    left, right = round(BAR * before / whole), round(BAR * (before + count) / whole)
    return min(left, BAR - _SLIVER), max(_SLIVER, right - left - (_GAP if right < BAR else 0))
