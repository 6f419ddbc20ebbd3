"""Words and signs for things that several pages show, each said in one place."""

from __future__ import annotations

from typing import NamedTuple

from imports.engine.schema import DuplicateStrategy
from imports.models import ImportJob

Status = ImportJob.Status


class Badge(NamedTuple):
    """A status: words, an icon, and the tint's class ("" is neutral)."""

    words: str
    icon: str
    tint: str = ""
    spins: bool = False


class Chip(NamedTuple):
    """How sure a match of column and field is."""

    words: str
    icon: str
    style: str  # suffix of the class "chip-…"


STRATEGIES = {
    DuplicateStrategy.SKIP: "Skip the row and log it",
    DuplicateStrategy.UPDATE: "Update what the file fills in",
    DuplicateStrategy.CREATE_NEW: "Create a second contact",
}
MATCH_FIELDS = {
    "email,phone": "E-mail or phone agree",
    "email": "E-mail agrees",
    "phone": "Phone agrees",
}

_BADGES = {
    Status.PENDING: Badge("Needs mapping", "list-checks", "is-warn"),
    Status.QUEUED: Badge("Queued", "hourglass"),
    Status.PROCESSING: Badge("Processing", "loader-circle", "is-live", spins=True),
    Status.PAUSED: Badge("Paused", "circle-pause"),
    Status.COMPLETED: Badge("Completed", "circle-check", "is-ok"),
    Status.FAILED: Badge("Failed", "circle-x", "is-bad"),
    Status.CANCELLED: Badge("Cancelled", "ban"),
}
HELD = Badge("Held", "pause", "is-warn")
WITH_ERRORS = Badge("Completed with errors", "triangle-alert", "is-warn")

# From so many percent on. What is likely needs no look; what is only to be checked is marked; less is left unmapped.
EXACT, LIKELY, CHECK = 100, 90, 60


def badge(job: ImportJob) -> Badge:
    """Return how a job's status is shown. "Completed" never hides failures."""
    if job.is_held:
        return HELD
    if job.status == Status.COMPLETED and job.error_count:
        return WITH_ERRORS
    return _BADGES[Status(job.status)]


def chip(confidence: int) -> Chip:
    """Return the word for a confidence of 0 to 100."""
    if confidence >= EXACT:
        return Chip("Exact", "check-check", "exact")
    if confidence >= LIKELY:
        return Chip("Likely", "check", "likely")
    if confidence >= CHECK:
        return Chip("Check", "eye", "check")
    return Chip("No match", "circle-dashed", "none")


def counted(number: int, noun: str) -> str:
    """Return "1 row" or "1,234 rows"."""
    plural = noun if number == 1 else f"{noun[:-1]}ies" if noun.endswith(("ty", "ry", "py")) else f"{noun}s"
    return f"{number:,} {plural}"


def size(size_bytes: int) -> str:
    """Return a size as "812 bytes", "14 kB" or "1.4 MB". MB are 1,048,576 bytes, as in the limits."""
    if size_bytes < 1024:
        return counted(size_bytes, "byte")
    if size_bytes < 1024 * 1024:
        return f"{size_bytes / 1024:.0f} kB"
    return f"{size_bytes / 1024 / 1024:.1f}".removesuffix(".0") + " MB"


def duration(seconds: float) -> str:
    """Return a time as "1.1 s", "48 s", "3 min 20 s"."""
    if seconds < 10:
        return f"{seconds:.1f} s"
    if seconds < 60:
        return f"{seconds:.0f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s"


_ORDINALS = ("First", "Second", "Third", "Fourth", "Fifth", "Sixth", "Seventh", "Eighth", "Ninth", "Tenth")


def place_in_line(place: int) -> str:
    """Return "Second in line" or "Number 14 in line". live.js has the same words."""
    return f"{_ORDINALS[place - 1] if place <= len(_ORDINALS) else f'Number {place}'} in line"


def about(seconds: int) -> str:
    """Return an estimate as "about 40 seconds", "about 4 minutes", "about 2 hours". live.js has the same words."""
    for limit, size, unit in ((90, 1, "second"), (90 * 60, 60, "minute")):
        if seconds < limit:
            return f"about {counted(round(seconds / size), unit)}"
    return f"about {counted(round(seconds / 3600), 'hour')}"


def match_words(fields: list[str]) -> str:
    """Return what "the same contact" means for a job's match fields."""
    return MATCH_FIELDS.get(",".join(fields), " or ".join(fields))
