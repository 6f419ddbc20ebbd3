"""What the page says on which failed rows are mended: the causes, and one cause's rows with their wrong cells."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple
from urllib.parse import urlencode
from uuid import UUID

from imports.corrections import drafts
from imports.corrections.drafts import ROWS_PER_PAGE, Change, Group, GroupCounts, Line
from imports.corrections.mending import header_by_field, headers_of, wrong_headers
from imports.corrections.models import CorrectionEdit
from imports.models import ImportJob
from imports.results import ErrorGroup
from portals import result_page
from portals.wording import counted

SHOWN_COLUMNS = 7
"""So many columns stand beside those to be mended, to tell which row it is: names first, as the mapping has them."""

WRONG_COLUMNS = 8
"""Of a row that could not be loaded any cell may be to blame; a form takes so many fields and no more."""

_NAMES = ("full_name", "first_name", "last_name", "email", "phone", "company")


class Cell(NamedTuple):
    """One cell of a row."""

    header: str
    name: str  # of its input; "" if it is not to be mended
    text: str
    original: str
    is_changed: bool


class Cause(NamedTuple):
    """A group of rows that have the same wrong with them, as a link."""

    title: str
    rows: int
    examples: tuple[tuple[int, str], ...]
    query: str
    is_open: bool


class Edit(NamedTuple):
    """How an edit of many rows stands."""

    pk: UUID
    words: str
    consequence: str
    is_at_work: bool
    done_rows: int
    total_rows: int


@dataclass(frozen=True, slots=True)
class MendingRow:
    """One row of the table."""

    job_id: UUID
    line: Line
    cells: tuple[Cell, ...]

    @property
    def what_was(self) -> str:
        """What stood in the file, of a row that is mended."""
        return ", ".join(cell.original or "(blank)" for cell in self.cells if cell.is_changed)


@dataclass(frozen=True, slots=True)
class MendingPage:
    """One cause, and a page of its rows."""

    title: str
    group: Group
    counts: GroupCounts
    headers: tuple[str, ...]  # of the table's columns; the first `wrong_columns` are to be mended
    wrong_columns: int
    rows: tuple[MendingRow, ...]
    number: int
    shows_skipped: bool

    @property
    def query(self) -> str:
        """The address's part after "?", without the page."""
        return query_of(self.group, skipped=self.shows_skipped)

    @property
    def group_query(self) -> str:
        return query_of(self.group)

    @property
    def skipped_query(self) -> str:
        return query_of(self.group, skipped=True)

    @property
    def total(self) -> int:
        return self.counts.skipped if self.shows_skipped else self.counts.rows - self.counts.skipped

    @property
    def first(self) -> int:
        return (self.number - 1) * ROWS_PER_PAGE + 1

    @property
    def last(self) -> int:
        return self.first + len(self.rows) - 1

    @property
    def import_words(self) -> str:
        return import_words(self.counts.mended_of_all)

    @property
    def progress(self) -> str:
        """How far the cause is: "58 rows, 1 mended, 2 skipped"."""
        return progress_of(self.counts)


def progress_of(counts: GroupCounts) -> str:
    parts = [counted(counts.rows, "row"), f"{counts.mended:,} mended" if counts.mended else ""]
    return ", ".join([*filter(None, parts), *([f"{counts.skipped:,} skipped"] if counts.skipped else [])])


def edit_of(edit: CorrectionEdit) -> Edit:
    is_skip = edit.kind == CorrectionEdit.Kind.SKIP
    if edit.is_at_work:
        words = f"{counted(edit.total_rows, 'row')} are being {'skipped' if is_skip else 'changed'}"
        consequence = "It goes on when you leave this page."
    else:
        words = change_in_words(edit.kind, edit.changed_rows, edit.mended_rows)
        consequence = "They stay failed until you bring them back."
        if not is_skip:
            consequence = "They come in when you import them." if edit.mended_rows else ""
    return Edit(edit.pk, words, consequence, edit.is_at_work, edit.done_rows, edit.total_rows)


def change_in_words(kind: str, rows: int, mended: int) -> str:
    """Return what became of the rows that a change was about: "14 rows changed, 12 of them mended."."""
    if not rows:
        return "Nothing was changed."
    if kind == CorrectionEdit.Kind.SKIP:
        return f"{counted(rows, 'row')} skipped."
    left = "" if mended == rows else f", {mended:,} of them mended" if mended else ", none of them mended yet"
    return f"{counted(rows, 'row')} changed{left}."


def import_words(mended_rows: int) -> str:
    """Return what the button says that imports what is mended."""
    return f"Import {counted(mended_rows, 'mended row')}" if mended_rows else "Import mended rows"


def query_of(group: Group, *, skipped: bool = False, page: int = 1) -> str:
    """Return the part of a cause's address after "?"."""
    more = {"skipped": "1"} if skipped else {}
    return urlencode({"problem": group.type, "field": group.field, **more, **({"page": page} if page > 1 else {})})


def causes(groups: Iterable[ErrorGroup], open_group: Group) -> list[Cause]:
    """Return the groups as causes, in their order."""
    return [
        Cause(
            result_page.title_of(group.type, group.field),
            group.count,
            group.examples,
            query_of(Group(group.type, group.field)),
            (group.type, group.field) == open_group,
        )
        for group in groups
    ]


def page_of(job: ImportJob, group: Group, *, number: int, skipped: bool, find: Change | None) -> MendingPage:
    """Return one page of a cause's rows, and how many of them `find` is about. Two queries or three."""
    wrong = own_headers(job, group)
    counts = drafts.counts(job, group, change=find, common_in="" if skipped or not wrong else wrong[0])
    lines = drafts.page(job, group, number=number, skipped=skipped)
    headers = (*wrong, *others(job, wrong))
    return MendingPage(
        title=result_page.title_of(group.type, group.field),
        group=group,
        counts=counts,
        headers=headers,
        wrong_columns=len(wrong),
        rows=tuple(row_of(job, line, headers) for line in lines),
        number=number,
        shows_skipped=skipped,
    )


def own_headers(job: ImportJob, group: Group) -> tuple[str, ...]:
    """Return the columns that are to be mended in a group."""
    return tuple(wrong_headers(header_by_field(job), group.field, group.type))[:WRONG_COLUMNS]


def others(job: ImportJob, wrong: tuple[str, ...]) -> tuple[str, ...]:
    """Return the columns that stand beside: those that name people, then the other ones that come in."""
    mapped = header_by_field(job)
    order = [mapped[key] for key in _NAMES if key in mapped] + [*mapped.values()]
    return tuple(header for header in dict.fromkeys(order) if header not in wrong)[:SHOWN_COLUMNS]


def row_of(job: ImportJob, line: Line, headers: tuple[str, ...]) -> MendingRow:
    """Return a row of the table. Inputs are named after their row and the place of their column in the file."""
    places = {header: place for place, header in enumerate(headers_of(job))}
    return MendingRow(job.pk, line, tuple(_cells(line, headers, places)))


def _cells(line: Line, headers: tuple[str, ...], places: Mapping[str, int]) -> Iterator[Cell]:
    # What was wrong, and what else is since.
    for header in headers:
        is_wrong = header in line.wrong and bool(line.original)
        yield Cell(
            header,
            f"cell-{line.row_index}-{places[header]}" if is_wrong else "",
            line.values.get(header, ""),
            line.original.get(header, ""),
            header in line.changed,
        )
