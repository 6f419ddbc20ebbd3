"""Records in COPY's text format; what PostgreSQL makes of it is tested with the runner."""

from __future__ import annotations

import tracemalloc

import pytest

from imports.engine.errors import CellIssue
from imports.engine.loader import LogLine, log_text, staged_text
from imports.engine.schema import Record

ID = bytes(15) + b"\7"


def staged(company="", **attributes):
    record = Record(3, 5, "Ana", "", "ana@example.com", "", company, "", attributes, None, ())
    return staged_text([record], [ID]).decode()


def test_a_record_is_a_line_of_values_with_tabs_between():
    assert staged("Rook", city="Ulm") == f'3\t{ID.hex()}\tAna\t\tana@example.com\t\tRook\t\t{{"city":"Ulm"}}\n'


def test_tabs_line_ends_and_backslashes_do_not_end_a_value():
    assert staged("a\tb\nc\rd\\N") == f"3\t{ID.hex()}\tAna\t\tana@example.com\t\ta\\tb\\nc\\rd\\\\N\t\t{{}}\n"


def test_no_records_are_no_text():
    assert staged_text([], []) == b""


@pytest.mark.parametrize("long", ["x" * 5_000, "\\" * 2_500, "я" * 2_500])
def test_lines_of_the_error_log_take_little_more_memory_than_their_text(long):
    issue = CellIssue("invalid_email", "email", "Enter an address.")
    lines = [LogLine(ID, n, n, "error", issue, {"Notes": long}) for n in range(5_000)]
    tracemalloc.start()

    text = log_text(lines)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert text.count(b"\n") == len(lines)
    assert peak < 3 * len(text)
