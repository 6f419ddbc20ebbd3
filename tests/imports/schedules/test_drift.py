"""What holds a run back: columns, rows and key columns that are not as they were at the last good run."""

from __future__ import annotations

import pytest

from imports.engine.schema import FieldMapping
from imports.schedules.drift import Baseline, Change, Hold, Kind, changes_of, mapping_for

MAPPING = FieldMapping.from_json({"E-Mail": "email", "Phone": {"field": "phone", "country": "DE"}, "Notes": None})
AGREED = Baseline(("E-Mail", "Phone", "Notes"), 100, {"E-Mail": 90, "Phone": 40})


def found(headers=("E-Mail", "Phone", "Notes"), total_rows=100, filled=None) -> Baseline:
    return Baseline(tuple(headers), total_rows, filled or {"E-Mail": 90, "Phone": 40})


@pytest.mark.parametrize(
    "now",
    [
        found(),
        found(["Notes", "Phone", "E-Mail"]),  # in another order
        found(["e mail", "PHONE", "Notes"], filled={"e mail": 90, "PHONE": 40}),  # but for case and signs
        found(["E-Mail", "Phone", "Notes", "Region"]),  # one more
        found(total_rows=50, filled={"E-Mail": 45, "Phone": 20}),
        found(total_rows=100_000, filled={"E-Mail": 90_000, "Phone": 40_000}),
        found(filled={"E-Mail": 30, "Phone": 4}),
    ],
)
def test_what_changes_nothing_of_the_import_holds_nothing_back(now):
    assert changes_of(AGREED, now, MAPPING, {"Region": "state"}) == []


@pytest.mark.parametrize(
    ("now", "suggested", "expected"),
    [
        (found(["E-Mail", "Notes"]), {}, [Change(Kind.COLUMN_GONE, header="Phone", field="phone")]),
        (found(["E-Mail", "Phone"]), {}, [Change(Kind.COLUMN_GONE, header="Notes")]),
        (
            found(["E-Mail", "Mobile", "Notes"]),
            {"Mobile": "phone"},
            [Change(Kind.COLUMN_RENAMED, header="Phone", header_now="Mobile", field="phone")],
        ),
        (
            found(["E-Mail", "Region", "Notes"]),
            {"Region": "state"},
            [
                Change(Kind.COLUMN_GONE, header="Phone", field="phone"),
                Change(Kind.COLUMN_ADDED, header_now="Region", field="state"),
            ],
        ),
        (found(total_rows=49), {}, [Change(Kind.ROWS_FELL, before=100, now=49)]),
        (
            found(filled={"E-Mail": 90, "Phone": 0}),
            {},
            [Change(Kind.KEY_TURNED_BLANK, header="Phone", field="phone", before=40, now=0)],
        ),
        (
            found(filled={"E-Mail": 8, "Phone": 40}),
            {},
            [Change(Kind.KEY_TURNED_BLANK, header="E-Mail", field="email", before=90, now=8)],
        ),
        (
            found(["E-Mail", "Phone"], total_rows=10, filled={"E-Mail": 9, "Phone": 4}),
            {},
            [Change(Kind.COLUMN_GONE, header="Notes"), Change(Kind.ROWS_FELL, before=100, now=10)],
        ),
    ],
)
def test_what_holds_a_run_back_is_told(now, suggested, expected):
    assert changes_of(AGREED, now, MAPPING, suggested) == expected


def test_of_two_columns_with_one_name_the_one_that_is_gone_is_missed():
    agreed = Baseline(("Email", "E-mail"), 10, {})

    assert [change.kind for change in changes_of(agreed, Baseline(("Email",), 10, {}), MAPPING, {})] == ["column_gone"]


def test_before_anything_was_read_the_columns_of_the_mapping_have_to_be_there():
    agreed = Baseline.of_mapping(MAPPING)

    assert changes_of(agreed, found(["E-Mail", "Phone"], total_rows=1), MAPPING, {}) == []
    assert [change.header for change in changes_of(agreed, found(["E-Mail"]), MAPPING, {})] == ["Phone"]


def test_a_renamed_column_feeds_what_it_fed_and_a_new_one_nothing():
    changes = [Change(Kind.COLUMN_RENAMED, header="Phone", header_now="Mobile", field="phone")]

    assert mapping_for(["Mobile", "Region", "e-mail"], MAPPING, changes).as_json() == {
        "Mobile": {"field": "phone", "country": "DE"},
        "Region": None,
        "e-mail": "email",
    }


def test_a_reason_counts_and_names_nothing_of_the_source():
    hold = Hold(
        (
            Change(Kind.COLUMN_GONE, header="maya@example.com"),
            Change(Kind.COLUMN_GONE, header="Phone"),
            Change(Kind.ROWS_FELL, before=100, now=3),
            Change(Kind.COLUMN_ADDED, header_now="Region"),
        ),
        found(),
    )

    assert hold.reason == "2 columns are gone, a column is new and more than half of the rows are gone."
    assert Hold.from_json(hold.as_json()) == hold
