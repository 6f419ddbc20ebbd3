"""The mapping page's sheet: every column of a job, what it becomes, and what is still missing.

What was chosen so far is kept on the pending job (services.keep_draft), so that Back, reload and another browser show
the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from contacts.fields import ATTRIBUTES, CORE, CUSTOM_PREFIX, FULL_NAME, IRISX_ID, Field, FieldType, custom_field
from imports.engine.schema import FieldMapping, MappedColumn
from imports.models import ImportJob
from imports.options import MATCH_FIELDS
from portals import wording

NEW_FIELD = "new"
"""The choice that asks for a new custom field."""

COLUMNS_PER_PAGE = 100
"""A file may have 16,384 columns; a page of so many selects would not open."""

DATE_ORDERS = {"": "Order as found", "dmy": "Day first", "mdy": "Month first", "ymd": "Year first"}


class ChoiceGroup(NamedTuple):
    """An <optgroup> of fields."""

    label: str
    choices: list[tuple[str, str]]  # field key, label


class Problem(NamedTuple):
    """What keeps the mapping from going on, and the control that mends it."""

    message: str
    anchor: str


@dataclass(frozen=True, slots=True)
class Line:
    """One column of the source, as the table shows it."""

    index: int  # its place in the source, from 0; controls are named by it
    header: str
    samples: list[str]
    target: MappedColumn
    suggested: str | None
    confidence: int
    reason: str
    field: Field | None
    is_doubled: bool  # another column has the same field

    @property
    def is_chosen(self) -> bool:
        """Whether a person decided otherwise than was suggested."""
        return self.target.field != self.suggested

    @property
    def wants_attention(self) -> bool:
        return self.is_doubled or (not self.is_chosen and wording.CHECK <= self.confidence < wording.LIKELY)

    @property
    def is_date(self) -> bool:
        return self.field is not None and self.field.type is FieldType.DATE

    @property
    def is_phone(self) -> bool:
        return self.field is not None and self.field.type is FieldType.PHONE


@dataclass(slots=True)
class MappingSheet:
    """The columns of one job under a field mapping that is still being made."""

    job: ImportJob
    fields: Mapping[str, Field]
    mapping: FieldMapping = field(init=False)
    # What a choice did to another column; said in the status region.
    notice: str = ""
    # The column for which a new custom field is wanted.
    wants_new_field: int | None = None
    sort: str = "attention"
    page: int = 1
    shows_originals: bool = True

    def __post_init__(self) -> None:
        # What is kept may be of the file as it was read before: columns that are not there now are left out.
        kept = {column.header: column for column in self.job.mapping.columns}
        self._set(kept.get(column.header, column) for column in self.job.suggested_mapping.columns)

    def _set(self, columns: Iterable[MappedColumn]) -> None:
        self.mapping = FieldMapping(tuple(columns))

    # What a form says -----------------------------------------------------------------------------------------------

    def take(self, posted: Mapping[str, Any], *, changed: str = "") -> None:
        """Take over what a form says of the columns on its page; `changed` names the select that sent it, if one did.

        A field that another column has already is taken from it: that column gets what the changed one had before.
        """
        columns = list(self.mapping.columns)
        for index, column in enumerate(columns):
            target = posted.get(f"column-{index}")
            if target == NEW_FIELD:
                self.wants_new_field = index
            elif target is not None and (target == "" or target in self.known_fields):
                columns[index] = MappedColumn(
                    column.header,
                    target or None,
                    date_order=_one_of(DATE_ORDERS, posted.get(f"order-{index}")),
                    country=posted.get(f"country-{index}") or None,
                )
        if changed.startswith("column-") and changed.removeprefix("column-").isdecimal():
            self._exchange(columns, int(changed.removeprefix("column-")))
        self._set(columns)

    def give(self, index: int, key: str) -> None:
        """Give a column a field, as if it had been chosen."""
        columns = list(self.mapping.columns)
        columns[index] = MappedColumn(columns[index].header, key)
        self._exchange(columns, index)
        self._set(columns)

    def _exchange(self, columns: list[MappedColumn], changed: int) -> None:
        if not 0 <= changed < len(columns) or not columns[changed].field:
            return
        before = self.mapping.columns[changed].field
        for index, column in enumerate(columns):
            if index != changed and column.field == columns[changed].field:
                columns[index] = replace(column, field=before, date_order=None, country=None)
                what = f"“{self.label(before)}”" if before else "not imported"
                taken = f"“{self.label(column.field)}” comes from “{columns[changed].header}”"
                self.notice = f"“{column.header}” is now {what}: {taken}."

    # What a page shows ----------------------------------------------------------------------------------------------

    @property
    def known_fields(self) -> dict[str, Field]:
        """Every field there is to choose; also custom fields that the mapping names and that the start will make."""
        named = {
            column.field: custom_field(column.field.removeprefix(CUSTOM_PREFIX), column.header)
            for column in self.mapping.columns
            if column.field and column.field.startswith(CUSTOM_PREFIX)
        }
        return {**named, **self.fields}

    def label(self, key: str | None) -> str:
        """Return a field's name for people."""
        known = self.known_fields.get(key or "")
        return known.label if known else (key or "Do not import")

    @property
    def groups(self) -> list[ChoiceGroup]:
        """What a column can become, grouped."""
        own = [field for key, field in self.known_fields.items() if key.startswith(CUSTOM_PREFIX)]
        name, rest = CORE[:2], CORE[2:]
        groups = {"Contact": (*name, FULL_NAME, *rest), "Details": ATTRIBUTES, "Your fields": own, "Other": (IRISX_ID,)}
        return [ChoiceGroup(label, [(one.key, one.label) for one in many]) for label, many in groups.items() if many]

    def _lines(self) -> Iterator[Line]:
        known, given = self.known_fields, [column.field for column in self.mapping.columns if column.field]
        doubled = {key for key in given if given.count(key) > 1} if len(set(given)) < len(given) else set()
        for index, (column, target) in enumerate(zip(self.job.columns, self.mapping.columns, strict=True)):
            yield Line(
                index=index,
                header=column["header"],
                samples=column["samples"],
                target=target,
                suggested=column["field"],
                confidence=column["confidence"],
                reason=column["reason"],
                field=known.get(target.field or ""),
                is_doubled=target.field in doubled,
            )

    @property
    def lines(self) -> list[Line]:
        """The columns of this page in the order that was asked for.

        The order follows what was suggested, not what is chosen: a row stays where it is while somebody works on it.
        """
        lines = list(self._lines())
        if self.sort == "attention":
            lines.sort(key=lambda line: (not wording.CHECK <= line.confidence < wording.LIKELY, line.confidence))
        start = (self.page - 1) * COLUMNS_PER_PAGE
        return lines[start : start + COLUMNS_PER_PAGE]

    @property
    def pages(self) -> range:
        return range(1, -(-len(self.job.columns) // COLUMNS_PER_PAGE) + 1)

    @property
    def summary(self) -> str:
        """A sentence on what was suggested: how much of it is sure, what wants a look."""
        confidences = [column["confidence"] for column in self.job.columns]
        sure = sum(1 for confidence in confidences if confidence >= wording.LIKELY)
        unsure = sum(1 for confidence in confidences if wording.CHECK <= confidence < wording.LIKELY)
        matched = f"We matched {sure:,} of {wording.counted(len(confidences), 'column')}"
        return f"{matched} and are unsure about {unsure:,}: check the marked ones first." if unsure else f"{matched}."

    @property
    def has_contact_column(self) -> bool:
        return bool(self.mapping.targets & set(MATCH_FIELDS))

    @property
    def imported_count(self) -> int:
        return sum(1 for column in self.mapping.columns if column.field)

    @property
    def left_out_count(self) -> int:
        return len(self.mapping.columns) - self.imported_count

    @property
    def check_count(self) -> int:
        return sum(1 for line in self._lines() if line.wants_attention)

    @property
    def problems(self) -> list[Problem]:
        """What has to be mended before the import can be reviewed; in the order of the page."""
        problems = []
        lines = list(self._lines())
        if not self.has_contact_column:
            anchor = self.lines[0].index if self.lines else 0
            problems.append(Problem("Match a column to e-mail or phone", f"column-{anchor}"))
        for line in lines:
            if line.is_doubled:
                words = f"“{self.label(line.target.field)}” is chosen twice; choose another field for “{line.header}”"
                problems.append(Problem(words, f"column-{line.index}"))
        if self.wants_new_field is not None:
            header = lines[self.wants_new_field].header
            problems.append(Problem(f"Add the new field for “{header}” first", f"column-{self.wants_new_field}"))
        return problems


def _one_of(allowed: Mapping[str, str], given: str | None) -> str | None:
    return given if given and given in allowed else None
