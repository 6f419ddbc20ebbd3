"""The tally's bar: parts that can be seen, side by side, inside the bar."""

from __future__ import annotations

import pytest

from portals.tally import span, tally


@pytest.mark.parametrize(
    ("before", "count", "whole", "expected"),
    [
        (0, 0, 0, (0, 0)),
        (0, 0, 10, (0, 0)),
        (0, 10, 10, (0, 1000)),
        (0, 5, 10, (0, 498)),  # a gap before what follows
        (5, 5, 10, (500, 500)),
        (0, 1, 1_000_000, (0, 3)),  # a sliver is still seen
        (999_999, 1, 1_000_000, (997, 3)),
    ],
)
def test_span(before, count, whole, expected):
    assert span(before, count, whole) == expected


def test_the_total_is_the_sum_of_the_parts():
    found = tally("Rows", [("created", "Created", 7), ("failed", "Failed", 3)], whole=20)

    assert found.total == 10
    assert [part.x + part.width <= 1000 for part in found.parts] == [True, True]
