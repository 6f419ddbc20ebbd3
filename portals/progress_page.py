"""What the progress page says of an import at each status, and what it lets people ask."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from django.conf import settings

from imports import control
from imports.models import ImportJob, ImportRequest
from portals import wording
from portals.wording import counted

Status = ImportJob.Status
What = ImportRequest.What


class Head(NamedTuple):
    """The head of the page."""

    heading: str
    explanation: str
    can_pause: bool
    can_resume: bool
    can_cancel: bool


def head_of(job: ImportJob) -> Head:
    """Return the head of an open import's page. One query."""
    asked = control.asked_of(job)
    name = str(job)
    if asked == What.CANCEL:
        explanation = "It is cancelled as soon as the rows that are being written are done."
        return Head(f"Cancelling {name}", explanation, False, False, False)
    if asked == What.PAUSE:
        explanation = "It rests as soon as the rows that are being written are done."
        return Head(f"Pausing {name}", explanation, False, True, True)
    if job.status == Status.PAUSED:
        return Head(f"{name} is paused", f"{_stands(job)} Nothing is written until you resume it.", False, True, True)
    if job.status == Status.QUEUED:
        places = settings.RUNNING_IMPORTS_PER_TENANT
        explanation = f"{places} imports run at once. It starts by itself when its turn comes; you can leave this page."
        return Head(f"{name} is in line", explanation, True, False, True)
    return Head(
        f"Importing {name}",
        "You can leave this page. The import goes on, and the result waits here.",
        True,
        False,
        True,
    )


def _stands(job: ImportJob) -> str:
    if not job.processed_rows:
        return "No row was written yet."
    return f"{counted(job.processed_rows, 'row')} {'is' if job.processed_rows == 1 else 'are'} done and stay."


def outlook_in_words(snapshot: Mapping[str, Any]) -> str:
    """Return "Second in line, about 4 minutes until it is done" or "about 6 seconds left"; "" where nothing is known.

    static/js/live.js says the same as time goes by: change the two together.
    """
    seconds = snapshot["estimated_seconds"]
    about = wording.about(seconds) if seconds else ""
    if snapshot["queue_position"]:
        place = wording.place_in_line(snapshot["queue_position"])
        return f"{place}, {about} until it is done" if about else place
    return f"{about} left" if about else ""
