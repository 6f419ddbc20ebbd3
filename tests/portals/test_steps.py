"""The steps that an import's pages show."""

from __future__ import annotations

import pytest

from portals.steps import is_looked_at, steps
from tests.factories import make_job, make_schedule


def labels(**options) -> list[str]:
    return [step.label for step in steps("result", **options)]


def test_what_nobody_looked_at_first_has_no_steps_for_it():
    assert labels() == ["Source", "Map", "Review", "Import", "Result"]
    assert labels(is_looked_at=False) == ["Source", "Import", "Result"]


@pytest.mark.parametrize(
    ("values", "expected"), [({}, True), ({"source_type": "pasted"}, True), ({"source_type": "json"}, False)]
)
def test_contacts_as_json_start_at_once(acme, values, expected):
    assert is_looked_at(make_job(acme, **values)) is expected


def test_of_recurring_imports_only_a_held_one_is_looked_at(acme):
    schedule = make_schedule(acme)

    assert not is_looked_at(make_job(acme, schedule=schedule))
    assert is_looked_at(make_job(acme, schedule=schedule, held={"changes": [], "found": {}}))
