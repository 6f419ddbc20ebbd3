"""The five steps of every import. The server owns the step; each has its address."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

STEPS = {"source": "Source", "map": "Map", "review": "Review", "import": "Import", "result": "Result"}


class Step(NamedTuple):
    """One step as the stepper shows it."""

    label: str
    is_done: bool
    is_current: bool
    url: str  # of a done step that can be gone back to; "" for none


def steps(current: str, urls: Mapping[str, str] | None = None) -> list[Step]:
    """Return the five steps, `current` as the open one. `urls`: of done steps that one can go back to."""
    position = list(STEPS).index(current)
    return [
        Step(label, number < position, number == position, (urls or {}).get(name, "") if number < position else "")
        for number, (name, label) in enumerate(STEPS.items())
    ]
