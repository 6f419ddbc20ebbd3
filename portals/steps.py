"""The steps of an import. The server owns the step; each has its address."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from imports.models import ImportJob

STEPS = {"source": "Source", "map": "Map", "review": "Review", "import": "Import", "result": "Result"}
OF_PEOPLE = ("map", "review")
"""What a person looks at before an import starts. Contacts as JSON name their fields themselves, and skip it."""


class Step(NamedTuple):
    """One step as the stepper shows it."""

    label: str
    is_done: bool
    is_current: bool
    url: str  # of a done step that can be gone back to; "" for none


def steps(current: str, urls: Mapping[str, str] | None = None, *, is_looked_at: bool = True) -> list[Step]:
    """Return the steps, `current` as the open one. `urls`: of done steps that one can go back to.

    `is_looked_at`: whether somebody maps and reviews before the import starts.
    """
    names = [name for name in STEPS if is_looked_at or name not in OF_PEOPLE]
    position = names.index(current)
    return [
        Step(
            STEPS[name], number < position, number == position, (urls or {}).get(name, "") if number < position else ""
        )
        for number, name in enumerate(names)
    ]


def is_looked_at(job: ImportJob) -> bool:
    """Tell whether an import had somebody map and review it: JSON has not, nor a recurring import that just ran."""
    return job.source_type != ImportJob.SourceType.JSON and (job.schedule_id is None or job.held is not None)
