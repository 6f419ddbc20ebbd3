"""Of several sheets, which one holds people."""

from __future__ import annotations

from collections.abc import Sequence

from imports.engine.readers.header import find_header
from imports.engine.readers.kinds import kind_of
from imports.engine.readers.source import SourceWarning

# Rows by which a sheet is judged.
SAMPLE_ROWS = 100


def people_score(sample: Sequence[Sequence[str]]) -> float:
    """Return how much the first rows of a sheet look like people; below 0 if there are none."""
    rows = [row for row in sample if any(cell.strip() for cell in row)]
    if not rows:
        return -1.0
    if len(rows) == 1:
        return 0.0
    header = find_header(rows, 1)
    kinds = [[kind_of(cell) for cell in row] for row in rows[header.first_row :]]
    people = sum(1 for row in kinds if "email" in row) + 0.5 * sum(1 for row in kinds if "phone" in row)
    width = max(sum(1 for cell in row if cell.strip()) for row in rows)
    # Addresses and phone numbers decide; where no sheet has any, the larger table does.
    return people * 1_000 + min(width, 50) * 10 + min(len(rows), 50)


def several_sheets(filled: Sequence[str], read: str) -> SourceWarning:
    """Return the warning that of several sheets with data one was read."""
    message = (
        f"The workbook has {len(filled)} sheets with data ({', '.join(filled)}). “{read}” was read, since it "
        "looks most like a table of people. If it is another, choose that sheet."
    )
    return SourceWarning("several_sheets", message, None, needs_review=True)
