"""Validation: rows and the field mapping become records, or row errors."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import compress, repeat
from typing import Any, NamedTuple
from uuid import UUID

from imports.engine.errors import CellIssue, InvalidValue, RowError
from imports.engine.normalize import cell_reader, normalize_country, normalize_phone, split_full_name
from imports.engine.normalize.text import check_length, clean_line, clean_lines
from imports.engine.schema import Field, FieldMapping, FieldType, Record

_COLUMNS = ("first_name", "last_name", "email", "phone", "company", "title")  # in the order of Record
_FIRST_NAME, _LAST_NAME, _EMAIL, _PHONE = range(4)
_NAME_LENGTH = 200  # of first_name and last_name

_TEXTS = frozenset({FieldType.TEXT, FieldType.NAME})

# These take long to read, and the same cells come again in many rows.
_REMEMBERED = frozenset(
    {FieldType.DATE, FieldType.COUNTRY, FieldType.NUMBER, FieldType.BOOLEAN, FieldType.TAGS, FieldType.URL}
)


class RowPreparer:
    """Makes records of the rows of one source. What can be decided once for all rows is decided in __init__."""

    def __init__(
        self,
        headers: Sequence[str],
        mapping: FieldMapping,
        fields: Mapping[str, Field],
        *,
        default_country: str = "",
        hold_invalid: bool = False,
    ) -> None:
        """`fields` holds each field that the mapping names, by key. `default_country` is alpha-2 or "".

        Columns that the mapping names and the source does not have are left out.
        """
        self._hold_invalid = hold_invalid
        self._default_country = default_country
        self._phone_at: int | None = None
        self._full_name_at: int | None = None
        self._country_at: int | None = None
        self._irisx_id: _Column | None = None
        columns, attributes = [], []
        positions = {header: position for position, header in enumerate(headers)}
        for column in mapping.columns:
            if column.field is None or column.header not in positions:
                continue
            field, position = fields[column.field], positions[column.header]
            if field.type is FieldType.PHONE and field.is_column:
                self._phone_at = position
                self._default_country = (column.country or default_country).upper()
            elif field.type is FieldType.FULL_NAME:
                self._full_name_at = position
            else:
                read = _Column(position, field.key, _reader(field, date_order=column.date_order), _text_limit(field))
                if field.type is FieldType.ID:
                    self._irisx_id = read
                elif field.is_column:
                    columns.append((_COLUMNS.index(field.key), read))
                else:
                    attributes.append((field.attribute, read))
            if field.key == "country":
                self._country_at = position
        self._columns = tuple(columns)
        self._attributes = tuple(attributes)
        self._phone_countries = _Remembered(self._phone_country)
        self._full_names = _Remembered(_split_within_limits)

    def prepare(
        self, lo: int, row_numbers: Sequence[int], rows: Sequence[Sequence[str]]
    ) -> tuple[list[Record], list[RowError]]:
        """Return the records of the rows from row index `lo` on, and why the others have none; both in file order.

        Each row has as many cells as there are headers. A row fails only if neither an e-mail address nor a phone
        number nor an IRISX ID is left in it. Other cells that cannot be read are left out and become warnings; with
        hold_invalid they fail the row.
        """
        # Column by column, since a loop over a column's cells costs a third of one over the cells of each row: this
        # runs for each row of each import. Measure before and after a change (bench/).
        issues = _Issues()
        cells = list(zip(*rows, strict=True))
        blanks = [""] * len(rows)
        columns: list[list[Any]] = [blanks] * len(_COLUMNS)
        for place, column in self._columns:
            columns[place] = column.read_all(cells[column.position], issues)
        attributes = self._read_attributes(cells, len(rows), issues)
        ids: Sequence[UUID | None] = [None] * len(rows)
        if self._irisx_id is not None:
            ids = [value or None for value in self._irisx_id.read_all(cells[self._irisx_id.position], issues)]
        if self._phone_at is not None:
            columns[_PHONE] = self._read_phones(cells, self._phone_at, issues)
        if self._full_name_at is not None:
            self._read_full_names(cells[self._full_name_at], columns, issues)

        warnings: list[tuple[CellIssue, ...]] = [()] * len(rows)
        for place, found in issues.items():
            warnings[place] = tuple(found)
        records: Iterable[Record] = map(
            Record._make,
            zip(range(lo, lo + len(rows)), row_numbers, *columns, attributes, ids, warnings, strict=True),
        )
        errors = self._errors(columns[_EMAIL], columns[_PHONE], ids, issues)
        if errors:
            records = compress(records, [place not in errors for place in range(len(rows))])
        return list(records), [RowError(lo + place, row_numbers[place], errors[place]) for place in sorted(errors)]

    def _errors(
        self, emails: Sequence[str], phones: Sequence[str], ids: Sequence[UUID | None], issues: _Issues
    ) -> dict[int, CellIssue]:
        """Return why rows fail, by their place: nothing is left by which to reach or find anybody, or they are held."""
        errors = {
            place: _no_contact_point(issues.of(place))
            for place, (email, phone) in enumerate(zip(emails, phones, strict=True))
            if not email and not phone and ids[place] is None
        }
        if self._hold_invalid:
            for place, found in issues.items():
                errors.setdefault(place, CellIssue("held_invalid", found[0].field, found[0].message))
        return errors

    def _read_attributes(self, cells: Sequence[Sequence[str]], rows: int, issues: _Issues) -> list[dict[str, Any]]:
        """Return the attributes of each row; a blank one is no key."""
        names = [name for name, _ in self._attributes]
        columns = [column.read_all(cells[column.position], issues) for _, column in self._attributes]
        if not columns:
            return [{} for _ in range(rows)]
        if not any("" in column for column in columns):
            return [dict(zip(names, values, strict=True)) for values in zip(*columns, strict=True)]
        return [
            {name: value for name, value in zip(names, values, strict=True) if value != ""}
            for values in zip(*columns, strict=True)
        ]

    def _read_phones(self, cells: Sequence[Sequence[str]], position: int, issues: _Issues) -> list[str]:
        """Return the phone number of each row, "" for none; read by the row's country where there is a column of it."""
        countries: Iterable[str] = repeat(self._default_country)
        if self._country_at is not None:
            countries = map(self._phone_countries.__getitem__, cells[self._country_at])
        numbers = []
        for place, (text, country) in enumerate(zip(cells[position], countries)):  # noqa: B905 (repeat() has no end)
            try:
                numbers.append(normalize_phone(text, country) if text else "")
            except InvalidValue as error:
                numbers.append("")
                issues.add(place, "phone", error)
        return numbers

    def _read_full_names(self, cells: Sequence[str], columns: list[list[Any]], issues: _Issues) -> None:
        """Fill first and last names that have no column of their own, or a blank in it, from the whole name."""
        first_names, last_names = list(columns[_FIRST_NAME]), list(columns[_LAST_NAME])
        for place, text in enumerate(cells):
            if first_names[place] and last_names[place]:
                continue
            try:
                first_name, last_name = self._full_names[text]
            except InvalidValue as error:
                issues.add(place, "full_name", error)
            else:
                first_names[place] = first_names[place] or first_name
                last_names[place] = last_names[place] or last_name
        columns[_FIRST_NAME], columns[_LAST_NAME] = first_names, last_names

    def _phone_country(self, text: str) -> str:
        """Return where a row's phone number belongs, from the cell of its country column."""
        try:
            return normalize_country(text) or self._default_country
        except InvalidValue:  # listed as a warning where the cell is read for itself
            return self._default_country


class _Issues(dict[int, list[CellIssue]]):
    """What could not be read, by the row's place among those that are prepared."""

    def add(self, place: int, key: str, error: InvalidValue) -> None:
        self.setdefault(place, []).append(CellIssue("invalid_value", key, error.message))

    def of(self, place: int) -> Sequence[CellIssue]:
        return self.get(place, ())


class _Column(NamedTuple):
    """A source column, and how its cells are read."""

    position: int  # in a row's cells
    key: str  # of its field
    read: Callable[[str], Any]
    text_limit: int  # characters, of a field that holds text as it is; 0 for other fields

    def read_all(self, cells: Sequence[str], issues: _Issues) -> list[Any]:
        """Return the value of each cell, "" for blank ones and for those that cannot be read."""
        if self.text_limit and (cleaned := clean_lines(cells, self.text_limit)) is not None:
            return cleaned
        read = self.read
        values: list[Any] = []
        for place, text in enumerate(cells):
            try:
                values.append(read(text) if text else "")
            except InvalidValue as error:
                values.append("")
                issues.add(place, self.key, error)
        return values


class _Remembered(dict[str, Any]):
    """Values by cell, of a column whose cells repeat; asks `read` for those it does not know yet."""

    most_cells = 5_000
    longest_cell = 100  # characters; longer ones hardly repeat

    def __init__(self, read: Callable[[str], Any]) -> None:
        super().__init__()
        self._read = read

    def __missing__(self, text: str) -> Any:
        value = self._read(text)
        if len(text) <= self.longest_cell:
            if len(self) >= self.most_cells:
                self.clear()
            self[text] = value
        return value


def _text_limit(field: Field) -> int:
    return field.max_length or 0 if field.type in _TEXTS else 0


def _reader(field: Field, *, date_order: str | None = None) -> Callable[[str], Any]:
    """Return the function from a cell to the field's value, or "" if the cell is blank."""
    read: Callable[[str], Any] = cell_reader(field, date_order=date_order)
    if field.key == "do_not_contact":
        # An import may ask for silence, never end it: "no" counts as blank.
        read = _only_yes(read)
    return _Remembered(read).__getitem__ if field.type in _REMEMBERED else read


def _only_yes(read: Callable[[str], Any]) -> Callable[[str], Any]:
    return lambda text: read(text) or ""


def _split_within_limits(text: str) -> tuple[str, str]:
    """Return (first name, last name) of a full name. Raises InvalidValue("too_long")."""
    first_name, last_name = split_full_name(text)
    if len(first_name) > _NAME_LENGTH or len(last_name) > _NAME_LENGTH:
        check_length(clean_line(text), _NAME_LENGTH)
    return first_name, last_name


def _no_contact_point(issues: Sequence[CellIssue]) -> CellIssue:
    """Return why a row without e-mail address and phone number fails: the bad one, if there is one to mend."""
    for field in ("email", "phone"):
        for issue in issues:
            if issue.field == field:
                return CellIssue(f"invalid_{field}", field, issue.message)
    return CellIssue(
        "no_contact_point", "", "This row has neither an e-mail address nor a phone number. Enter at least one of them."
    )
