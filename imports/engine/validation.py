"""Validation: a row and the field mapping become a record, or a row error."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from imports.engine.errors import CellIssue, InvalidValue, RowError
from imports.engine.normalize import cell_reader, normalize_country, normalize_phone, split_full_name
from imports.engine.normalize.text import check_length, clean_line
from imports.engine.schema import Field, FieldMapping, FieldType, Record

_COLUMNS = ("first_name", "last_name", "email", "phone", "company", "title")  # in the order of Record
_FIRST_NAME, _LAST_NAME, _EMAIL, _PHONE = range(4)
_NAME_LENGTH = 200  # of first_name and last_name

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
            elif field.is_column:
                columns.append(_Column(position, _COLUMNS.index(field.key), field.key, _reader(field)))
            else:
                attributes.append(
                    _Attribute(position, field.attribute, field.key, _reader(field, date_order=column.date_order))
                )
            if field.key == "country":
                self._country_at = position
        self._columns = tuple(columns)
        self._attributes = tuple(attributes)
        self._phone_countries = _Remembered(self._phone_country)
        self._full_names = _Remembered(_split_within_limits)

    def prepare(self, row_index: int, row_number: int, cells: Sequence[str]) -> Record | RowError:
        """Return the row's record, or why it has none. `cells` are as many as the headers.

        A row fails only if neither an e-mail address nor a phone number nor an IRISX ID is left in it. Other cells that
        cannot be read are left out and become warnings; with hold_invalid they fail the row.
        """
        # Runs for each row of each import: measure before and after a change (bench/).
        issues: list[CellIssue] = []
        values = ["", "", "", "", "", ""]
        for position, place, key, read in self._columns:
            if text := cells[position]:
                try:
                    values[place] = read(text)
                except InvalidValue as error:
                    issues.append(CellIssue("invalid_value", key, error.message))

        attributes: dict[str, Any] = {}
        for position, attribute, key, read in self._attributes:
            if text := cells[position]:
                try:
                    value = read(text)
                except InvalidValue as error:
                    issues.append(CellIssue("invalid_value", key, error.message))
                else:
                    if value != "":
                        attributes[attribute] = value

        if self._phone_at is not None and (text := cells[self._phone_at]):
            country = self._default_country
            if self._country_at is not None:
                country = self._phone_countries[cells[self._country_at]]
            try:
                values[_PHONE] = normalize_phone(text, country)
            except InvalidValue as error:
                issues.append(CellIssue("invalid_value", "phone", error.message))

        if self._full_name_at is not None and not (values[_FIRST_NAME] and values[_LAST_NAME]):
            try:
                first_name, last_name = self._full_names[cells[self._full_name_at]]
            except InvalidValue as error:
                issues.append(CellIssue("invalid_value", "full_name", error.message))
            else:
                values[_FIRST_NAME] = values[_FIRST_NAME] or first_name
                values[_LAST_NAME] = values[_LAST_NAME] or last_name

        first_name, last_name, email, phone, company, title = values
        irisx_id = attributes.pop("irisx_id", None)
        if not email and not phone and irisx_id is None:
            return RowError(row_index, row_number, _no_contact_point(issues))
        if issues and self._hold_invalid:
            return RowError(row_index, row_number, CellIssue("held_invalid", issues[0].field, issues[0].message))
        warnings = tuple(issues)
        return Record(
            row_index, row_number, first_name, last_name, email, phone, company, title, attributes, irisx_id, warnings
        )

    def _phone_country(self, text: str) -> str:
        """Return where a row's phone number belongs, from the cell of its country column."""
        try:
            return normalize_country(text) or self._default_country
        except InvalidValue:  # listed as a warning where the cell is read for itself
            return self._default_country


class _Column(NamedTuple):
    """A source column that feeds a column of contacts."""

    position: int  # in the row's cells
    place: int  # in _COLUMNS
    key: str
    read: Callable[[str], Any]


class _Attribute(NamedTuple):
    """A source column that feeds an attribute, or finds the contact (irisx_id)."""

    position: int
    attribute: str
    key: str
    read: Callable[[str], Any]


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
