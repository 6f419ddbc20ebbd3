"""Charts: axes that end at round numbers, shapes inside their box, and labels at equal distances."""

from __future__ import annotations

import pytest

from portals.charts import Bar, Rank, axis_top, bar_chart, line_chart, ranks


@pytest.mark.parametrize(
    ("greatest", "expected"),
    [
        (0, 4),
        (1, 4),
        (4, 4),
        (5, 8),
        (9, 10),
        (42, 80),
        (90, 100),
        (6_900, 8_000),
        (8_001, 10_000),
        (1_000_000, 1_000_000),
    ],
)
def test_axis_top(greatest, expected):
    assert axis_top(greatest) == expected


def test_a_line_goes_through_its_values():
    chart = line_chart([0, 4_000, 8_000], ["Mon", "Tue", "Wed"], description="Rows per day rise.")

    assert chart.trace == "0,180 300,90 600,0"
    assert chart.area == "0,180 0,180 300,90 600,0 600,180"
    assert chart.axis.labels == ("8,000", "6,000", "4,000", "2,000", "0")
    assert chart.axis.lines == (0, 45, 90, 135, 180)
    assert chart.x_labels == ("Mon", "Tue", "Wed")


def test_of_many_labels_those_at_equal_distances_are_told():
    labels = [str(day) for day in range(1, 29)]
    assert line_chart([0] * 28, labels, description="").x_labels == ("1", "10", "19", "28")
    labels = [str(day) for day in range(1, 31)]
    assert line_chart([0] * 30, labels, description="").x_labels == ("1", "30")  # 29 steps have no equal parts


def test_a_line_of_nothing_and_of_one_value_is_drawn():
    assert line_chart([], [], description="").trace == ""
    assert line_chart([2], ["Mon"], description="").trace == "0,90"


def test_bars_stand_in_the_middle_of_their_places():
    chart = bar_chart([40, 80], ["0–2 s", "longer"], description="")

    assert chart.bars == (Bar(42, 90, 216, 90), Bar(342, 0, 216, 180))
    assert chart.axis.labels == ("80", "40", "0")


def test_ranks_are_measured_by_the_greatest():
    assert ranks([("CSV", 21, "21"), ("JSON", 7, "7")]) == [
        Rank("CSV", "21", 100),
        Rank("JSON", "7", 33.3),
    ]
    assert ranks([("CSV", 0, "0")]) == [Rank("CSV", "0", 0)]
